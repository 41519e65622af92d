// Labels declared for another number of classes than the network has outputs.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
using truth = labels<10>;
#else
using truth = labels<7>;
#endif
inline constexpr auto net = scope("net", conv2d(4, {3, 3}, "conv1") >> fully_connected(10, "logits", activation_fn = none));

void train(const std::vector<float>& images, const std::vector<float>& onehot) {
  model<net, input<8, 8, 1>, truth> m{seed(1)};
  auto step = learning::create_train_op(m, losses::softmax_cross_entropy, optimizers::gradient_descent{0.1});
  step(images, onehot);
  step.slot_values(0);
}
