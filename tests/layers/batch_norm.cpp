#include "slim/layers/batch_norm.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr int cells = 6, channels = 3, batch_size = 4, count = cells * batch_size;
constexpr double keep_average = 0.8, small = 0.01;

constexpr auto net = batch_norm("norm", decay = keep_average, epsilon = small, scale = true);
using net_model = model<net, input<2, 3, channels>, precision<double>, keep<"norm">>;

struct statistics {
  double mean = 0, biased = 0, unbiased = 0;
};
statistics of_channel(const std::vector<double>& images, int channel) {
  statistics s;
  for (int i = 0; i < count; ++i) s.mean += images[static_cast<std::size_t>(i * channels + channel)] / count;
  for (int i = 0; i < count; ++i) {
    const double d = images[static_cast<std::size_t>(i * channels + channel)] - s.mean;
    s.biased += d * d / count, s.unbiased += d * d / (count - 1);
  }
  return s;
}

const auto images = laws::numbers(count * channels, 1, 3.0, 1.0), targets = laws::numbers(count * channels, 2);

// Rate 0: a step moves the averages and nothing else.
const optimizers::gradient_descent still{0.0};

}  // namespace

TEST_CASE("training normalizes by the batch and moves the averages, the variance without bias") {
  net_model m(seed(1));
  const double gamma[] = {0.5, 1, 2}, beta[] = {-1, 0, 3};
  for (int c = 0; c < channels; ++c) m.variable<"norm/gamma">()(c) = gamma[c], m.variable<"norm/beta">()(c) = beta[c];
  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  double mean[channels]{}, variance[channels]{1, 1, 1};
  for (int step = 0; step < 3; ++step) {
    std::vector<double> batch = images;
    for (double& v : batch) v = v * (1 + step) - step;
    op(batch, targets);
    for (int c = 0; c < channels; ++c) {
      const statistics s = of_channel(batch, c);
      const auto y = op.end_point<"norm">();
      for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i * channels + c);
        CHECK(y[at] == doctest::Approx(gamma[c] * (batch[at] - s.mean) / std::sqrt(s.biased + small) + beta[c]).epsilon(1e-12));
      }
      mean[c] = keep_average * mean[c] + (1 - keep_average) * s.mean;
      variance[c] = keep_average * variance[c] + (1 - keep_average) * s.unbiased;
      CHECK(m.variable<"norm/moving_mean">()(c) == doctest::Approx(mean[c]).epsilon(1e-13));
      CHECK(m.variable<"norm/moving_variance">()(c) == doctest::Approx(variance[c]).epsilon(1e-13));
    }
  }
}

TEST_CASE("inference uses the moving averages and changes nothing") {
  net_model m(seed(1));
  const double mean[] = {1, -2, 0.5}, variance[] = {4, 0.25, 1};
  for (int c = 0; c < channels; ++c) m.variable<"norm/moving_mean">()(c) = mean[c], m.variable<"norm/moving_variance">()(c) = variance[c];
  const std::vector<double> before(m.parameters().begin(), m.parameters().end());
  const auto y = m.predict(images);
  for (int i = 0; i < count * channels; ++i) {
    const int c = i % channels;
    CHECK(y.data()[i] == doctest::Approx((images[static_cast<std::size_t>(i)] - mean[c]) / std::sqrt(variance[c] + small)).epsilon(1e-13));
  }
  CHECK(std::equal(before.begin(), before.end(), m.parameters().begin()));
}

namespace {

// Defaults; fixed to inference; fixed to training; one set of averages moved by two applications.
constexpr auto variants = [](tensor x) {
  const tensor a = batch_norm("defaults")(x);
  batch_norm("never", is_training = false)(x);
  const tensor b = batch_norm("always", decay = 0.5, is_training = true)(x);
  batch_norm("twice", decay = 0.5)(x);
  const tensor c = batch_norm("twice", decay = 0.5, reuse = true)(x + 10.0);
  return a + b + c;
};

}  // namespace

TEST_CASE("variables, is_training, and averages that are shared") {
  model<variants, input<2, 3, channels>, precision<double>> m(seed(1));
  CHECK(m.variables() == 12);  // beta, moving_mean and moving_variance each; gamma only with scale
  CHECK(m.variable_name(0) == "defaults/beta");
  CHECK(m.variable_name(1) == "defaults/moving_mean");
  CHECK(m.variable_name(2) == "defaults/moving_variance");
  CHECK(m.variable_trainable(0));
  CHECK_FALSE(m.variable_trainable(1));
  CHECK_FALSE(m.variable_trainable(2));

  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  op(images, targets);
  for (int c = 0; c < channels; ++c) {
    const statistics s = of_channel(images, c);
    CHECK(m.template variable<"defaults/moving_mean">()(c) == doctest::Approx(0.001 * s.mean));
    CHECK(m.template variable<"defaults/moving_variance">()(c) == doctest::Approx(0.999 + 0.001 * s.unbiased));
    CHECK(m.template variable<"never/moving_mean">()(c) == 0);
    CHECK(m.template variable<"never/moving_variance">()(c) == 1);
    CHECK(m.template variable<"always/moving_mean">()(c) == doctest::Approx(0.5 * s.mean));
    CHECK(m.template variable<"twice/moving_mean">()(c) == doctest::Approx(0.25 * s.mean + 0.5 * (s.mean + 10)));
    CHECK(m.template variable<"twice/moving_variance">()(c) == doctest::Approx(0.25 + 0.75 * s.unbiased));
  }
}

namespace {
constexpr auto vectors = batch_norm("norm", decay = 0.5);
}

TEST_CASE("a batch of one vector has no variance and leaves finite numbers") {
  model<vectors, input<channels>, precision<double>, keep<"norm">> m(seed(1));
  auto op = learning::create_train_op(m, losses::mean_squared_error, still);
  op(std::vector<double>{5, 6, 7}, std::vector<double>{1, 2, 3});
  for (int c = 0; c < channels; ++c) {
    CHECK(op.end_point<"norm">()[static_cast<std::size_t>(c)] == 0);
    CHECK(m.variable<"norm/moving_mean">()(c) == 0.5 * (5 + c));
    CHECK(m.variable<"norm/moving_variance">()(c) == 0.5);
  }
}
