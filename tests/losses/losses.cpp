#include "slim/losses/losses.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr int batch_size = 4, width = 3;

// Every loss in the order of `references`, with weights for each example.
constexpr auto weighted = [](tensor x, tensor y, tensor weights) {
  const tensor p = apply(expr::scalar_function_of<1>([](auto v) { return 0.5 + 0.4 * v; }), x), labels = select(y > 0.0, 1.0, 0.0);
  losses::absolute_difference(x, y, weights);
  losses::mean_squared_error(x, y, weights);
  losses::log_loss(p, labels, weights);
  losses::log_loss(p, labels, weights, 0.25);
  losses::sigmoid_cross_entropy(20.0 * x, labels, weights);
  losses::sigmoid_cross_entropy(x, labels, weights, 0.2);
  losses::softmax_cross_entropy(x, softmax("targets")(y), weights);
  losses::softmax_cross_entropy(300.0 * x, softmax("targets_again")(y), weights, 0.3);
  losses::cosine_distance(x, y, weights);
  return losses::get_total_loss();
};

double probability(double x) { return 0.5 + 0.4 * x; }
double sigmoid_loss(double x, double y, double smoothing) {
  const double target = y * (1 - smoothing) + 0.5 * smoothing;
  return std::max(x, 0.0) - x * target + std::log1p(std::exp(-std::abs(x)));
}
double softmax_loss(const double* x, const double* y, double scale, double smoothing) {
  double largest = x[0] * scale, sum = 0, targets = 0, loss = 0;
  for (int c = 0; c < width; ++c) largest = std::max(largest, scale * x[c]), targets += std::exp(y[c]);
  for (int c = 0; c < width; ++c) sum += std::exp(scale * x[c] - largest);
  for (int c = 0; c < width; ++c)
    loss -= (std::exp(y[c]) / targets * (1 - smoothing) + smoothing / width) * (scale * x[c] - largest - std::log(sum));
  return loss;
}

// Losses of one example: the sum over its elements, and how many elements that are.
struct reference {
  const char* name;
  int elements;
  std::function<double(const double* x, const double* y)> sum;
};
reference each(const char* name, std::function<double(double, double)> element) {
  return {name, width, [=](const double* x, const double* y) {
            double sum = 0;
            for (int c = 0; c < width; ++c) sum += element(x[c], y[c]);
            return sum;
          }};
}
double log_loss_of(double x, double y, double epsilon) {
  const double p = probability(x), label = y > 0;
  return -label * std::log(p + epsilon) - (1 - label) * std::log(1 - p + epsilon);
}
const reference references[] = {
    each("absolute_difference", [](double x, double y) { return std::abs(x - y); }),
    each("mean_squared_error", [](double x, double y) { return (x - y) * (x - y); }),
    each("log_loss", [](double x, double y) { return log_loss_of(x, y, 1e-7); }),
    each("log_loss with epsilon", [](double x, double y) { return log_loss_of(x, y, 0.25); }),
    each("sigmoid_cross_entropy", [](double x, double y) { return sigmoid_loss(20 * x, y > 0, 0); }),
    each("sigmoid_cross_entropy, smooth", [](double x, double y) { return sigmoid_loss(x, y > 0, 0.2); }),
    {"softmax_cross_entropy", 1, [](const double* x, const double* y) { return softmax_loss(x, y, 1, 0); }},
    {"softmax_cross_entropy, smooth", 1, [](const double* x, const double* y) { return softmax_loss(x, y, 300, 0.3); }},
    {"cosine_distance", 1, [](const double* x, const double* y) { return 1 - (x[0] * y[0] + x[1] * y[1] + x[2] * y[2]); }},
};

}  // namespace

TEST_CASE("each loss is the weighted sum over the number of elements whose weight is not zero") {
  model<weighted, input<width>, input<width>, input<>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const auto x = laws::numbers(batch_size * width, 1), y = laws::numbers(batch_size * width, 2);
  const std::vector<double> all_weights[] = {{1, 1, 1, 1}, {2.5, 2.5, 2.5, 2.5}, {0.5, 0, 2, -1}, {0, 0, 0, 3}, {0, 0, 0, 0}};
  for (const std::vector<double>& weights : all_weights) {
    op(x, y, weights);
    CHECK(op.losses() == static_cast<int>(std::size(references)));
    CHECK(op.regularization_losses() == 0);
    double total = 0;
    for (std::size_t k = 0; k < std::size(references); ++k) {
      double sum = 0;
      int counted = 0;
      for (std::size_t e = 0; e < batch_size; ++e) {
        sum += weights[e] * references[k].sum(&x[e * width], &y[e * width]);
        counted += weights[e] != 0 ? references[k].elements : 0;
      }
      const double expected = counted > 0 ? sum / counted : 0;
      INFO(references[k].name << " with weights " << weights[0] << ' ' << weights[1] << ' ' << weights[2] << ' ' << weights[3]);
      CHECK(op.loss(static_cast<int>(k)) == doctest::Approx(expected).epsilon(1e-12));
      total += expected;
    }
    CHECK(op.loss() == doctest::Approx(total).epsilon(1e-12));
  }
}

