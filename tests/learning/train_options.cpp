// What the options of create_train_op do to gradients, updates and errors, against the same done by hand.
#include "slim/compile/train_options.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "slim/learning/deployment_config.hpp"
#include "slim/report/explain.hpp"
#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

inline constexpr auto net = scope("net", fully_connected(4, "fc1", normalizer_fn = batch_norm, weights_regularizer = l2_regularizer(0.1)) >>
                                             fully_connected(3, "fc2", activation_fn = nn::tanh) >> fully_connected(2, "out", activation_fn = none));
using net_model = model<net, input<3>, precision<double>>;
inline constexpr double learning_rate = 0.5;

const auto images = laws::numbers(6 * 3, 1), targets = laws::numbers(6 * 2, 2, 5);

template <class... Options>
auto train_op_of(net_model& m, const Options&... options) {
  return learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{learning_rate}, options...);
}

// The gradients of all variables at `m`, zeros where there are none.
std::vector<std::vector<double>> gradients_at(const net_model& m) {
  net_model copy = m;
  auto inspect = learning::create_train_op(copy, losses::mean_squared_error, optimizers::keep_gradients{});
  inspect(images, targets);
  std::vector<std::vector<double>> all;
  for (int v = 0; v < m.variables(); ++v) {
    const auto values = inspect.slot_values(v);
    all.emplace_back(values.begin(), values.end());
  }
  return all;
}

double square_norm(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x * x;
  return sum;
}

// Trained variables of `after` must be those of `before` minus learning_rate·factor(v)·gradient.
template <class Factor>
void check_moved(const net_model& before, const net_model& after, const Factor& factor) {
  const auto gradients = gradients_at(before);
  for (int v = 0; v < before.variables(); ++v) {
    if (!before.variable_trainable(v)) continue;
    INFO(before.variable_name(v));
    for (std::size_t i = 0; i < gradients[static_cast<std::size_t>(v)].size(); ++i) {
      const double expected = before.variable_values(v)[i] - learning_rate * factor(v) * gradients[static_cast<std::size_t>(v)][i];
      CHECK(after.variable_values(v)[i] == doctest::Approx(expected).epsilon(1e-12));
    }
  }
}

bool in(const std::string& scope, int v) { return net_model::variable_name(v).starts_with(scope); }

}  // namespace

TEST_CASE("uncounted_steps: the optimizer counts, the global step stays") {
  net_model counted(seed(1)), uncounted(seed(1));
  const optimizers::adam adam{learning::exponential_decay{.learning_rate = 0.1, .decay_steps = 1, .decay_rate = 0.5}};
  auto usual = learning::create_train_op(counted, losses::mean_squared_error, adam);
  auto op = learning::create_train_op(uncounted, losses::mean_squared_error, adam, learning::uncounted_steps{});
  for (int i = 0; i < 3; ++i) CHECK(usual(images, targets) == op(images, targets));
  CHECK(usual.step() == 3);
  CHECK(op.step() == 0);
  CHECK(op.batches() == 3);
  CHECK(std::equal(counted.parameters().begin(), counted.parameters().end(), uncounted.parameters().begin()));
  std::vector<std::string> names;
  op.for_each_state([&](variable_reference one) {
    names.push_back(one.name);
    if (one.name == "global_step") one.values<std::int64_t>()[0] = 7;
  });
  CHECK(std::count(names.begin(), names.end(), "uncounted_steps") == 1);
  op(images, targets);
  CHECK(op.step() == 7);  // that of another train_op, for instance
}

