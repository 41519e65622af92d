#include "slim/learning/schedules.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "slim/slim.hpp"

using namespace slim;
using doctest::Approx;

TEST_CASE("exponential_decay, smooth and as a staircase") {
  const learning::exponential_decay smooth{.learning_rate = 0.1, .decay_steps = 10, .decay_rate = 0.5};
  CHECK(smooth(0) == 0.1);
  CHECK(smooth(5) == Approx(0.1 * 0.70710678118654757));
  CHECK(smooth(30) == Approx(0.0125));
  const learning::exponential_decay stairs{.learning_rate = 0.1, .decay_steps = 10, .decay_rate = 0.5, .staircase = true};
  CHECK(stairs(9) == 0.1);
  CHECK(stairs(10) == Approx(0.05));
  CHECK(stairs(29) == Approx(0.025));
}

TEST_CASE("polynomial_decay stays at its end") {
  const learning::polynomial_decay straight{.learning_rate = 0.1, .decay_steps = 100, .end_learning_rate = 0.02};
  CHECK(straight(0) == Approx(0.1));
  CHECK(straight(25) == Approx(0.08));
  CHECK(straight(100) == Approx(0.02));
  CHECK(straight(1000) == Approx(0.02));
  CHECK(learning::polynomial_decay{.learning_rate = 1, .decay_steps = 4, .end_learning_rate = 0, .power = 2}(1) == Approx(0.5625));
}

TEST_CASE("cosine_decay") {
  const learning::cosine_decay wave{.learning_rate = 0.2, .decay_steps = 60, .alpha = 0.1};
  CHECK(wave(0) == Approx(0.2));
  CHECK(wave(20) == Approx(0.2 * (0.9 * 0.75 + 0.1)));  // cos 60° = 1/2
  CHECK(wave(60) == Approx(0.02));
  CHECK(wave(61) == Approx(0.02));
}

TEST_CASE("piecewise_constant: a boundary still has the value before it") {
  const learning::piecewise_constant steps{.boundaries = {10, 20}, .values = {1.0, 0.5, 0.1}};
  CHECK(steps(10) == 1.0);
  CHECK(steps(11) == 0.5);
  CHECK(steps(20) == 0.5);
  CHECK(steps(21) == 0.1);
}

TEST_CASE("warm_up rises until the schedule behind it is lower") {
  const learning::warm_up rising{.learning_rate = 0.1, .warmup_steps = 10, .after = learning::exponential_decay{0.1, 8, 0.5, true}};
  CHECK(rising(0) == 0);
  CHECK(rising(4) == Approx(0.04));
  CHECK(rising(8) == Approx(0.05));
  CHECK(rising(20) == Approx(0.025));
  CHECK(learning::warm_up{.learning_rate = 1, .warmup_steps = 0, .after = 0.5}(0) == 0.5);
  CHECK(learning::warm_up{.learning_rate = 0.1, .warmup_steps = 1.5625, .after = 0.1}(1) == Approx(0.064));  // a part of an epoch
}

TEST_CASE("schedules that cannot be used say so when the train_op is made") {
  static constexpr auto net = fully_connected(2, "fc");
  model<net, input<3>> m(seed(1));
  const auto create = [&](optimizers::schedule rate) { learning::create_train_op(m, losses::mean_squared_error, optimizers::gradient_descent{rate}); };
  CHECK_THROWS_WITH_AS(create(learning::cosine_decay{.learning_rate = 0.1}),
                       "cosine_decay: decay_steps: expected a positive number, found 0; give the steps after which the rate has fallen", error);
  CHECK_THROWS_WITH_AS(create(learning::piecewise_constant{{5}, {1.0}}),
                       "piecewise_constant: values: expected 2, one more than boundaries, found 1; the last value holds after the last boundary", error);
  CHECK_THROWS_WITH_AS(create(learning::piecewise_constant{{10, 5}, {1.0, 0.1, 0.01}}),
                       "piecewise_constant: boundaries: expected rising steps, found 5 behind 10; sort them with their values", error);
  CHECK_THROWS_WITH_AS(learning::create_train_op(m, losses::mean_squared_error, optimizers::ftrl{learning::warm_up{0.1, 10, 0.1}}),
                       "ftrl: step 1: expected a learning rate above 0, by which it divides, found 0; a warm_up begins at 0", error);
}

TEST_CASE("an optimizer asks its schedule for the global step before each update") {
  static constexpr auto net = fully_connected(2, "fc", activation_fn = none);
  model<net, input<3>, precision<double>> m(seed(1)), n(seed(1));
  std::vector<long> asked;
  auto op = learning::create_train_op(m, losses::mean_squared_error, optimizers::momentum{[&](long step) {
                                        asked.push_back(step);
                                        return 0.1 / static_cast<double>(step + 1);
                                      }});
  auto by_hand = learning::create_train_op(n, losses::mean_squared_error, optimizers::momentum{});
  asked.clear();
  const std::vector<double> x{1, 2, 3}, y{1, -1};
  for (int step = 0; step < 3; ++step) {
    by_hand.optimizer.learning_rate = 0.1 / (step + 1);
    CHECK(op(x, y) == by_hand(x, y));
  }
  CHECK(asked == std::vector<long>{0, 1, 2});
  CHECK(std::equal(m.parameters().begin(), m.parameters().end(), n.parameters().begin()));
}
