// The total loss is the sum of losses that were added.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](const tensor& image, [[maybe_unused]] const tensor& truth) {
  [[maybe_unused]] const tensor prediction = scope("net", fully_connected(3, "logits"))(image);
#ifdef REPAIRED
  losses::mean_squared_error(prediction, truth);
#endif
  return losses::get_total_loss();
};

void train(const std::vector<float>& images, const std::vector<float>& truth) {
  model<net, input<8, 8, 1>, input<3>> m{seed(1)};
  auto step = learning::create_train_op(m, optimizers::gradient_descent{0.1});
  step(images, truth);
}
