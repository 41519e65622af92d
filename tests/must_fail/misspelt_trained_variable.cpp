// Scopes and variables that a train_op is told to treat differently exist.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = scope("net", fully_connected(4, "fc1") >> fully_connected(3, "logits", activation_fn = none));

void train(model<net, input<8>>& m) {
#ifdef REPAIRED
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{}, learning::variables_to_train<"net/logits">{});
#else
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{}, learning::variables_to_train<"net/logit">{});
#endif
}
