#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return x - 2.0 * floor(x / 2.0); };
#else
inline constexpr auto net = [](const tensor& x) { return x % 2.0; };
#endif
