// Without a border a box has to fit in all three dimensions.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", max_pool3d({2, 3, 3}, "pool1"));
#else
inline constexpr auto net = scope("net", max_pool3d({3, 3, 3}, "pool1"));
#endif

static_assert(variable_count<net, input<2, 8, 8, 4>> == 0);