namespace {

// One number as weight; one for each element; [1] for each example, which TF-Slim squeezes.
constexpr auto other_weights = [](tensor x, tensor y, tensor per_element, tensor column) {
  losses::mean_squared_error(x, y);
  losses::mean_squared_error(x, y, 2.5);
  losses::mean_squared_error(x, y, 0.0);
  losses::mean_squared_error(x, y, per_element);
  losses::mean_squared_error(x, y, column);
  losses::softmax_cross_entropy(x, softmax("targets")(y), 0.0);
  losses::cosine_distance(x, y, -1, 3.0);
  losses::mean_pairwise_squared_error(x, y);
  losses::mean_pairwise_squared_error(x, y, 0.0);
  losses::mean_pairwise_squared_error(x, y, column);
  return losses::get_total_loss();
};

}  // namespace

TEST_CASE("weights of other shapes, and the pairwise loss") {
  model<other_weights, input<width>, input<width>, input<width>, input<1>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const auto x = laws::numbers(batch_size * width, 1), y = laws::numbers(batch_size * width, 2);
  auto per_element = laws::numbers(batch_size * width, 3);
  for (std::size_t i = 0; i < per_element.size(); i += 4) per_element[i] = 0;
  const std::vector<double> column{0.5, 0, 2, 1};
  op(x, y, per_element, column);

  double plain = 0, by_element = 0, by_column = 0, cosine = 0, pairs = 0, weighted_pairs = 0;
  int elements = 0;
  for (std::size_t e = 0; e < batch_size; ++e) {
    double pairwise = 0;
    cosine += 1;
    for (std::size_t c = 0; c < width; ++c) {
      const std::size_t i = e * width + c;
      const double d = x[i] - y[i];
      plain += d * d;
      by_element += per_element[i] * d * d;
      elements += per_element[i] != 0;
      by_column += column[e] * d * d;
      cosine -= x[i] * y[i];
      for (std::size_t k = e * width; k < (e + 1) * width; ++k) pairwise += (d - (x[k] - y[k])) * (d - (x[k] - y[k]));
    }
    pairs += pairwise / (width * width);
    weighted_pairs += column[e] * pairwise / (width * width);
  }
  const double n = batch_size * width;
  const double expected[] = {plain / n,       2.5 * plain / n, 0, by_element / elements, by_column / (3 * width), 0, 3 * cosine / batch_size, pairs, 0,
                             weighted_pairs};
  CHECK(op.losses() == static_cast<int>(std::size(expected)));
  for (std::size_t k = 0; k < std::size(expected); ++k) {
    INFO("loss " << k);
    CHECK(op.loss(static_cast<int>(k)) == doctest::Approx(expected[k]).epsilon(1e-12));
  }
}

namespace {

constexpr auto classes = [](tensor logits, tensor labels, tensor weights) {
  losses::sparse_softmax_cross_entropy(logits, labels);
  losses::sparse_softmax_cross_entropy(logits, labels, weights);
  const tensor signs = select(labels > 1.5, 1.0, 0.0);
  losses::add_loss(sum(losses::hinge_loss(logits, select(logits * 0.0 + 1.0 > 0.0, 1.0, 0.0))));
  losses::hinge_loss(logits, one_hot_encoding(width, "hinge_labels")(signs));  // not reduced, not collected
  return losses::get_total_loss();
};

}  // namespace

