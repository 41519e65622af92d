// The state of a train_op: what it is called, and that it is all there is.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <vector>

#include "slim/learning/global_step.hpp"
#include "slim/slim.hpp"

using namespace slim;

namespace {

inline constexpr auto net =
    scope("net", fully_connected(6, "fc1", normalizer_fn = batch_norm) >> dropout(0.5, "drop") >> fully_connected(3, "fc2", activation_fn = none));
using small_model = model<net, input<5>>;

template <class Optimizer>
auto train_op_of(small_model& m, Optimizer optimizer) {
  return learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizer);
}

std::vector<variable_reference> state_of(auto& op) {
  std::vector<variable_reference> all;
  op.for_each_state([&](const variable_reference& one) { all.push_back(one); });
  return all;
}

std::vector<std::string> names_of(auto& op) {
  std::vector<std::string> names;
  for (const variable_reference& one : state_of(op)) names.push_back(one.name);
  return names;
}

std::vector<float> train(auto& op, int from, int to) {
  std::vector<float> losses, x(4 * 5);
  for (int step = from; step < to; ++step) {
    random_stream random(11, 0, static_cast<std::uint64_t>(step));
    for (float& v : x) v = random.normal();
    losses.push_back(op(x, std::vector<int>{0, 1, 2, step % 3}));
  }
  return losses;
}

}  // namespace

TEST_CASE("slots have the names of TensorFlow, and only trained variables have any") {
  small_model m{seed(7)};
  auto plain = train_op_of(m, optimizers::gradient_descent{});
  CHECK(names_of(plain) == std::vector<std::string>{"global_step", "seed"});
  auto momentum = train_op_of(m, optimizers::momentum{});
  CHECK(names_of(momentum) == std::vector<std::string>{"global_step", "seed", "net/fc1/weights/Momentum", "net/fc1/BatchNorm/beta/Momentum",
                                                       "net/fc2/weights/Momentum", "net/fc2/biases/Momentum"});
  auto adam = train_op_of(m, optimizers::adam{});
  CHECK(names_of(adam)[2] == "net/fc1/weights/Adam");
  CHECK(names_of(adam)[3] == "net/fc1/weights/Adam_1");
  auto other = train_op_of(m, optimizers::keep_gradients{});
  CHECK(names_of(other)[2] == "net/fc1/weights/slot_0");
}

TEST_CASE("state is read with its type and shape") {
  small_model m{seed(7)};
  auto op = train_op_of(m, optimizers::momentum{});
  train(op, 0, 3);
  const auto state = state_of(op);
  CHECK(state[0].values<std::int64_t>()[0] == 3);
  CHECK(state[1].values<std::uint64_t>()[0] == 7);
  CHECK(state[2].extent == shape{5, 6});
  CHECK(state[2].values<float>()[4] == op.slot<"net/fc1/weights">()[4]);
  CHECK(state[2].bytes().size() == 5 * 6 * 4);
  CHECK_THROWS_WITH_AS(state[2].values<double>(), "variable 'net/fc1/weights/Momentum': expected F64, found F32; ask for its own type", error);
}

TEST_CASE("state and variables are all that the next steps depend on") {
  small_model first{seed(7)}, second{seed(8)};
  auto op = train_op_of(first, optimizers::adam{0.01}), resumed = train_op_of(second, optimizers::adam{0.01});
  train(op, 0, 5);
  std::memcpy(second.parameters().data(), first.parameters().data(), first.parameters().size_bytes());
  const auto from = state_of(op), to = state_of(resumed);
  REQUIRE(from.size() == to.size());
  for (std::size_t i = 0; i < from.size(); ++i) std::memcpy(to[i].bytes().data(), from[i].bytes().data(), from[i].bytes().size());
  CHECK(train(op, 5, 12) == train(resumed, 5, 12));
  CHECK(resumed.step() == 12);
  CHECK(std::memcmp(second.parameters().data(), first.parameters().data(), first.parameters().size_bytes()) == 0);
}

TEST_CASE("a learning rate that is no number is refused before anything changes") {
  small_model m{seed(7)};
  const auto refused = "momentum: step 1: expected a finite learning rate of at least 0, found nan; check the number or its schedule";
  CHECK_THROWS_WITH_AS(train_op_of(m, optimizers::momentum{NAN}), refused, error);
  auto op = train_op_of(m, optimizers::momentum{0.1});
  op.optimizer.learning_rate = [](long) { return static_cast<double>(NAN); };
  const std::vector<float> before(m.parameters().begin(), m.parameters().end());
  CHECK_THROWS_WITH_AS(train(op, 0, 1), refused, error);
  CHECK(std::equal(before.begin(), before.end(), m.parameters().begin()));
}

namespace {
inline constexpr auto by_step = [](tensor x) { return mean(x * variable(x, "w", {}, constant(1))) + global_step(x); };
}  // namespace

TEST_CASE("a network reads the global step: that of its train_op, 0 at inference") {
  model<by_step, input<1>> m{seed(1)};
  auto op = learning::create_train_op(m, optimizers::gradient_descent{0}, learning::clip_global_norm{1e9});
  const std::vector<float> x{0.25f, 0.75f};
  for (int step = 0; step < 3; ++step) CHECK(op(x) == doctest::Approx(0.5 + step));
  learning::get_global_step(op).values<std::int64_t>()[0] = 41;
  CHECK(op(x) == doctest::Approx(41.5));
  CHECK(m.predict(x)[0] == doctest::Approx(0.5));
}
