// The option keep<...> names an end point of the network.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> max_pool2d({2, 2}, "pool1") >> fully_connected(3, "logits"));

#ifdef REPAIRED
using kept = keep<"net/pool1">;
#else
using kept = keep<"net/pool2">;
#endif
model<net, input<8, 8, 1>, kept> make() { return model<net, input<8, 8, 1>, kept>(seed(1)); }
