// A name ends in no slash, and is not empty. Axes are no more than there are.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto layered = scope("net", fully_connected(4, "block1/fc"));
inline constexpr auto scoped = scope("net/inner", scope("in", fully_connected(4)));
inline constexpr auto normalized = group_norm("norm", groups = 3, reduction_axes = {1, 2});
#else
inline constexpr auto layered = scope("net", fully_connected(4, "block1/"));
inline constexpr auto scoped = scope("net/inner", scope("", fully_connected(4)));
inline constexpr auto normalized = group_norm("norm", groups = 3, reduction_axes = {1, 2, 1, 2, 1, 2, 1});
#endif

inline constexpr long parameters[] = {parameter_count<layered, input<8>>, parameter_count<scoped, input<8>>, parameter_count<normalized, input<8, 8, 3>>};
