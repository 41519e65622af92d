// A convolution has outputs, also where something is divided by their number; labels are smoothed by a share.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto average = [](const tensor& x) { return mean(x); };
#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> dropout(1.0, "dropout1") >> average);
inline constexpr auto smooth = [](const tensor& x) { return losses::softmax_cross_entropy(x, x, 1.0, 0.1); };
#else
inline constexpr auto net = scope("net", conv2d(0, {3, 3}, "conv1") >> dropout(1.0, "dropout1") >> average);
inline constexpr auto smooth = [](const tensor& x) { return losses::softmax_cross_entropy(x, x, 1.0, 10); };
#endif

inline constexpr long parameters[] = {parameter_count<net, input<8, 8, 4>>, parameter_count<smooth, input<3>>};
