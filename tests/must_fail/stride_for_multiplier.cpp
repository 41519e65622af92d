#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = separable_conv2d(8, {3, 3}, 1, {2, 2}, "conv");
#else
constexpr auto net = separable_conv2d(8, {3, 3}, {2, 2}, "conv");
#endif
inline constexpr long numbers = parameter_count<net, input<8, 8, 2>>;
