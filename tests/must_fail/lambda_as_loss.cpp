#include "slim/slim.hpp"
using namespace slim;
constexpr auto net = fully_connected(4, "out");
#ifdef REPAIRED
constexpr auto& loss = losses::mean_squared_error;
#else
constexpr auto loss = [](const tensor& p, const tensor& labels) { return mean(square(p - labels)); };
#endif
void train(const std::vector<float>& x, const std::vector<float>& y) {
  model<net, input<8>> m{seed(1)};
  auto op = learning::create_train_op(m, loss, optimizers::gradient_descent{0.1});
  op(x, y);
}
