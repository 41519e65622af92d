// Compiled once per level; RESULTS is the name of the function. Products, Winograd's algorithm, a pool, sums and updates: each has sizes, or a layout in
// memory, that depend on the width of a vector.
#include "slim/slim.hpp"
#include "slim/simd/batch.hpp"
#include "tests/levels/results.hpp"

using namespace slim;

namespace {

inline constexpr auto net = conv2d(20, 3, "conv1", conv_algorithm = algorithm::winograd_4x4) >> max_pool2d(2, "pool") >> batch_norm("norm") >>
                            conv2d(24, 3, "conv2", conv_algorithm = algorithm::winograd_2x2) >> conv2d(70, 3, "conv3") >> flatten() >>
                            fully_connected(37, "fc") >> fully_connected(3, "out", activation_fn = none);

std::vector<float> all(const auto& matrix) { return {matrix.data(), matrix.data() + matrix.size()}; }

}  // namespace

level_results RESULTS() {
  model<net, input<12, 12, 5>> m{seed(1), capacity(40)};
  auto train = learning::create_train_op(m, losses::mean_squared_error, optimizers::momentum{.learning_rate = 0.01, .decay = 0.9}, capacity(40), 2);
  std::vector<float> x(40 * 12 * 12 * 5), y(40 * 3);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(static_cast<long>(i * 37 % 101) - 50) / 50;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 5);
  level_results r{simd::level, simd::width<float>, {}, {}, {}, 0};
  r.first = all(m.predict(x));
  r.prepared = all(m.predict(x));
  for (int i = 0; i < 3; ++i) r.loss = static_cast<double>(train(x, y));
  r.trained = all(m.predict(x));
  return r;
}
