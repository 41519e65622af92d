// Axes count the batch as 0, as in TF-Slim; no layer works across the batch or behind the last axis. That of unit_norm is not negative.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", layer_norm("layer", begin_norm_axis = -2) >> group_norm("group", groups = 2, reduction_axes = {1}));
inline constexpr auto unit = scope("net", unit_norm(3, "unit"));
#else
inline constexpr auto net = scope("net", layer_norm("layer", begin_norm_axis = 4) >> group_norm("group", groups = 2, reduction_axes = {3}));
inline constexpr auto unit = scope("net", unit_norm(-1, "unit"));
#endif

inline constexpr long variables[] = {variable_count<net, input<8, 8, 4>>, variable_count<unit, input<8, 8, 4>>};
