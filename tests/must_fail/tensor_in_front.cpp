// In TF-Slim a layer takes the tensor first; here it returns a function of the tensor, whose parentheses are needed even where they are empty.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", [](const tensor& x) { return conv2d(4, {3, 3}, "conv")(x); });
inline constexpr auto others = [](const tensor& x) { return fully_connected(4, "fc")(max_pool2d({2, 2}, 2)(conv2d(4, {3, 3}, {2, 2})(batch_norm()(x)))); };
inline constexpr auto row = flatten() >> fully_connected(4) >> softmax();
#else
inline constexpr auto net = scope("net", [](const tensor& x) { return conv2d(x, 4, {3, 3}, "conv"); });
inline constexpr auto others = [](const tensor& x) { return fully_connected(max_pool2d(conv2d(batch_norm(x), 4, {3, 3}, {2, 2}), {2, 2}, 2), 4, "fc"); };
inline constexpr auto row = flatten >> fully_connected(4) >> softmax;
#endif
model<net, input<8, 8, 3>> first(seed(1));
model<row, input<4, 4>> second(seed(1));
model<others, input<8, 8, 3>> third(seed(1));
