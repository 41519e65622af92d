// A variable that is to be trained, behind a stop_gradient.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = fully_connected(4, "fc1") >> stop_gradient >> fully_connected(3, "fc2");

void train(model<net, input<8>>& m) {
#ifdef REPAIRED
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{}, learning::variables_to_train<"fc2">{});
#else
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{}, learning::variables_to_train<"fc1", "fc2">{});
#endif
}
