// Two layers under one name without saying that they share weights.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> conv2d(4, {3, 3}, "conv2"));
#else
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> conv2d(4, {3, 3}, "conv1"));
#endif

model<net, input<8, 8, 4>> make() { return model<net, input<8, 8, 4>>(seed(1)); }
