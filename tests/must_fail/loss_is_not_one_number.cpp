// Without a loss function the network returns its loss.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](const tensor& image, const tensor& truth) {
  const tensor prediction = fully_connected(3, "logits")(image);
#ifdef REPAIRED
  return mean(square(prediction - truth));
#else
  return square(prediction - truth);
#endif
};

void train(const std::vector<float>& images, const std::vector<float>& truth) {
  model<net, input<8, 8, 1>, input<3>> m{seed(1)};
  auto step = learning::create_train_op(m, optimizers::gradient_descent{0.1});
  step(images, truth);
}
