// maxout compares groups of equal size.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net =
    scope("net", maxout(3, "most") >> dropout(0.5, "drop", is_training = true, noise_shape = {-1, 1, 1, 3}) >> bucketize({1, 2}, "buckets"));
#else
inline constexpr auto net =
    scope("net", maxout(4, "most") >> dropout(0.5, "drop", is_training = true, noise_shape = {-1, 1, 3, 9}) >> bucketize({2, 1}, "buckets"));
#endif

static_assert(variable_count<net, input<8, 8, 9>> == 0);
