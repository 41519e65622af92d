// What a batch holds: class numbers that exist, integers as numbers, each part for itself.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {
constexpr int width = 3;
}

namespace {
constexpr auto pass = flatten("flat");
constexpr auto one_output = fully_connected(1, "fc", activation_fn = none, weights_initializer = zeros);
// Labels as a network gets them: straight, through a view, and worked out from an input.
constexpr auto own_loss = [](tensor x, tensor y) { return losses::sparse_softmax_cross_entropy(x, y); };
constexpr auto viewed = [](tensor x, tensor y) { return losses::sparse_softmax_cross_entropy(x, flatten("labels")(y)); };
constexpr auto computed = [](tensor x, tensor y) { return losses::sparse_softmax_cross_entropy(x, y - 1.0); };

/// Losses of a batch of zero logits for labels of type `Label`, and every label that does not exist, through training and predict.
template <class T, const auto& Net, class... Inputs, class Label>
void check_impossible_labels(Label, double shift, std::vector<double> impossible) {
  model<Net, input<width>, Inputs..., precision<T>> m(seed(1), capacity(2));
  constexpr bool named = sizeof...(Inputs) == 0;
  auto op = [&] {
    if constexpr (named) return learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::keep_gradients{});
    else return learning::create_train_op(m, optimizers::keep_gradients{});
  }();
  const std::vector<T> x(2 * width, T(0.5));
  std::vector<Label> y{static_cast<Label>(shift), static_cast<Label>(2 + shift)};
  CHECK(op(x, y) == doctest::Approx(std::log(3.0)));
  if constexpr (!named) CHECK(m.predict(x, y)(0) == doctest::Approx(std::log(3.0)));
  for (const double label : impossible) {
    INFO("label " << label);
    y[1] = static_cast<Label>(label + shift);
    CHECK_THROWS_WITH_AS(op(x, y), doctest::Contains("labels: example 1: expected a class from 0 to 2, found "), slim::error);
    if constexpr (!named) CHECK_THROWS_WITH_AS(m.predict(x, y), doctest::Contains("example 1: expected a class from 0 to 2"), slim::error);
  }
}
}  // namespace

TEST_CASE("a class that does not exist is an error that names the example, whatever holds the labels") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> whole{3, 255, -1}, all{3, -1, 1.5, -0.25, 2.000001, 1e30, nan, infinity, -infinity};
  check_impossible_labels<float, pass>(int{}, 0, whole);
  check_impossible_labels<float, pass>(float{}, 0, all);
  check_impossible_labels<double, pass>(double{}, 0, all);
  check_impossible_labels<float, own_loss, input<>>(std::int64_t{}, 0, whole);
  check_impossible_labels<float, own_loss, input<>>(float{}, 0, all);
  check_impossible_labels<double, viewed, input<1, 1>>(double{}, 0, all);
  check_impossible_labels<float, computed, input<>>(std::int8_t{}, 1, {3, 100, -2});
  check_impossible_labels<double, computed, input<>>(double{}, 1, {3, -1, 1.5, nan});
  model<pass, input<width>> m(seed(1));
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::keep_gradients{});
  CHECK_THROWS_WITH_AS(op(std::vector<float>(3 * width), std::vector<float>{0, 1.5f, 1}),
                       "labels: example 1: expected a class from 0 to 2, found 1.5; check the data set or the number of outputs", slim::error);
}

namespace {
constexpr auto trained_on_computed = [](tensor x, tensor y) {
  return losses::sparse_softmax_cross_entropy(fully_connected(3, "fc", normalizer_fn = batch_norm, weights_regularizer = l2_regularizer(0.1))(x),
                                              flatten("labels")(y - 1.0)) +
         add_n(losses::get_regularization_losses());
};
}  // namespace

TEST_CASE("a class that the network works out and that does not exist is noticed before any variable changes") {
  model<trained_on_computed, input<4>, input<>> m(seed(1), capacity(2));
  auto op = learning::create_train_op(m, optimizers::adam{});
  const std::vector<float> x{1, 2, 3, 4, -1, -2, -3, 4};
  const std::vector<float> before(m.parameters().begin(), m.parameters().end());
  CHECK_THROWS_WITH_AS(op(x, std::vector<int>{1, 5}), doctest::Contains("example 1: expected a class from 0 to 2, found 4"), slim::error);
  CHECK(std::vector<float>(m.parameters().begin(), m.parameters().end()) == before);
  CHECK(op.step() == 0);
  op(x, std::vector<int>{1, 3});
  CHECK(op.step() == 1);
}

