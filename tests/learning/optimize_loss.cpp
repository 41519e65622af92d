#include "slim/learning/optimize_loss.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "slim/checkpoint/assign.hpp"
#include "slim/learning/global_step.hpp"
#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

inline constexpr auto net = scope("net", fully_connected(4, "fc1", activation_fn = nn::tanh) >> fully_connected(2, "out", activation_fn = none));
using net_model = model<net, input<3>, precision<double>>;

const auto images = laws::numbers(6 * 3, 1), targets = laws::numbers(6 * 2, 2, 5);

// The parameters after five steps.
template <class TrainOp>
std::vector<double> trained(net_model& m, TrainOp train_op) {
  for (int step = 0; step < 5; ++step) train_op(images, targets);
  return {m.parameters().begin(), m.parameters().end()};
}

template <text Name, class Optimizer>
void check_named(const Optimizer& optimizer) {
  net_model by_name(seed(3)), by_type(seed(3)), written_out(seed(3));
  const auto expected = trained(written_out, learning::create_train_op(written_out, losses::mean_squared_error, optimizer));
  CHECK(trained(by_name, learning::optimize_loss<Name>(by_name, losses::mean_squared_error, 0.05)) == expected);
  CHECK(trained(by_type, learning::optimize_loss(by_type, losses::mean_squared_error, 0.05, Optimizer{})) == expected);
}

}  // namespace

TEST_CASE("optimize_loss is create_train_op with the rate beside the optimizer") {
  check_named<"SGD">(optimizers::gradient_descent{0.05});
  net_model with_its_own(seed(3)), written_out(seed(3));
  CHECK(trained(with_its_own, learning::optimize_loss(with_its_own, losses::mean_squared_error, none, optimizers::adam{0.02})) ==
        trained(written_out, learning::create_train_op(written_out, losses::mean_squared_error, optimizers::adam{0.02})));
  check_named<"Momentum">(optimizers::momentum{0.05, 0.9});
  check_named<"Adam">(optimizers::adam{0.05});
  check_named<"Adagrad">(optimizers::adagrad{0.05});
  check_named<"Ftrl">(optimizers::ftrl{0.05});
  check_named<"RMSProp">(optimizers::rmsprop{0.05});
}

TEST_CASE("optimize_loss: schedules, clipping by the global norm, and rates that make no sense") {
  net_model one(seed(3)), other(seed(3));
  const learning::exponential_decay rate{.learning_rate = 0.5, .decay_steps = 1, .decay_rate = 0.5};
  CHECK(trained(one, learning::optimize_loss<"SGD">(one, losses::mean_squared_error, rate, learning::clip_global_norm{0.1})) ==
        trained(other, learning::create_train_op(other, losses::mean_squared_error, optimizers::gradient_descent{rate}, learning::clip_global_norm{0.1})));
  CHECK_THROWS_WITH_AS(learning::optimize_loss<"SGD">(one, losses::mean_squared_error, -1.0),
                       "optimize_loss: learning_rate: expected 0 or a positive number, found -1; give a larger one", error);
}

TEST_CASE("the global step is a variable") {
  net_model m(seed(3));
  auto train_op = learning::create_train_op(m, losses::mean_squared_error, optimizers::adam{});
  const variable_reference global_step = learning::get_global_step(train_op);
  CHECK(global_step.name == "global_step");
  CHECK(global_step.extent.rank == 0);
  train_op(images, targets), train_op(images, targets);
  CHECK(global_step.values<std::int64_t>()[0] == 2);
  global_step.values<std::int64_t>()[0] = 0;
  CHECK(train_op.step() == 0);
}
