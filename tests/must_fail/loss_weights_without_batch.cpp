// A variable of one number per class as weights of a loss: TF-Slim would count it as a batch.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](tensor x, tensor y) {
  const tensor per_class = local_variable(x, "w", {3}, constant(2.0));
#ifdef REPAIRED
  return losses::compute_weighted_loss(square(x - y) * per_class);
#else
  return losses::mean_squared_error(x, y, per_class);
#endif
};

void predict(const std::vector<float>& x) {
  model<net, input<3>, input<3>> m{seed(1)};
  m.predict(x, x);
}
