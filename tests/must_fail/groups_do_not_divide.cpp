// Groups of channels have equal sizes.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(9, {3, 3}, "conv1") >> group_norm("norm", groups = 3));
#else
inline constexpr auto net = scope("net", conv2d(9, {3, 3}, "conv1") >> group_norm("norm", groups = 4));
#endif

static_assert(variable_count<net, input<8, 8, 4>> == 4);
