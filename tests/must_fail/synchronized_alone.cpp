// Statistics over all processes need processes.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = fully_connected(4, "fc", normalizer_fn = batch_norm);

void train() {
  model<net, input<3>> m{seed(1)};
#ifdef REPAIRED
  auto train_op = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{0.1f});
#else
  auto train_op = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{0.1f}, learning::synchronized_batch_norm{});
#endif
}
