// Losses of pixels: their softmax, labels and weights, and distances along an axis.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

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
    const double logits[] = {static_cast<double>(x[2 * i]), static_cast<double>(x[2 * i + 1])},
                 labels[] = {static_cast<double>(y[2 * i]), static_cast<double>(y[2 * i + 1])};
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
    for (int i = 0; i < 6; ++i)
      products += static_cast<double>(x[static_cast<std::size_t>(e * 6 + i)]) * static_cast<double>(y[static_cast<std::size_t>(e * 6 + i)]);
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
