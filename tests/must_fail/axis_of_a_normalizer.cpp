// Axes count the batch as 0, as in TF-Slim; no layer works across the batch or behind the last axis.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net =
    scope("net", layer_norm("layer", begin_norm_axis = -2) >> group_norm("group", groups = 2, reduction_axes = {1}) >> unit_norm(3, "unit"));
#else
inline constexpr auto net =
    scope("net", layer_norm("layer", begin_norm_axis = 4) >> group_norm("group", groups = 2, reduction_axes = {3}) >> unit_norm(-1, "unit"));
#endif

static_assert(variable_count<net, input<8, 8, 4>> == 4);