TEST_CASE("clip_gradient_norm scales each variable's gradient by itself") {
  const net_model start(seed(3));
  net_model m = start;
  const auto gradients = gradients_at(start);
  double smallest = 1e300, largest = 0;
  for (const auto& one : gradients)
    if (const double norm = std::sqrt(square_norm(one)); norm > 0) smallest = std::min(smallest, norm), largest = std::max(largest, norm);
  const double most = (smallest + largest) / 2;
  int clipped = 0, whole = 0;
  auto op = train_op_of(m, learning::clip_gradient_norm{most});
  op(images, targets);
  check_moved(start, m, [&](int v) {
    const double norm = std::sqrt(square_norm(gradients[static_cast<std::size_t>(v)]));
    ++(norm > most ? clipped : whole);
    return most / std::max(norm, most);
  });
  CHECK(clipped > 0);
  CHECK(whole > 0);

  net_model free = start, loose = start;
  auto unclipped = train_op_of(free);
  auto barely = train_op_of(loose, learning::clip_gradient_norm{most});
  barely.option<learning::clip_gradient_norm>().max_norm = 1e6;  // may change between steps
  unclipped(images, targets), barely(images, targets);
  CHECK(std::memcmp(free.parameters().data(), loose.parameters().data(), free.parameters().size_bytes()) == 0);
}

TEST_CASE("clip_global_norm scales all gradients by the norm of them together, multipliers first") {
  const net_model start(seed(3));
  net_model m = start;
  const auto gradients = gradients_at(start);
  const auto multiplier = [&](int v) { return in("net/fc1", v) ? 2.0 : in("net/out/biases", v) ? -0.5 : 1.0; };
  double square = 0;
  for (int v = 0; v < m.variables(); ++v) square += multiplier(v) * multiplier(v) * square_norm(gradients[static_cast<std::size_t>(v)]);
  auto op =
      train_op_of(m, learning::clip_global_norm{0.7}, learning::gradient_multiplier<"net/out/biases">{-0.5}, learning::gradient_multiplier<"net/fc1">{2.0});
  op(images, targets);
  REQUIRE(std::sqrt(square) > 0.7);
  check_moved(start, m, [&](int v) { return multiplier(v) * 0.7 / std::sqrt(square); });
}

TEST_CASE("adaptive_clipping brings unusually large norms back to the usual one") {
  for (const bool by_step : {true, false}) {
    net_model m(seed(3));
    const learning::adaptive_clipping with{.std_factor = 1.5, .decay = 0.8, .by_step = by_step};
    auto op = train_op_of(m, with, learning::gradient_multiplier<"net/out">{2.0});
    double mean = 0, mean_square = 0;
    int whole = 0, clipped = 0;
    for (int step = 0; step < 12; ++step) {
      const double size = step % 4 == 3 ? 30 : 1;  // of the targets, and so of the gradients
      auto scaled = targets;
      for (double& one : scaled) one *= size;
      const net_model before = m;
      net_model copy = m;
      auto inspect = learning::create_train_op(copy, losses::mean_squared_error, optimizers::keep_gradients{});
      inspect(images, scaled);
      double square = 0;
      for (int v = 0; v < m.variables(); ++v)
        for (const double g : inspect.slot_values(v)) square += g * g * (in("net/out", v) ? 4 : 1);
      const double norm = std::sqrt(square), decay = by_step ? std::min(0.8, step / (step + 1.0)) : 0.8, logarithm = std::log(norm + with.epsilon);
      mean = decay * mean + (1 - decay) * logarithm;
      mean_square = decay * mean_square + (1 - decay) * logarithm * logarithm;
      const double limit = std::exp(mean + with.std_factor * std::sqrt(std::max(with.epsilon, mean_square - mean * mean)));
      const double factor = norm < limit ? 1 : std::exp(mean) / norm;
      ++(norm < limit ? whole : clipped);

      op(images, scaled);
      CHECK(op.global_gradient_norm() == doctest::Approx(norm).epsilon(1e-11));
      for (int v = 0; v < m.variables(); ++v) {
        if (!m.variable_trainable(v)) continue;
        INFO("step ", step, " ", m.variable_name(v));
        for (std::size_t i = 0; i < m.variable_values(v).size(); ++i) {
          const double applied = learning_rate * factor * (in("net/out", v) ? 2 : 1) * inspect.slot_values(v)[i];
          CHECK(m.variable_values(v)[i] == doctest::Approx(before.variable_values(v)[i] - applied).epsilon(1e-9));
        }
      }
    }
    CHECK(whole > 0);
    CHECK(clipped > 0);
    std::vector<double> saved;
    op.for_each_state([&](const variable_reference& one) {
      if (one.name.starts_with("AdaptiveMaxNorm/")) saved.push_back(one.values<double>()[0]);
    });
    REQUIRE(saved.size() == 2);
    CHECK(saved[0] == doctest::Approx(mean).epsilon(1e-11));
    CHECK(saved[1] == doctest::Approx(mean_square).epsilon(1e-11));
  }
}

