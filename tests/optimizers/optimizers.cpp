#include "slim/optimizers/optimizers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

// Weights that one layer uses twice, with a penalty; a layer that does not learn.
constexpr auto net = [](tensor x) {
  const tensor y = fully_connected(3, "shared", activation_fn = nn::tanh, weights_regularizer = l2_regularizer(0.1))(x);
  const tensor z = fully_connected(3, "shared", activation_fn = nn::tanh, reuse = true)(y);
  return fully_connected(2, "fixed", trainable = false, activation_fn = none)(z);
};
using net_model = model<net, input<3>, precision<double>>;

const auto images = laws::numbers(5 * 3, 1), targets = laws::numbers(5 * 2, 2);

// One weight: its state and its update in step t, 1 at first, given the gradient.
struct state {
  double a = 0, b = 0;
};
using rule = std::function<double(double w, double g, state& s, int t)>;

// Runs three steps of `optimizer`; each weight must follow `expected`, with gradients taken from an independent op.
template <class Optimizer>
void check(Optimizer optimizer, const rule& expected) {
  net_model trained(seed(4));
  net_model reference = trained;
  auto train = learning::create_train_op(trained, losses::mean_squared_error, optimizer);
  auto inspect = learning::create_train_op(reference, losses::mean_squared_error, optimizers::keep_gradients{});
  std::vector<std::vector<state>> states(static_cast<std::size_t>(trained.variables()));
  for (int t = 1; t <= 3; ++t) {
    CHECK(train(images, targets) == doctest::Approx(inspect(images, targets)).epsilon(1e-13));
    for (int v = 0; v < trained.variables(); ++v) {
      INFO(trained.variable_name(v) << " in step " << t);
      const auto weights = reference.variable_values(v), found = trained.variable_values(v);
      const auto gradient = inspect.slot_values(v);
      auto& own = states[static_cast<std::size_t>(v)];
      own.resize(weights.size());
      double moved = 0;
      for (std::size_t i = 0; i < weights.size(); ++i) {
        const double before = weights[i];
        if (trained.variable_trainable(v)) weights[i] = expected(before, gradient[i], own[i], t);
        moved += std::abs(weights[i] - before);
        CHECK(std::abs(found[i] - weights[i]) < 1e-14);
      }
      CHECK((moved > 1e-3) == trained.variable_trainable(v));
    }
  }
}

}  // namespace

TEST_CASE("gradient_descent") {
  check(optimizers::gradient_descent{0.2}, [](double w, double g, state&, int) { return w - 0.2 * g; });
}
TEST_CASE("momentum") {
  check(optimizers::momentum{0.2, 0.7}, [](double w, double g, state& s, int) {
    s.a = 0.7 * s.a + g;
    return w - 0.2 * s.a;
  });
}
TEST_CASE("nesterov_momentum") {
  check(optimizers::nesterov_momentum{{0.2, 0.7}}, [](double w, double g, state& s, int) {
    s.a = 0.7 * s.a + g;
    return w - 0.2 * (g + 0.7 * s.a);
  });
}
TEST_CASE("adam, with epsilon outside the bias correction") {
  check(optimizers::adam{0.05, 0.8, 0.95, 0.01}, [](double w, double g, state& s, int t) {
    s.a = 0.8 * s.a + 0.2 * g;
    s.b = 0.95 * s.b + 0.05 * g * g;
    return w - 0.05 * std::sqrt(1 - std::pow(0.95, t)) / (1 - std::pow(0.8, t)) * s.a / (std::sqrt(s.b) + 0.01);
  });
}

namespace {

// A user's own: adagrad, whose state does not start at zero.
struct adagrad {
  double learning_rate;
  static constexpr int slots = 1, numbers = 1;
  static constexpr void update(const expr::symbol& w, const expr::symbol& g, const expr::symbol* slot, const expr::symbol* number, expr::symbol* next) {
    next[1] = slot[0] + g * g;
    next[0] = w - number[0] * g / sqrt(next[1]);
  }
  double slot_start(int) const { return 0.1; }
  void set_numbers(long, double* number) const { number[0] = learning_rate; }
};

}  // namespace

TEST_CASE("a user-written optimizer with a start value of its own") {
  check(adagrad{0.1}, [](double w, double g, state& s, int t) {
    if (t == 1) s.a = 0.1;
    s.a += g * g;
    return w - 0.1 * g / std::sqrt(s.a);
  });
}

TEST_CASE("hyper-parameters may change between steps") {
  net_model a(seed(4)), b(seed(4));
  auto train_a = learning::create_train_op(a, losses::mean_squared_error, optimizers::gradient_descent{0.0});
  auto train_b = learning::create_train_op(b, losses::mean_squared_error, optimizers::gradient_descent{0.2});
  const double before = train_a(images, targets);
  CHECK(train_a(images, targets) == before);  // rate 0 changes nothing
  train_a.optimizer.learning_rate = 0.2;
  train_a(images, targets);
  train_b(images, targets);
  CHECK(std::equal(a.parameters().begin(), a.parameters().end(), b.parameters().begin()));
}
