// Images in three dimensions are not convolved in groups.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", convolution(4, 3, "conv1"));
#else
inline constexpr auto net = scope("net", convolution(4, 3, "conv1", groups = 2));
#endif

static_assert(parameter_count<net, input<4, 8, 8, 2>> == 220);