TEST_CASE("class labels, and hinge_loss, which stays out of the collection") {
  model<classes, input<width>, input<>, input<>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const std::vector<double> x{1, 2, 3, 1000, 0, -1000, 0, 0, 0, -0.5, 0.25, 2}, weights{0, 2, 1, 0};
  const std::vector<int> labels{0, 0, 2, 1};
  op(x, labels, weights);
  CHECK(op.losses() == 3);
  // −log softmax: 2 + ln(1 + e⁻¹ + e⁻²); 0 although exp(1000) overflows; ln 3; the last by definition.
  const double first = 2 + std::log(1 + std::exp(-1) + std::exp(-2)), third = std::log(3.0);
  const double last = std::log(std::exp(-0.5) + std::exp(0.25) + std::exp(2)) - 0.25;
  CHECK(op.loss(0) == doctest::Approx((first + 0 + third + last) / 4).epsilon(1e-12));
  CHECK(op.loss(1) == doctest::Approx((2 * 0 + third) / 2).epsilon(1e-12));
  // All labels 1: max(0, 1 − x).
  CHECK(op.loss(2) == doctest::Approx(0 + 0 + 0 + 0 + 1 + 1001 + 3 + 1.5 + 0.75 + 0));
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
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.1});
  CHECK_THROWS_WITH_AS(op(std::vector<float>(3 * width), std::vector<float>{0, 1.5f, 1}), "labels: example 1: expected a class from 0 to 2, found 1.5; check the data set or the number of outputs", slim::error);
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
  for (std::size_t n : {3, 1, 2}) {
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

namespace {

// Two rows of three pixels, each with two classes.
using pixels = input<2, 3, 2>;
constexpr auto by_pixel = [](tensor x, tensor y, tensor w) {
  losses::softmax_cross_entropy(x, y);
  losses::softmax_cross_entropy(x, y, w);
  losses::softmax_cross_entropy(x, y, 1.0, 0.25);
  return losses::get_total_loss();
};
double pixel_loss(const double* x, const double* y, double smoothing = 0) {
  const double normal = std::log(std::exp(x[0]) + std::exp(x[1]));
  return (y[0] * (1 - smoothing) + smoothing / 2) * (normal - x[0]) + (y[1] * (1 - smoothing) + smoothing / 2) * (normal - x[1]);
}

template <class T, class Weights>
void check_pixels(int batch) {
  model<by_pixel, pixels, pixels, Weights, precision<T>> m(seed(1), capacity(5));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const std::size_t all = static_cast<std::size_t>(batch) * 6;
  const auto x = laws::numbers<T>(batch * 12, 1), y = laws::numbers<T>(batch * 12, 2);
  auto w = laws::numbers<T>(batch * 6, 3);
  for (std::size_t i = 0; i < all; i += 5) w[i] = 0;
  op(x, y, w);
  double plain = 0, weighted = 0, smooth = 0;
  int counted = 0;
  for (std::size_t i = 0; i < all; ++i) {
    const double logits[] = {static_cast<double>(x[2 * i]), static_cast<double>(x[2 * i + 1])}, labels[] = {static_cast<double>(y[2 * i]), static_cast<double>(y[2 * i + 1])};
    plain += pixel_loss(logits, labels);
    smooth += pixel_loss(logits, labels, 0.25);
    weighted += static_cast<double>(w[i]) * pixel_loss(logits, labels);
    counted += w[i] != 0;
  }
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  CHECK(op.loss(0) == doctest::Approx(plain / static_cast<double>(all)).epsilon(tolerance));
  CHECK(op.loss(1) == doctest::Approx(weighted / counted).epsilon(tolerance));
  CHECK(op.loss(2) == doctest::Approx(smooth / static_cast<double>(all)).epsilon(tolerance));
}

}  // namespace

TEST_CASE("softmax_cross_entropy of pixels: one softmax and one loss for each of them") {
  for (int batch : {1, 4}) {
    check_pixels<float, input<2, 3>>(batch);
    check_pixels<double, input<2, 3, 1>>(batch);
  }
}

namespace {

// One class number and one weight for each pixel; 7 and, where it is a class, 1 stand for no class.
constexpr auto segmented = [](tensor x, tensor y, tensor w) {
  losses::sparse_softmax_cross_entropy(x, y, ignore_label = 7);
  losses::sparse_softmax_cross_entropy(x, y, w, ignore_label = 7);
  losses::sparse_softmax_cross_entropy(x, y, 2.5, ignore_label = 7);
  losses::sparse_softmax_cross_entropy(x, min(y, 1.0), w);
  losses::sparse_softmax_cross_entropy(x, min(y, 1.0), ignore_label = 1);
  losses::sparse_softmax_cross_entropy_ignoring<7>(x, y);
  return losses::get_total_loss();
};

template <class T, class Label, class Labels, class Weights>
void check_segmented(int batch) {
  model<segmented, pixels, Labels, Weights, precision<T>> m(seed(1), capacity(5));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const std::size_t all = static_cast<std::size_t>(batch) * 6;
  const auto x = laws::numbers<T>(batch * 12, 1);
  auto w = laws::numbers<T>(batch * Weights::extent.size(), 3);
  const std::size_t pixels_each = all / w.size();
  w[0] = 0;
  std::vector<Label> y(all);
  for (std::size_t i = 0; i < all; ++i) y[i] = static_cast<Label>(i % 3 == 2 ? 7 : (i / 2) % 2);
  op(x, y, w);
  double plain = 0, weighted = 0, clipped = 0, ignored = 0;
  int known = 0, counted = 0, clipped_counted = 0, zeros = 0;
  for (std::size_t i = 0; i < all; ++i) {
    const double logits[] = {static_cast<double>(x[2 * i]), static_cast<double>(x[2 * i + 1])}, weight = static_cast<double>(w[i / pixels_each]);
    const double first[] = {1, 0}, second[] = {0, 1};
    const double loss = pixel_loss(logits, y[i] == 0 ? first : second);
    clipped += weight * loss, clipped_counted += weight != 0;
    if (y[i] != 7) plain += loss, ++known, weighted += weight * loss, counted += weight != 0;
    if (y[i] == 0) ignored += loss, ++zeros;
  }
  const double expected[] = {plain / known, weighted / counted, 2.5 * plain / known, clipped / clipped_counted, ignored / zeros, plain / known};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    INFO("loss " << i << ", batch " << batch);
    CHECK(op.loss(static_cast<int>(i)) == doctest::Approx(expected[i]).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-12));
  }
  y[4] = static_cast<Label>(2);
  CHECK_THROWS_WITH_AS(op(x, y, w), doctest::Contains("example 0, number 4: expected a class from 0 to 1 or 7, found 2"), slim::error);
  std::fill(y.begin(), y.end(), static_cast<Label>(7));
  op(x, y, w);
  CHECK(op.loss(0) == 0);
}

