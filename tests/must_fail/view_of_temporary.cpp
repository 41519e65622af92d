// What a model, a predictor or a train_op returns is a view of its memory; that of a temporary is gone at the end of the statement.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = fully_connected(3, "fc");
using net_model = model<net, input<2>>;

float first(net_model& m, const std::vector<float>& x) {
#ifdef REPAIRED
  predictor<net_model> run(m);
  const auto y = run(x);
#else
  const auto y = predictor<net_model>(m)(x);
#endif
  return y(0, 0);
}

float weight() {
#ifdef REPAIRED
  net_model made(seed(1));
  const auto w = made.variable<"fc/weights">();
#else
  const auto w = net_model(seed(1)).variable<"fc/weights">();
#endif
  return w(0, 0);
}
