#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return concat({x, x}, -1); };
#else
inline constexpr auto net = [](const tensor& x) { return concat(-1, {x, x}); };
#endif
