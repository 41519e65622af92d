#include "slim/run/unrolled.hpp"

#include <doctest/doctest.h>

#include "slim/eigen.hpp"
#include "slim/nets/lenet.hpp"
#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr auto small = scope("small", arg_scope<fully_connected>(activation_fn = nn::tanh)(stack<fully_connected>({33, 20}, "fc")) >>
                                          fully_connected(5, "logits", activation_fn = none));

using small_model = model<small, input<17>>;
using lenet_model = model<nets::lenet, input<28, 28, 1>>;
static_assert(unrolled<float, small_model::program>::worthwhile);
static_assert(!unrolled<float, lenet_model::program>::worthwhile);

}  // namespace

// The first examples of a batch that is large enough for the general kernels, and the same examples on their own.
TEST_CASE("small kernels and general kernels give the same predictions and gradients") {
  constexpr long many = 8000, few = 3;
  static_assert(many * 17 * 33 > unrolled_work<float> && few * 33 * 20 < unrolled_constant_work);
  small_model m(seed(1), capacity(many), 1);
  const auto wide = laws::numbers(many * 17, 3);
  const std::vector<float> all(wide.begin(), wide.end()), first(all.begin(), all.begin() + few * 17);
  const Eigen::MatrixXf general = as_eigen(m.predict(all)).topRows(few), alone = m.predict(first);
  CHECK((general - alone).cwiseAbs().maxCoeff() < 1e-6f);
  CHECK(general.cwiseAbs().maxCoeff() > 0.1f);

  // Each example of the small batch again and again: the mean loss and its gradients stay what they are.
  std::vector<float> repeated;
  std::vector<int> labels, repeated_labels;
  for (long i = 0; i < few; ++i) labels.push_back(static_cast<int>(i));
  for (long copy = 0; copy < many / few; ++copy) {
    repeated.insert(repeated.end(), first.begin(), first.end());
    repeated_labels.insert(repeated_labels.end(), labels.begin(), labels.end());
  }
  small_model other = m;
  auto step = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{.learning_rate = 1}, capacity(few), 1);
  auto other_step = learning::create_train_op(other, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{.learning_rate = 1}, capacity(many), 1);
  CHECK(step(first, labels) == doctest::Approx(other_step(repeated, repeated_labels)).epsilon(1e-5));
  for (int v = 0; v < m.variables(); ++v) {
    INFO(m.variable_name(v));
    for (std::size_t i = 0; i < m.variable_values(v).size(); ++i)
      CHECK(m.variable_values(v)[i] == doctest::Approx(other.variable_values(v)[i]).epsilon(1e-4).scale(1));
  }
}