TEST_CASE("adaptive_clipping: a fixed limit besides") {
  net_model m(seed(3));
  const net_model start = m;
  const auto gradients = gradients_at(start);
  double square = 0;
  for (const auto& one : gradients) square += square_norm(one);
  auto op = train_op_of(m, learning::adaptive_clipping{.static_max_norm = 0.25});
  op(images, targets);
  check_moved(start, m, [&](int) { return 0.25 / std::sqrt(square); });
}

TEST_CASE("gradient_noise_scale adds a truncated normal number to each element, anew in each step") {
  const net_model start(seed(3));
  const auto gradients = gradients_at(start);
  const auto noise_of = [&](int steps_before, int threads) {
    net_model m = start;
    auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{learning_rate}, learning::gradient_noise_scale{2.0},
                                        learning::gradient_multiplier<"net/out">{0.5}, threads);
    op.for_each_state([&](const variable_reference& one) {
      if (one.name == "global_step") one.values<std::int64_t>()[0] = steps_before;
    });
    op(images, targets);
    std::vector<double> noise;
    for (int v = 0; v < m.variables(); ++v)
      for (std::size_t i = 0; m.variable_trainable(v) && i < m.variable_values(v).size(); ++i) {
        const double seen = (start.variable_values(v)[i] - m.variable_values(v)[i]) / learning_rate;
        noise.push_back(seen / (in("net/out", v) ? 0.5 : 1) - gradients[static_cast<std::size_t>(v)][i]);
      }
    return noise;
  };
  CHECK(noise_of(0, 1) == noise_of(0, 2));
  std::vector<double> all;
  for (int step = 0; step < 60; ++step)
    for (const double one : noise_of(step, 1)) all.push_back(one);
  double sum = 0, square = 0, largest = 0;
  for (const double one : all) sum += one, square += one * one, largest = std::max(largest, std::fabs(one));
  const double count = static_cast<double>(all.size());
  REQUIRE(count > 2000);
  CHECK(std::fabs(sum / count) < 0.15);
  CHECK(std::sqrt(square / count) == doctest::Approx(2 * 0.8796).epsilon(0.03));  // of the standard normal distribution cut off at 2
  CHECK(largest < 4 + 1e-4);
  CHECK(largest > 3.8);
  std::sort(all.begin(), all.end());
  int again = 0;  // of 2^24 different numbers hardly one comes twice
  for (std::size_t i = 1; i < all.size(); ++i) again += all[i] - all[i - 1] < 1e-12;
  CHECK(again <= 3);
}

TEST_CASE("variables_to_train: the others keep every bit, but averages of batch_norm move") {
  const net_model start(seed(3));
  net_model m = start;
  auto op = train_op_of(m, learning::variables_to_train<"net/fc2", "net/out/weights">{});
  for (int i = 0; i < 3; ++i) op(images, targets);
  for (int v = 0; v < m.variables(); ++v) {
    const bool same = std::memcmp(m.variable_values(v).data(), start.variable_values(v).data(), m.variable_values(v).size_bytes()) == 0;
    INFO(m.variable_name(v));
    CHECK(same == !(in("net/fc2", v) || in("net/out/weights", v) || in("net/fc1/BatchNorm/moving", v)));
  }
  CHECK(op.program.sizes.steps < train_op_of(m).program.sizes.steps);  // dead gradients are gone
  CHECK(op.regularization_losses() == 1);                              // of a frozen layer: still counts
  std::vector<std::string> names;
  auto adam = learning::create_train_op(m, losses::mean_squared_error, optimizers::adam{}, learning::variables_to_train<"net/out/weights">{});
  adam.for_each_state([&](const variable_reference& one) { names.push_back(one.name); });
  CHECK(names == std::vector<std::string>{"global_step", "seed", "net/out/weights/Adam", "net/out/weights/Adam_1"});  // no state for the others
}

