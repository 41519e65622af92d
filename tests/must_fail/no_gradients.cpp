// Labels and predictions swapped: the loss depends on the variables, its gradient reaches none.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](tensor x, tensor y) {
  const tensor logits = fully_connected(3, "logits", activation_fn = none)(x);
#ifdef REPAIRED
  return losses::softmax_cross_entropy(logits, y);
#else
  return losses::softmax_cross_entropy(y, logits);
#endif
};

void train(model<net, input<8>, input<3>>& m) { auto step = learning::create_train_op(m, optimizers::adam{}); }