// Through create_train_op, which makes the labels.
constexpr auto segmentation = conv2d(2, {1, 1}, "c", activation_fn = none, weights_initializer = zeros);

}  // namespace

TEST_CASE("sparse_softmax_cross_entropy of pixels, with a label to ignore") {
  for (int batch : {1, 4}) {
    check_segmented<float, unsigned char, input<2, 3>, input<2, 3, 1>>(batch);
    check_segmented<double, double, input<2, 3, 1>, input<2>>(batch);
  }
  model<segmentation, input<2, 3, 1>> m(seed(1));
  m.variable<"c/biases">()(1) = 1;
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy_ignoring<255>, optimizers::gradient_descent{0.0});
  const std::vector<float> x(6, 1.0f);
  const double of_first = std::log(1 + std::exp(1.0)), of_second = of_first - 1;
  CHECK(op(x, std::vector<unsigned char>{0, 1, 255, 1, 255, 255}) == doctest::Approx((of_first + 2 * of_second) / 3));
  auto all = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{0.0});
  CHECK(all(x, std::vector<int>{0, 1, 0, 1, 0, 0}) == doctest::Approx((4 * of_first + 2 * of_second) / 6));
  CHECK_THROWS_AS(all(x, std::vector<int>{0, 1, 255, 1, 0, 0}), slim::error);
}

namespace {

// Weights of each pixel, of each row, of each example.
constexpr auto weighted_pixels = [](tensor x, tensor y, tensor w) {
  losses::mean_squared_error(x, y, w);
  losses::absolute_difference(x, y, w);
  losses::cosine_distance(x, y, -1, w);
  return losses::get_total_loss();
};

template <class T, class Weights>
void check_weighted_pixels(int batch) {
  model<weighted_pixels, pixels, pixels, Weights, precision<T>> m(seed(1), capacity(5));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const auto x = laws::numbers<T>(batch * 12, 1), y = laws::numbers<T>(batch * 12, 2);
  auto w = laws::numbers<T>(batch * Weights::extent.size(), 3);
  w[0] = batch > 1 || w.size() > 1 ? T(0) : w[0];
  double squares = 0, distances_of = 0, cosines = 0;
  int counted = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double weight = static_cast<double>(w[i / (x.size() / w.size())]), d = static_cast<double>(x[i]) - static_cast<double>(y[i]);
    squares += weight * d * d, distances_of += weight * std::abs(d), counted += weight != 0;
    cosines += weight * (0.5 - static_cast<double>(x[i]) * static_cast<double>(y[i]));  // two classes: each has half of the 1
  }
  op(x, y, w);
  const double tolerance = sizeof(T) == 4 ? 1e-5 : 1e-12;
  CHECK(op.loss(0) == doctest::Approx(squares / counted).epsilon(tolerance));
  CHECK(op.loss(1) == doctest::Approx(distances_of / counted).epsilon(tolerance));
  CHECK(op.loss(2) == doctest::Approx(2 * cosines / counted).epsilon(tolerance));
}

}  // namespace