TEST_CASE("regularization_scale: weight decay as a number of the run") {
  static constexpr auto decayed = [](double scale) {
    return fully_connected(4, "fc1", activation_fn = nn::tanh, weights_regularizer = l2_regularizer(scale)) >> fully_connected(2, "out", activation_fn = none);
  };
  static constexpr auto unit = decayed(1.0), tenth = decayed(0.1);
  model<unit, input<3>, precision<double>> scaled(seed(3));
  model<tenth, input<3>, precision<double>> built_in(seed(3));
  auto with_number = learning::create_train_op(scaled, losses::mean_squared_error, optimizers::adam{0.05}, learning::regularization_scale{0.1});
  auto with_constant = learning::create_train_op(built_in, losses::mean_squared_error, optimizers::adam{0.05});
  for (int step = 0; step < 3; ++step) {
    CHECK(with_number(images, targets) == doctest::Approx(with_constant(images, targets)).epsilon(1e-12));
    CHECK(with_number.loss(1) == doctest::Approx(with_constant.loss(1)).epsilon(1e-12));
  }
  for (std::size_t i = 0; i < scaled.parameters().size(); ++i) CHECK(scaled.parameters()[i] == doctest::Approx(built_in.parameters()[i]).epsilon(1e-11));
  with_number.option<learning::regularization_scale>().factor = 0;  // may change between steps
  const double total = with_number(images, targets);
  CHECK(total == with_number.loss(0));
  CHECK_THROWS_AS(learning::create_train_op(scaled, losses::mean_squared_error, optimizers::adam{}, learning::regularization_scale{-1}), error);
}

TEST_CASE("accumulate_gradients: parts of a batch give the step of the whole batch") {
  static constexpr auto plain =
      fully_connected(4, "fc1", activation_fn = nn::tanh, weights_regularizer = l2_regularizer(0.1)) >> fully_connected(2, "out", activation_fn = none);
  using plain_model = model<plain, input<3>, precision<double>>;
  const auto check = [](auto optimizer, auto... options) {
    plain_model whole(seed(3)), parts(seed(3));
    auto at_once = learning::create_train_op(whole, losses::mean_squared_error, optimizer, options...);
    auto in_parts = learning::create_train_op(parts, losses::mean_squared_error, optimizer, learning::accumulate_gradients{3}, options...);
    for (int step = 1; step <= 3; ++step) {
      at_once(images, targets);
      for (int part = 0; part < 3; ++part) {
        CHECK(in_parts.step() == step - 1);
        CHECK(in_parts.inside_step() == (part > 0));
        const plain_model before = parts;
        in_parts(std::span(images).subspan(static_cast<std::size_t>(part) * 6, 6), std::span(targets).subspan(static_cast<std::size_t>(part) * 4, 4));
        CHECK(std::equal(parts.parameters().begin(), parts.parameters().end(), before.parameters().begin()) == (part < 2));
      }
      CHECK(in_parts.step() == step);
      for (std::size_t i = 0; i < whole.parameters().size(); ++i) CHECK(parts.parameters()[i] == doctest::Approx(whole.parameters()[i]).epsilon(1e-11));
    }
  };
  check(optimizers::gradient_descent{0.3});
  check(optimizers::adam{0.05}, learning::clip_global_norm{0.4});
  check(optimizers::lamb{.learning_rate = 0.05, .weight_decay = 0.1});
}

TEST_CASE("moving_average follows all variables, and evaluation can use it") {
  net_model m(seed(3));
  auto op = train_op_of(m, learning::moving_average{0.3});
  std::vector<double> shadow(m.parameters().begin(), m.parameters().end());
  for (int step = 1; step <= 5; ++step) {
    op(images, targets);
    const double decay = std::min(0.3, (1.0 + step) / (10.0 + step));
    for (std::size_t i = 0; i < shadow.size(); ++i) shadow[i] -= (1 - decay) * (shadow[i] - m.parameters()[i]);
  }
  net_model averaged = op.averaged_model();
  for (std::size_t i = 0; i < shadow.size(); ++i) CHECK(averaged.parameters()[i] == doctest::Approx(shadow[i]).epsilon(1e-12));
  CHECK(averaged.predict(images) != m.predict(images));
  int found = 0;
  op.for_each_state([&](const variable_reference& one) {
    if (one.name != "net/fc1/BatchNorm/moving_mean/ExponentialMovingAverage") return;
    ++found;
    CHECK(one.values<double>()[0] == averaged.variable<"net/fc1/BatchNorm/moving_mean">()(0));
  });
  CHECK(found == 1);
}