TEST_CASE("integers are numbers where numbers are wanted") {
  const auto check = []<class T>(T) {
    model<one_output, input<2>, precision<T>> m(seed(1));
    const std::vector<T> x{1, 2, 3, 4};
    auto squares = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{0.0});
    CHECK(squares(x, std::vector<int>{5, -300}) == doctest::Approx((25 + 90000) / 2.0));
    CHECK(squares(std::vector<unsigned char>{255, 3}, std::vector<short>{5}) == doctest::Approx(25));
    // e^0 / (1 + e^0) = ½ for both
    auto binary = learning::create_train_op(m, losses::sigmoid_cross_entropy, optimizers::gradient_descent{0.0});
    CHECK(binary(x, std::vector<int>{0, 1}) == doctest::Approx(std::log(2.0)));
    model<pass, input<4>, precision<T>> bytes(seed(1));
    auto classes = learning::create_train_op(bytes, losses::sparse_softmax_cross_entropy, optimizers::keep_gradients{});
    const std::vector<unsigned char> images{255, 3, 0, 2, 1, 2, 3, 4};
    const std::vector<int> labels{0, 2};
    CHECK(classes(images, labels) == classes(std::vector<T>(images.begin(), images.end()), labels));
  };
  check(1.0f);
  check(1.0);
}

namespace {
constexpr auto two_labels = [](tensor x, tensor a, tensor b, tensor c) {
  losses::sparse_softmax_cross_entropy(x, a);
  losses::sparse_softmax_cross_entropy(x, b);
  losses::sigmoid_cross_entropy(concat(x, x, x, x), c);
  return losses::get_total_loss();
};
}  // namespace

TEST_CASE("each integer part of a batch is converted for itself") {
  model<two_labels, input<width>, input<>, input<>, input<4 * width>> m(seed(1), capacity(3));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  for (const std::size_t n : {std::size_t(3), std::size_t(1), std::size_t(2)}) {
    const std::vector<int> x(n * width, 1), a(n, 0), b(n, 2);
    std::vector<signed char> c(n * 4 * width, 1);
    c[0] = 0;
    const auto numbers = [](const auto& values) { return std::vector<float>(values.begin(), values.end()); };
    const float mixed = op(x, a, b, c), first = op.loss(0), second = op.loss(1), third = op.loss(2);
    CHECK(mixed == op(numbers(x), numbers(a), numbers(b), numbers(c)));
    CHECK(first == doctest::Approx(std::log(3.0)));
    CHECK(second == op.loss(1));
    CHECK(third == op.loss(2));
  }
  CHECK_THROWS_WITH_AS(op(std::vector<int>(3), std::vector<int>{1}, std::vector<int>{9}, std::vector<int>(12)),
                       doctest::Contains("labels (input 2): example 0: expected a class from 0 to 2, found 9"), slim::error);
}

TEST_CASE("class_weights: the loss of each example counts as its class does") {
  static constexpr float by_class[] = {1, 0.25f, 3};
  static constexpr auto weighted = [](tensor x, tensor classes) {
    const tensor logits = fully_connected(3, "logits", activation_fn = none)(x);
    return losses::sparse_softmax_cross_entropy(logits, classes, losses::class_weights(classes, by_class));
  };
  static constexpr auto given = [](tensor x, tensor classes, tensor weights) {
    return losses::sparse_softmax_cross_entropy(fully_connected(3, "logits", activation_fn = none)(x), classes, weights);
  };
  model<weighted, input<2>, input<>, precision<double>> a(seed(1));
  model<given, input<2>, input<>, input<>, precision<double>> b(seed(1));
  auto first = learning::create_train_op(a, optimizers::gradient_descent{.learning_rate = 0.1});
  auto second = learning::create_train_op(b, optimizers::gradient_descent{.learning_rate = 0.1});
  const std::vector<double> x{1, 2, -1, 0.5, 3, 1, 0, 1}, weights{3, 1, 0.25, 3};
  const std::vector<int> classes{2, 0, 1, 2}, wrong{2, 0, 3, 1};
  CHECK(first(x, classes) == doctest::Approx(second(x, classes, weights)).epsilon(1e-14));
  for (int i = 0; i < 6; ++i) CHECK(a.variable<"logits/weights">().data()[i] == doctest::Approx(b.variable<"logits/weights">().data()[i]).epsilon(1e-14));
  CHECK_THROWS_AS(first(x, wrong), error);
}
