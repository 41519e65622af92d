#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr auto net = separable_conv2d(none, {3, 3}, "conv");
#else
constexpr auto net = conv2d(none, {3, 3}, "conv");
#endif
static_assert(parameter_count<net, input<8, 8, 2>> == 20);
