#include "slim/slim.hpp"
using namespace slim;
inline constexpr auto net = fully_connected(3);

void train() {
  model<net, input<2>> m{seed(1)};
#ifdef REPAIRED
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{}, learning::clip_gradient_norm{5});
#else
  auto op =
      learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{}, learning::clip_gradient_norm{5}, learning::clip_gradient_norm{6});
#endif
  op(std::vector<float>(2), std::vector<int>(1));
}
