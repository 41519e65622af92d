#include "slim/losses/losses.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
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
  losses::huber_loss(2.0 * x, y, weights);
  losses::huber_loss(2.0 * x, y, weights, 0.25);
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
  for (int c = 0; c < width; ++c) loss -= (std::exp(y[c]) / targets * (1 - smoothing) + smoothing / width) * (scale * x[c] - largest - std::log(sum));
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
double huber_loss_of(double d, double delta) { return std::abs(d) <= delta ? 0.5 * d * d : delta * std::abs(d) - 0.5 * delta * delta; }
const reference references[] = {
    each("absolute_difference", [](double x, double y) { return std::abs(x - y); }),
    each("mean_squared_error", [](double x, double y) { return (x - y) * (x - y); }),
    each("huber_loss", [](double x, double y) { return huber_loss_of(2 * x - y, 1); }),
    each("huber_loss with delta", [](double x, double y) { return huber_loss_of(2 * x - y, 0.25); }),
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
  const double expected[] = {plain / n, 2.5 * plain / n, 0, by_element / elements, by_column / (3 * width), 0, 3 * cosine / batch_size, pairs,
                             0,         weighted_pairs};
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
  losses::sparse_softmax_cross_entropy(logits, labels, 0.5);
  losses::sparse_softmax_cross_entropy(logits, labels, 2, {.scope = "twice"});
  const tensor tripled =
      scope("head", [](const tensor& y) { return scope("AuxLogits", [](const tensor& z) { return collect_named_output(3.0 * z); })(y); })(logits);
  losses::with_aux_logits<losses::sparse_softmax_cross_entropy>(logits, labels);
  losses::with_aux_logits<losses::softmax_cross_entropy>(0.5 * tripled, one_hot_encoding(width, "labels")(labels));
  return losses::get_total_loss();
};

}  // namespace

TEST_CASE("class labels, and hinge_loss, which stays out of the collection") {
  model<classes, input<width>, input<>, input<>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::keep_gradients{});
  const std::vector<double> x{1, 2, 3, 1000, 0, -1000, 0, 0, 0, -0.5, 0.25, 2}, weights{0, 2, 1, 0};
  const std::vector<int> labels{0, 0, 2, 1};
  op(x, labels, weights);
  CHECK(op.losses() == 9);
  // −log softmax: 2 + ln(1 + e⁻¹ + e⁻²); 0 although exp(1000) overflows; ln 3; the last by definition.
  const double first = 2 + std::log(1 + std::exp(-1) + std::exp(-2)), third = std::log(3.0);
  const double last = std::log(std::exp(-0.5) + std::exp(0.25) + std::exp(2)) - 0.25;
  CHECK(op.loss(0) == doctest::Approx((first + 0 + third + last) / 4).epsilon(1e-12));
  CHECK(op.loss(1) == doctest::Approx((2 * 0 + third) / 2).epsilon(1e-12));
  CHECK(op.loss(3) == doctest::Approx(0.5 * op.loss(0)).epsilon(1e-12));
  CHECK(op.loss(4) == doctest::Approx(2 * op.loss(0)).epsilon(1e-12));
  const auto of_multiple = [&](double multiple) {
    double total = 0;
    for (unsigned i = 0; i < 4; ++i) {
      const auto above = [&](unsigned k) { return multiple * (x[3 * i + k] - x[3 * i + static_cast<unsigned>(labels[i])]); };
      const double most = std::max({above(0), above(1), above(2)});
      total += most + std::log(std::exp(above(0) - most) + std::exp(above(1) - most) + std::exp(above(2) - most));
    }
    return total / 4;
  };
  CHECK(op.loss(5) == doctest::Approx(0.4 * of_multiple(3)).epsilon(1e-12));
  CHECK(op.loss(6) == doctest::Approx(of_multiple(1)).epsilon(1e-12));
  CHECK(op.loss(7) == doctest::Approx(0.4 * of_multiple(3)).epsilon(1e-12));
  CHECK(op.loss(8) == doctest::Approx(of_multiple(1.5)).epsilon(1e-12));
  // All labels 1: max(0, 1 − x).
  CHECK(op.loss(2) == doctest::Approx(0 + 0 + 0 + 0 + 1 + 1001 + 3 + 1.5 + 0.75 + 0));
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
