#include "slim/regularizers/regularizers.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

// Eleven candidates; those that come to nothing make no loss.
constexpr auto net = [](tensor x) {
  const auto layer = [&](const char* name, const stored_function& penalty) {
    fully_connected(2, name, weights_regularizer = penalty, biases_initializer = none)(x);
  };
  layer("l1", l1_regularizer(0.3));
  layer("l2", l2_regularizer(0.3));
  layer("both", l1_l2_regularizer(0.3, 0.2));
  layer("both_default", l1_l2_regularizer());
  layer("only_l1", l1_l2_regularizer(0.3, 0.0));
  layer("only_l2", l1_l2_regularizer(0.0, 0.2));
  layer("sum", sum_regularizer(l1_regularizer(0.3), none, l2_regularizer(0.2), [](auto w) { return w * w * w; }));
  layer("custom", [](auto w) { return exp(w) - 1.0; });
  layer("nothing", l1_l2_regularizer(0.0, 0.0));
  layer("zero_scale", l2_regularizer(0.0));
  layer("sum_of_nothing", sum_regularizer(none, l1_regularizer(0.0)));
  fully_connected(2, "l1", reuse = true, weights_regularizer = l1_regularizer(0.3), biases_initializer = none)(x);  // no second penalty
  return losses::get_total_loss();
};

static_assert(l1_regularizer(0.0).empty() && l2_regularizer(0.0).empty() && l1_l2_regularizer(0.0, 0.0).empty());
static_assert(sum_regularizer().empty() && sum_regularizer(none, none).empty());
static_assert(!l1_regularizer(0.1).empty());

}  // namespace

TEST_CASE("each regularizer is a sum over the weights, added once for each variable") {
  model<net, input<3>, precision<double>> m(seed(1));
  const auto weights = laws::numbers(6, 5);
  for (int v = 0; v < m.variables(); ++v) std::copy(weights.begin(), weights.end(), m.variable_values(v).begin());
  double l1 = 0, l2 = 0, cubes = 0, exponentials = 0;
  for (double w : weights) l1 += std::abs(w), l2 += w * w / 2, cubes += w * w * w, exponentials += std::exp(w) - 1;

  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  op(laws::numbers(2 * 3, 6));  // the batch does not matter
  const double expected[] = {0.3 * l1, 0.3 * l2, 0.3 * l1 + 0.2 * l2, l1 + l2, 0.3 * l1, 0.2 * l2, 0.3 * l1 + 0.2 * l2 + cubes, exponentials};
  REQUIRE(op.regularization_losses() == static_cast<int>(std::size(expected)));
  double total = 0;
  for (std::size_t k = 0; k < std::size(expected); ++k) {
    INFO("penalty " << k);
    CHECK(op.loss(static_cast<int>(k)) == doctest::Approx(expected[k]).epsilon(1e-13));
    total += expected[k];
  }
  CHECK(op.loss() == doctest::Approx(total).epsilon(1e-13));
}
