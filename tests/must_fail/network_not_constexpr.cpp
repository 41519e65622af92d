#include "slim/slim.hpp"
using namespace slim;
#ifdef REPAIRED
constexpr
#endif
    auto net = conv2d(4, {3, 3}, "conv") >> fully_connected(2, "out");
static_assert(parameter_count<net, input<8, 8, 3>> == 626);
