#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return select(equal(x, 0.0), 1.0, x); };
#else
inline constexpr auto net = [](const tensor& x) { return select(x == 0.0, 1.0, x); };
#endif
