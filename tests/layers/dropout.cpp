#include "slim/layers/dropout.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "slim/slim.hpp"
#include "tests/laws/gradient_law.hpp"

using namespace slim;

namespace {

constexpr int width = 1000, batch_size = 20;

constexpr auto net = [](tensor x) {
  const tensor a = dropout(0.8, "first")(x), b = dropout(0.8, "second")(x);
  const tensor c = dropout(0.3, "seeded", dropout_seed = 5)(x), d = dropout(0.3, "seeded_again", dropout_seed = 5)(x);
  const tensor all = dropout(1.0, "all")(x), off = dropout(0.5, "off", is_training = false)(x), half = dropout("half")(x);
  return a + b + c + d + all + off + half;
};
using net_model = model<net, input<width>, keep<"first">, keep<"second">, keep<"seeded">, keep<"seeded_again">, keep<"all">, keep<"off">, keep<"half">>;

const std::vector<float> images = laws::numbers<float>(batch_size * width, 1, 1.0, 2.0);
const std::vector<float> targets(batch_size* width, 0.0f);

// Share of elements that were kept; all others must be zero, and what is kept is scaled by 1 / keep.
double kept(std::span<const float> found, double keep) {
  REQUIRE(found.size() == images.size());
  int count = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i] == 0) continue;
    ++count;
    CHECK(std::abs(found[i] - images[i] / keep) < 1e-6 * found[i]);
  }
  return count / static_cast<double>(found.size());
}
double agreement(std::span<const float> a, std::span<const float> b) {
  int equal = 0;
  for (std::size_t i = 0; i < a.size(); ++i) equal += (a[i] == 0) == (b[i] == 0);
  return equal / static_cast<double>(a.size());
}
// Five standard errors of a share of 20 000.
double tolerance(double share) { return 5 * std::sqrt(share * (1 - share) / (width * batch_size)); }

}  // namespace

TEST_CASE("dropout keeps the share asked for, scaled up") {
  net_model m(seed(1));
  auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::keep_gradients{});
  op(images, targets);
  CHECK(std::abs(kept(op.end_point<"first">(), 0.8) - 0.8) < tolerance(0.8));
  CHECK(std::abs(kept(op.end_point<"seeded">(), 0.3) - 0.3) < tolerance(0.3));
  CHECK(std::abs(kept(op.end_point<"half">(), 0.5) - 0.5) < tolerance(0.5));
  CHECK(kept(op.end_point<"all">(), 1) == 1);
  CHECK(kept(op.end_point<"off">(), 1) == 1);

  // Masks of layers, examples, neighbours and steps are independent; those of one seed are equal.
  const auto first = op.end_point<"first">();
  const double by_chance = 0.8 * 0.8 + 0.2 * 0.2;
  CHECK(std::abs(agreement(first, op.end_point<"second">()) - by_chance) < tolerance(by_chance));
  CHECK(std::abs(agreement(first.subspan(width), first.first(first.size() - width)) - by_chance) < tolerance(by_chance));
  CHECK(std::abs(agreement(first.subspan(1), first.first(first.size() - 1)) - by_chance) < tolerance(by_chance));
  CHECK(agreement(op.end_point<"seeded">(), op.end_point<"seeded_again">()) == 1);
  const std::vector<float> before(first.begin(), first.end());
  op(images, targets);
  CHECK(std::abs(agreement(before, op.end_point<"first">()) - by_chance) < tolerance(by_chance));
}

TEST_CASE("masks are a function of the model's seed, the step and the element") {
  net_model m(seed(1)), same(seed(1)), other(seed(2));
  auto a = learning::create_train_op(m, losses::mean_squared_error, optimizers::keep_gradients{}, capacity(32), 1);
  auto b = learning::create_train_op(same, losses::mean_squared_error, optimizers::keep_gradients{}, capacity(20), 2);
  auto c = learning::create_train_op(other, losses::mean_squared_error, optimizers::keep_gradients{});
  a(images, targets), b(images, targets), c(images, targets);
  CHECK(agreement(a.end_point<"half">(), b.end_point<"half">()) == 1);
  CHECK(agreement(a.end_point<"half">(), c.end_point<"half">()) < 0.6);
}

TEST_CASE("inference passes everything on") {
  net_model m(seed(1), capacity(batch_size));
  const auto y = m.predict(images);
  for (std::size_t i = 0; i < images.size(); i += 7) CHECK(y.data()[i] == doctest::Approx(7 * images[i]));
}

namespace {
constexpr auto shared_noise = [](tensor input) {
  const tensor x = input * model_variable(input, "w", {7, 5, 40}, ones);
  dropout(0.6, "channels", noise_shape = {-1, 1, 1, -1})(x);
  dropout(0.6, "batch", noise_shape = {1, 7, 1, 40}, dropout_seed = 3)(x);
  return dropout(0.6, "channels_again", noise_shape = {-1, 1, 1, 40}, dropout_seed = 4)(x) +
         dropout(0.6, "same", noise_shape = {-1, 1, 1, 40}, dropout_seed = 4)(x);
};
constexpr auto shared_noise_law = conv2d(7, {3, 3}, "conv", activation_fn = nn::tanh) >> dropout(0.6, noise_shape = {-1, 1, 1, -1}) >>
                                  conv2d(3, {1, 1}, "out", activation_fn = none);
}  // namespace

TEST_CASE("noise_shape: what shares an element of the mask is kept or dropped together") {
  constexpr int batch = 9, pixels = 35, channels = 40, size = pixels * channels;
  model<shared_noise, input<7, 5, channels>, keep<"channels">, keep<"batch">, keep<"channels_again">, keep<"same">> m(seed(1));
  const std::vector<float> x(static_cast<std::size_t>(batch * size), 1.0f);
  auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::keep_gradients{});
  op(x, x);
  const auto by_channel = op.end_point<"channels">(), by_row = op.end_point<"batch">(), again = op.end_point<"channels_again">(), same = op.end_point<"same">();
  int kept_channels = 0, kept_rows = 0, differences = 0;
  for (int e = 0; e < batch; ++e)
    for (int p = 0; p < pixels; ++p)
      for (int c = 0; c < channels; ++c) {
        const auto at = [&](int example, int pixel) { return static_cast<std::size_t>((example * pixels + pixel) * channels + c); };
        REQUIRE(by_channel[at(e, p)] == by_channel[at(e, 0)]);
        REQUIRE(by_row[at(e, p)] == by_row[at(0, p / 5 * 5)]);
        REQUIRE(again[at(e, p)] == same[at(e, p)]);
        REQUIRE((by_row[at(e, p)] == 0 || by_row[at(e, p)] == doctest::Approx(1 / 0.6)));
        kept_channels += p == 0 && by_channel[at(e, p)] != 0;
        kept_rows += e == 0 && p % 5 == 0 && by_row[at(e, p)] != 0;
        differences += p == 0 && (by_channel[at(e, 0)] != 0) != (again[at(e, 0)] != 0);
      }
  const auto close = [](int count, int of) { return std::abs(count / static_cast<double>(of) - 0.6) < 5 * std::sqrt(0.24 / of); };
  CHECK(close(kept_channels, batch * channels));
  CHECK(close(kept_rows, 7 * channels));
  CHECK(differences > 0);
  laws::check_gradients_at_batches<shared_noise_law, input<5, 3, 2>>(losses::mean_squared_error);
}
