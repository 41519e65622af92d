// A shortcut and its body must agree in channels.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
constexpr int depth = 16;
#else
constexpr int depth = 24;
#endif
inline constexpr auto net = scope("net", conv2d(16, {3, 3}, "conv1") >> residual("block1", conv2d(16, {3, 3}, "reduce") >> conv2d(depth, {3, 3}, "expand")));

static_assert(parameter_count<net, input<8, 8, 3>> > 0);
