#include "slim/slim.hpp"
using namespace slim;
constexpr auto net = fully_connected(8);
void train() {
  model<net, input<4>> m{seed(1)};
#ifdef REPAIRED
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.01});
#else
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, 0.01);
#endif
  op(std::vector<float>(4), std::vector<int>(1));
}
