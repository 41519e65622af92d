// A kernel has no default, and as many numbers as the image has axes.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto bare = scope("net", conv2d(4, "conv", kernel_size = {3, 3}));
inline constexpr auto pooled = scope("net", max_pool2d("pool", kernel_size = 2));
inline constexpr auto deep = scope("net", conv2d(4, {3, 3}, "conv"));
#else
inline constexpr auto bare = scope("net", conv2d(4, "conv"));
inline constexpr auto pooled = scope("net", max_pool2d("pool"));
inline constexpr auto deep = scope("net", conv2d(4, {3, 3, 3}, "conv"));
#endif

inline constexpr long parameters[] = {parameter_count<bare, input<8, 8, 3>>, parameter_count<pooled, input<8, 8, 3>>, parameter_count<deep, input<8, 8, 3>>};
