// A pooling layer needs an image, and flatten makes a vector.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv") >> max_pool2d({2, 2}, "pool") >> flatten("flat") >> fully_connected(3, "fc"));
#else
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv") >> flatten("flat") >> max_pool2d({2, 2}, "pool") >> fully_connected(3, "fc"));
#endif

void train(const std::vector<float>& images, const std::vector<int>& classes) {
  model<net, input<8, 8, 1>> m{seed(1)};
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{});
  step(images, classes);
}
