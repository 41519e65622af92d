// Boundaries ascend.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", bucketize({-1, 2, 2}, "buckets"));
#else
inline constexpr auto net = scope("net", bucketize({2, -1, 2}, "buckets"));
#endif

static_assert(variable_count<net, input<3>> == 0);