TEST_CASE("summarize_gradients gives the gradients as the optimizer saw them") {
  const net_model start(seed(3));
  net_model m = start;
  auto op = train_op_of(m, learning::summarize_gradients{}, learning::gradient_multiplier<"net/out">{3.0});
  op(images, targets);
  const auto gradients = gradients_at(start);
  for (int v = 0; v < m.variables(); ++v) {
    const auto found = op.gradient_values(v);
    INFO(m.variable_name(v));
    REQUIRE(found.size() == (m.variable_trainable(v) ? gradients[static_cast<std::size_t>(v)].size() : 0));
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(found[i] == doctest::Approx(gradients[static_cast<std::size_t>(v)][i] * (in("net/out", v) ? 3 : 1)).epsilon(1e-12));
  }
  CHECK(op.gradient<"net/out/weights">().data() == op.gradient_values(m.variables() - 2).data());
}

TEST_CASE("check_numerics names where numbers went wrong first") {
  const double nan = std::nan("");
  const auto message = [](auto damage) -> std::string {
    net_model m(seed(3));
    auto x = images, y = targets;
    auto op = train_op_of(m, learning::check_numerics{});
    op(images, targets);  // nothing wrong
    damage(m, x, y);
    try {
      op(x, y);
    } catch (const error& problem) {
      return problem.what();
    }
    return "";
  };
  const std::string end = "; lower the learning rate or check inputs and labels";
  CHECK(message([](auto&, auto&, auto&) {}) == "");
  CHECK(message([&](auto& m, auto&, auto&) { m.template variable<"net/fc2/biases">()(1) = nan; }) ==
        "step 2: expected finite numbers, found 1 NaN or infinite in variable net/fc2/biases" + end);
  CHECK(message([&](auto&, auto& x, auto&) { x[4] = 1 / 0.0, x[7] = nan; }) == "step 2: expected finite numbers, found 2 NaN or infinite in input 0" + end);
  CHECK(message([&](auto&, auto&, auto& y) { y[0] = nan; }) == "step 2: expected finite numbers, found 1 NaN or infinite in input 1" + end);
  CHECK(message([&](auto& m, auto&, auto&) { std::ranges::fill(m.template variable<"net/out/weights">(), 1e308); }).find("in layer net/out") !=
        std::string::npos);

  net_model m(seed(3));
  auto unchecked = train_op_of(m);
  auto x = images;
  x[0] = nan;
  CHECK_THROWS_WITH_AS(unchecked(x, targets), ("step 1: expected a finite loss, found nan" + end).c_str(), error);
}

