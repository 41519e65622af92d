// An axis is reduced once; flattening leaves two axes, the batch among them, or more.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto reduced = scope("reduced", [](const tensor& x) { return reduce_sum(x, {0, -1}); });
inline constexpr auto flat = inner_flatten(2, "flat");
#else
inline constexpr auto reduced = scope("reduced", [](const tensor& x) { return reduce_sum(x, {1, -1}); });
inline constexpr auto flat = inner_flatten(1, "flat");
#endif

inline constexpr long parameters[] = {parameter_count<reduced, input<4, 3>>, parameter_count<flat, input<4, 3>>};
