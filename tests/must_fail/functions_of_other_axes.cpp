// An axis is split evenly, squeezed where it has one element, repeated at least once.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto parts = scope("parts", [](const tensor& x) { return split<2>(x, 0)[1]; });
inline constexpr auto squeezed = scope("squeezed", [](const tensor& x) { return squeeze(x, 1); });
inline constexpr auto tiled = scope("tiled", [](const tensor& x) { return tile(x, {2, 1}); });
#else
inline constexpr auto parts = scope("parts", [](const tensor& x) { return split<3>(x, 0)[1]; });
inline constexpr auto squeezed = scope("squeezed", [](const tensor& x) { return squeeze(x, 0); });
inline constexpr auto tiled = scope("tiled", [](const tensor& x) { return tile(x, {2, 0}); });
#endif

inline constexpr long parameters[] = {parameter_count<parts, input<4, 1>>, parameter_count<squeezed, input<4, 1>>, parameter_count<tiled, input<4, 1>>};
