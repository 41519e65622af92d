// Functions of tensors say what does not fit.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto cut = scope("cut", [](const tensor& x) { return slice(x, {1, 2, 0}, {3, 3, 6}); });
inline constexpr auto shaped = scope("shaped", [](const tensor& x) { return reshape(x, {24, -1}); });
inline constexpr auto parted = scope("parted", [](const tensor& x) { return split<3>(x, -1)[0]; });
#else
inline constexpr auto cut = scope("cut", [](const tensor& x) { return slice(x, {1, 3, 0}, {3, 3, 6}); });
inline constexpr auto shaped = scope("shaped", [](const tensor& x) { return reshape(x, {23, 5}); });
inline constexpr auto parted = scope("parted", [](const tensor& x) { return split<3>(x, 3)[0]; });
#endif

inline constexpr long parameters[] = {parameter_count<cut, input<4, 5, 6>>, parameter_count<shaped, input<4, 5, 6>>, parameter_count<parted, input<4, 5, 6>>};
