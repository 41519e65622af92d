// Shared weights have one shape.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
constexpr int depth = 4;
#else
constexpr int depth = 8;
#endif
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> conv2d(depth, {3, 3}, "conv1", reuse = true));

static_assert(parameter_count<net, input<8, 8, 4>> == 148);
