// The same with weights of another shape.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> conv2d(8, {3, 3}, "conv2"));
#else
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> conv2d(8, {3, 3}, "conv1"));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 148 + 296);
