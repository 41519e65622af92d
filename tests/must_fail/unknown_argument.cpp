// A call takes only keywords of its layer.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool", stride = 1) >> conv2d(4, {3, 3}, "conv2"));
#else
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool", rate = 2) >> conv2d(4, {3, 3}, "conv2"));
#endif

static_assert(parameter_count<net, input<8, 8, 1>> == 188);