TEST_CASE("weights have the leading axes of the losses; a last extent of 1 does not count") {
  for (int batch : {1, 3}) {
    check_weighted_pixels<float, input<2, 3>>(batch);
    check_weighted_pixels<double, input<2, 3, 1>>(batch);
    check_weighted_pixels<double, input<2>>(batch);
    check_weighted_pixels<float, input<1>>(batch);
  }
}

namespace {

constexpr auto distances = [](tensor x, tensor y, tensor w) {
  losses::cosine_distance(x, y);
  losses::cosine_distance(x, y, -1);
  losses::cosine_distance(x, y, 2);
  losses::cosine_distance(x, y, 1);
  losses::cosine_distance(x, y, 1, 3.0);
  losses::cosine_distance(x, y, 2, w);
  losses::cosine_distance(x, y, -2, w);
  return losses::get_total_loss();
};

template <class T>
void check_distances(int batch) {
  constexpr int rows = 2, columns = 3;
  model<distances, input<rows, columns>, input<rows, columns>, input<>, precision<T>> m(seed(1), capacity(4));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const auto x = laws::numbers<T>(batch * 6, 1), y = laws::numbers<T>(batch * 6, 2);
  auto w = laws::numbers<T>(batch, 3);
  if (batch > 1) w[1] = 0;
  op(x, y, w);
  double along_rows = 0, along_columns = 0, weighted_rows = 0, weighted_columns = 0;
  int counted = 0;
  for (int e = 0; e < batch; ++e) {
    double products = 0;
    for (int i = 0; i < 6; ++i) products += static_cast<double>(x[static_cast<std::size_t>(e * 6 + i)]) * static_cast<double>(y[static_cast<std::size_t>(e * 6 + i)]);
    const double weight = static_cast<double>(w[static_cast<std::size_t>(e)]);
    along_columns += rows - products, along_rows += columns - products;  // what is left has `rows` losses, or `columns`
    weighted_columns += weight * (rows - products), weighted_rows += weight * (columns - products);
    counted += weight != 0;
  }
  const double last = along_columns / (rows * batch), first = along_rows / (columns * batch);
  const double expected[] = {last, last, last, first, 3 * first, weighted_columns / (rows * counted), weighted_rows / (columns * counted)};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    INFO("loss " << i);
    CHECK(op.loss(static_cast<int>(i)) == doctest::Approx(expected[i]).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-12));
  }
}

}  // namespace

TEST_CASE("cosine_distance along an axis; the batch is axis 0, as in TF-Slim") {
  for (int batch : {1, 3}) {
    check_distances<float>(batch);
    check_distances<double>(batch);
  }
}

namespace {

// A weight that a variable holds counts for all examples; so does one number that the network works out.
constexpr auto one_weight = [](tensor x, tensor y) {
  const tensor w = local_variable(x, "w", {1}, constant(2.0)), none = local_variable(x, "zero", {}, constant(0.0));
  losses::mean_squared_error(x, y, w);
  losses::mean_squared_error(x, y, none);
  losses::cosine_distance(x, y, 1, w);
  losses::mean_pairwise_squared_error(x, y, w);
  losses::mean_squared_error(x, y, 2.0);
  losses::cosine_distance(x, y, 1, 2.0);
  losses::mean_pairwise_squared_error(x, y, 2.0);
  return losses::get_total_loss();
};

}  // namespace

TEST_CASE("one weight in all, from a variable, is that number") {
  model<one_weight, input<3>, input<3>> m{seed(1)};
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  op(std::vector<float>{4, 8, 12, 8, 1, 3}, std::vector<float>{1, 9, 2, -5, -2, 6});
  CHECK(op.loss(4) == doctest::Approx(99));
  CHECK(op.loss(0) == doctest::Approx(99));
  CHECK(op.loss(1) == 0);
  CHECK(op.loss(2) == doctest::Approx(op.loss(5)));
  CHECK(op.loss(3) == doctest::Approx(op.loss(6)));
}

TEST_CASE("a weight that is not a number does not make the loss 0") {
  model<weighted, input<width>, input<width>, input<>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const std::vector<double> some(width, 0.5);
  CHECK_THROWS_AS(op(some, some, std::vector<double>{std::numeric_limits<double>::quiet_NaN()}), slim::error);
}