TEST_CASE("skip_not_finite passes bad batches over: the run is the one without them, in every bit") {
  net_model with(seed(3)), without(seed(3));
  const optimizers::adam adam{0.1};
  const learning::clip_global_norm clip{1.0};
  const learning::gradient_multiplier<"net/out"> multiplier{1.0};
  auto skipping = learning::create_train_op(with, losses::mean_squared_error, adam, clip, multiplier, learning::skip_not_finite{2});
  auto plain = learning::create_train_op(without, losses::mean_squared_error, adam, clip, multiplier, learning::skip_not_finite{2});  // never has to
  auto bad_images = images, bad_targets = targets;
  bad_images[4] = std::nan(""), bad_targets[5] = 1 / 0.0;
  skipping(images, targets), plain(images, targets);
  CHECK(std::isnan(skipping(bad_images, targets)));
  CHECK(skipping(images, bad_targets) == 1 / 0.0);
  CHECK(skipping.skipped() == 2);
  CHECK(skipping.step() == 1);
  CHECK(skipping.batches() == 3);
  CHECK(skipping(images, targets) == plain(images, targets));
  skipping.option<learning::gradient_multiplier<"net/out">>().factor = 1e200;  // the loss is finite, the norm of the gradients is not
  CHECK(skipping(images, targets) == 1 / 0.0);
  skipping.option<learning::gradient_multiplier<"net/out">>().factor = 1;
  CHECK(skipping(images, targets) == plain(images, targets));
  CHECK(std::memcmp(with.parameters().data(), without.parameters().data(), with.parameters().size_bytes()) == 0);
  for (int v = 0; v < with.variables(); ++v)
    for (const int s : {0, 1}) CHECK(std::ranges::equal(skipping.slot_values(v, s), plain.slot_values(v, s)));

  skipping(bad_images, targets), skipping(bad_images, targets);
  CHECK_THROWS_WITH_AS(
      skipping(bad_images, targets),
      "step 4: expected a finite loss after 2 batches in a row that were passed over, found nan; lower the learning rate or check inputs and labels", error);
  CHECK(std::memcmp(with.parameters().data(), without.parameters().data(), with.parameters().size_bytes()) == 0);

  net_model parts(seed(3));  // a part of a step that is passed over is none
  auto accumulating = train_op_of(parts, learning::skip_not_finite{}, learning::accumulate_gradients{2});
  accumulating(images, targets);
  accumulating(images, bad_targets);
  CHECK(accumulating.inside_step());
  accumulating(images, targets);
  CHECK(accumulating.step() == 1);
  CHECK(accumulating.batches() == 3);
  check_moved(net_model(seed(3)), parts, [](int) { return 1.0; });
}

TEST_CASE("numbers that make no sense") {
  net_model m(seed(3));
  CHECK_THROWS_WITH_AS(train_op_of(m, learning::clip_gradient_norm{0}),
                       "create_train_op: clip_gradient_norm: expected a positive norm, found 0; leave the option out to do without", error);
  CHECK_THROWS_AS(train_op_of(m, learning::clip_global_norm{-1}), error);
  CHECK_THROWS_AS(train_op_of(m, learning::accumulate_gradients{0}), error);
  CHECK_THROWS_AS(train_op_of(m, learning::gradient_noise_scale{-1}), error);
  CHECK_THROWS_WITH_AS(train_op_of(m, learning::adaptive_clipping{.decay = 1}),
                       "create_train_op: adaptive_clipping: decay: expected a number from 0 to below 1, found 1; leave the option out to "
                       "do without",
                       error);
  CHECK_THROWS_AS(train_op_of(m, learning::moving_average{1}), error);
  CHECK_THROWS_AS(train_op_of(m, learning::skip_not_finite{0}), error);
}

namespace {
/// A job of two processes of which the other gives nothing: all gradients are halved. Counts what a step asks for.
struct halved {
  static constexpr int numbers = 0;
  void set_numbers(double*) const {}
  template <class T>
  struct exchange : op::exchange {
    std::vector<bucket> buckets;
    std::vector<long> starts, waits;

    template <class Buckets>
    exchange(const halved&, std::span<T>, long, const Buckets& buckets_of) : buckets(buckets_of(16)) {}
    void begin(long) { weight = 0.5; }
    double finish(double loss) { return loss; }
    bool any(bool mine) { return mine; }
    void broadcast(std::span<std::byte>) {}
    void fail(const char*) {}
    int not_finite() const { return -1; }
    rows rows_of(long) override { return {}; }
    void start(long end) override { starts.push_back(end); }
    void wait(long end) override { waits.push_back(end); }
  };
};
}  // namespace

