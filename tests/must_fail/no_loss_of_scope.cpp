// A sum of the losses of a scope that has none.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](const tensor& x, const tensor& y) {
  losses::mean_squared_error(x, y);
#ifdef REPAIRED
  return losses::get_losses<"mean_squared">();
#else
  return losses::get_losses<"squared_error">();
#endif
};

void train(const std::vector<float>& x) {
  model<net, input<3>, input<3>> m{seed(1)};
  auto step = learning::create_train_op(m, optimizers::keep_gradients{});
  step(x, x);
}
