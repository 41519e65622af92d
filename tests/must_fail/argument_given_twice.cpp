// One keyword, one value.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1", stride = 2) >> conv2d(4, {3, 3}, "conv2"));
#else
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, 2, "conv1", stride = 2) >> conv2d(4, {3, 3}, "conv2"));
#endif

static_assert(parameter_count<net, input<8, 8, 4>> == 296);
