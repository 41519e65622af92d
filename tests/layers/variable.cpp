// Variables made by hand: arguments by position, by keyword and by arg_scope.
#include "slim/layers/variable.hpp"

#include <doctest/doctest.h>

#include "slim/slim.hpp"

using namespace slim;

namespace {

inline constexpr auto by_position = [](tensor x) { return nn::matmul(x, variable(x, "w", {3, 2}, constant(0.5), l2_regularizer(2.0), false)); };
inline constexpr auto by_keyword = [](tensor x) {
  return nn::matmul(x, variable(x, "w", {3, 2}, regularizer = l2_regularizer(2.0), trainable = false, initial_values = constant(0.5)));
};
inline constexpr auto plain = [](tensor x) { return nn::matmul(x, variable(x, "w", {3, 2})); };
inline constexpr auto by_policy =
    arg_scope<variable>(initial_values = constant(0.5), regularizer = l2_regularizer(2.0), trainable = false, device = "/CPU:0")(plain);
inline constexpr auto of_layers = arg_scope<conv2d>(variables_collections = {"convolutions", "all"})(
    conv2d(2, {3, 3}, "conv1") >> conv2d(2, {3, 3}, "conv2", variables_collections = {{"biases", "all"}}) >> flatten("flat"));

/// The regularization loss, read after a step; the net has no trained variable.
template <const auto& Net>
float penalty() {
  model<Net, input<3>> m{seed(1)};
  auto op = learning::create_train_op(m, losses::sum_of_squares, optimizers::keep_gradients{});
  op(std::vector<float>(3), std::vector<float>(2));
  return op.loss(op.losses() - 1);
}

}  // namespace

TEST_CASE("arguments by position, keyword and arg_scope are the same") {
  // 2 · ½ · Σ 0.5² over 6 weights
  CHECK(penalty<by_position>() == 1.5f);
  CHECK(penalty<by_keyword>() == 1.5f);
  CHECK(penalty<by_policy>() == 1.5f);
  CHECK(parameter_count<by_keyword, input<3>> == 0);
  CHECK(parameter_count<by_policy, input<3>> == 0);
  CHECK(parameter_count<plain, input<3>> == 6);
}

TEST_CASE("without an initializer the values are Xavier's, as in TensorFlow") {
  model<plain, input<3>> m{seed(1)};
  const float bound = std::sqrt(6.0f / (3 + 2));
  for (float w : m.variable("w")) {
    CHECK(w != 0);
    CHECK(std::abs(w) <= bound);
  }
}

TEST_CASE("layers put their variables into collections, all or by name") {
  using layers = model<of_layers, input<8, 8, 1>>;
  const auto in = [](const char* collection) {
    std::vector<std::string> names;
    for (int i = 0; i < layers::variables(); ++i)
      if (layers::variable_in(i, collection)) names.push_back(layers::variable_name(i));
    return names;
  };
  CHECK(in("convolutions") == std::vector<std::string>{"conv1/weights", "conv1/biases"});
  CHECK(in("all") == std::vector<std::string>{"conv1/weights", "conv1/biases", "conv2/biases"});
}

TEST_CASE("assign: update operations of one's own run in each training step and in nothing else") {
  static constexpr auto centered = scope("net", scope("center",
                                                      [](tensor x) {
                                                        const tensor center = variable(x, "center", {3}, zeros, trainable = false),
                                                                     seen = variable(x, "seen", {}, zeros, trainable = false),
                                                                     last = local_variable(x, "last", {3}, zeros);
                                                        assign_moving_average(center, mean_over_batch(x), 0.75);
                                                        assign(seen, seen + 1.0);
                                                        assign(last, center);  // what was there before the step
                                                        return x - center;
                                                      }) >>
                                                    fully_connected(1, "out", activation_fn = none));
  model<centered, input<3>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{0.1});
  const std::vector<double> x{1, 2, 3, 3, 4, 7, 5, 0, -1}, y{1, 2, 3}, one{1, 1, 1}, target{0};
  const double means[] = {3, 2, 3};
  m.predict(x);
  CHECK(m.variable<"net/center/center">()(0) == 0);
  op(x, y);
  for (int c = 0; c < 3; ++c) {
    CHECK(m.variable<"net/center/center">()(c) == doctest::Approx(0.25 * means[c]));
    CHECK(m.variable<"net/center/last">()(c) == 0);
  }
  op(one, target);  // a partial batch
  for (int c = 0; c < 3; ++c) {
    CHECK(m.variable<"net/center/center">()(c) == doctest::Approx(0.75 * 0.25 * means[c] + 0.25));
    CHECK(m.variable<"net/center/last">()(c) == doctest::Approx(0.25 * means[c]));
  }
  CHECK(m.variable<"net/center/seen">()(0) == 2);
  m.predict(x);
  CHECK(m.variable<"net/center/seen">()(0) == 2);
}
