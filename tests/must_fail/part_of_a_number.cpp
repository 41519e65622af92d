#include "slim/slim.hpp"
using namespace slim;
inline constexpr auto twice = repeat<2>(fully_connected(8));
#ifdef REPAIRED
inline constexpr auto net = [](const tensor& x) { return twice(x); };
#else
inline constexpr auto net = [](const tensor& x) { return twice(3) + x; };
#endif
static_assert(parameter_count<net, input<8>> >= 0);
