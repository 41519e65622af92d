// A chain of layers is a function of one tensor.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", arg_scope<conv2d>(stride = 2)(conv2d(4, {3, 3}, "conv1") >> fully_connected(3, "logits")));
#ifdef REPAIRED
using inputs = model<net, input<8, 8, 1>>;
#else
using inputs = model<net, input<8, 8, 1>, input<5>>;
#endif

inputs make() { return inputs(seed(1)); }
