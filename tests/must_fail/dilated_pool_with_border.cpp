// A pool with a dilation has no border.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", pool(3, pooling::max, "pool1", dilation_rate = 2));
#else
inline constexpr auto net = scope("net", pool(3, pooling::max, "pool1", dilation_rate = 2, padding = SAME));
#endif

static_assert(variable_count<net, input<8, 8, 4>> == 0);
