// A gradient multiplier needs a gradient.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", fully_connected(4, "fc1", trainable = false) >> fully_connected(3, "logits", activation_fn = none));

void train(model<net, input<8>>& m) {
#ifdef REPAIRED
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{}, learning::gradient_multiplier<"net/logits">{0.1});
#else
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{}, learning::gradient_multiplier<"net/fc1">{0.1});
#endif
}
