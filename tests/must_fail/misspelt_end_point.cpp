// An end point is asked for by the full name of its layer.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> max_pool2d({2, 2}, "pool1") >> fully_connected(3, "logits"));

#ifdef REPAIRED
static_assert(end_point<net, "net/pool1", input<8, 8, 1>> == shape{4, 4, 4});
#else
static_assert(end_point<net, "net/pol1", input<8, 8, 1>> == shape{4, 4, 4});
#endif