TEST_CASE("gradients that travel: all start before any is waited for, in the order of their memory, and what comes back is the gradient") {
  net_model shared{seed(1), capacity(6)}, alone{seed(1), capacity(6)};
  auto together = train_op_of(shared, halved{});
  auto half = learning::create_train_op(alone, losses::mean_squared_error, optimizers::gradient_descent{learning_rate / 2});
  for (int s = 0; s < 3; ++s) {
    const double loss = half(images, targets);
    CHECK(together(images, targets) == loss);
  }
  for (std::size_t i = 0; i < alone.parameters().size(); ++i) CHECK(shared.parameters()[i] == doctest::Approx(alone.parameters()[i]).epsilon(1e-14));
  const auto& seen = together.others();
  CHECK(seen.starts.size() == 3 * 6);
  CHECK(seen.waits.size() == 3 * 6);
  CHECK(std::is_sorted(seen.starts.begin(), seen.starts.begin() + 6));
  CHECK(seen.starts[5] == together.program.exchanged_elements);
  CHECK(seen.buckets.front().begin == 0);
  CHECK(seen.buckets.back().end == together.program.exchanged_elements);
  for (std::size_t i = 1; i < seen.buckets.size(); ++i) {
    CHECK(seen.buckets[i].begin == seen.buckets[i - 1].end);
    CHECK(seen.buckets[i].step >= seen.buckets[i - 1].step);
  }
  for (const bucket& one : seen.buckets) {
    CHECK(one.end - one.begin <= 16);
    const int node = together.program.order[one.step];
    CHECK(together.program.nodes[node].kind == op::all_reduce_start::kind);
    CHECK(together.program.places[node].offset < one.end);
    const int made = together.program.nodes[node].operands[0];
    if (together.program.nodes[made].extent.rank < 2) continue;  // sums for several biases are made together, elsewhere
    CHECK(together.program.places[made].where == graph::region::exchanged);
    CHECK(together.program.places[made].offset == together.program.places[node].offset);
  }
  const std::string told = explain(together);
  CHECK(told.find("exchanged: 768 B in buckets of 4.00 MiB") != std::string::npos);
  CHECK(told.find("bucket    0") != std::string::npos);
}

namespace {
constexpr auto wide = [](const tensor& x) { return fully_connected(2, "out", activation_fn = none)(fully_connected(400, "wide")(fully_connected(330)(x))); };
}  // namespace

TEST_CASE("the gradient of a large matrix that is summed over processes: the update reads the sum, in pieces") {
  slim::model<wide, input<3>, precision<double>> shared{seed(1), capacity(6)}, alone{seed(1), capacity(6)};
  auto together = learning::create_train_op(shared, losses::mean_squared_error, optimizers::gradient_descent{learning_rate}, halved{});
  auto half = learning::create_train_op(alone, losses::mean_squared_error, optimizers::gradient_descent{learning_rate / 2});
  for (int s = 0; s < 3; ++s) CHECK(together(images, targets) == doctest::Approx(half(images, targets)).epsilon(1e-13));
  double worst = 0;
  for (std::size_t i = 0; i < alone.parameters().size(); ++i) worst = std::max(worst, std::fabs(shared.parameters()[i] - alone.parameters()[i]));
  CHECK(worst < 1e-13);
  const std::string told = explain(together);
  CHECK(told.find(", as 5.70 KiB for each example") != std::string::npos);
  CHECK(told.find("joint_weights_gradient  ") != std::string::npos);
}

TEST_CASE("deployment_config checks what it is given, and names devices as TF-Slim does") {
  const auto complaint = [](const learning::deployment_config& config) {
    try {
      config.check();
    } catch (const error& problem) {
      return std::string(problem.what());
    }
    return std::string();
  };
  CHECK(complaint({}).empty());
  CHECK(complaint({.num_clones = 0}) == "deployment_config: num_clones: expected at least 1, found 0; clones are threads");
  CHECK(complaint({.replica_id = 2, .num_replicas = 2}).find("replica_id: expected 0 to 1, found 2") != std::string::npos);
  CHECK(complaint({.num_ps_tasks = 1}).find("num_ps_tasks: expected 0, found 1") != std::string::npos);
  CHECK(complaint({.num_replicas = 2, .worker_job_name = ""}).find("worker_job_name") != std::string::npos);
  const learning::deployment_config two{.num_clones = 2, .num_replicas = 3};
  CHECK(two.clone_device(1) == "/job:worker/device:CPU:0");
  CHECK(two.clone_scope(1) == "clone_1");
  CHECK(learning::deployment_config{}.clone_scope(0).empty());
  CHECK(learning::deployment_config{}.optimizer_device() == "/device:CPU:0");
  CHECK_THROWS_AS(two.clone_scope(2), const error&);
}
