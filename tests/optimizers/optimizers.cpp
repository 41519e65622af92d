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
  check(optimizers::nesterov_momentum{.learning_rate = 0.2, .decay = 0.7}, [](double w, double g, state& s, int) {
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

TEST_CASE("adagrad") {
  check(optimizers::adagrad{0.1, 0.2}, [](double w, double g, state& s, int t) {
    if (t == 1) s.a = 0.2;
    s.a += g * g;
    return w - 0.1 * g / std::sqrt(s.a);
  });
}
TEST_CASE("adadelta") {
  check(optimizers::adadelta{0.7, 0.8, 0.01}, [](double w, double g, state& s, int) {
    s.a = 0.8 * s.a + 0.2 * g * g;
    const double u = g * std::sqrt(s.b + 0.01) / std::sqrt(s.a + 0.01);
    s.b = 0.8 * s.b + 0.2 * u * u;
    return w - 0.7 * u;
  });
}
TEST_CASE("rmsprop, with epsilon inside the root and a mean square that starts at 1") {
  check(optimizers::rmsprop{0.05, 0.8, 0.5, 0.01}, [](double w, double g, state& s, int t) {
    if (t == 1) s.a = 1;
    s.a = 0.8 * s.a + 0.2 * g * g;
    s.b = 0.5 * s.b + 0.05 * g / std::sqrt(s.a + 0.01);
    return w - s.b;
  });
}
TEST_CASE("ftrl, with the square root and with another power") {
  for (const double power : {-0.5, -0.7}) {
    check(optimizers::ftrl{0.3, power, 0.1, 0.02, 0.05}, [&](double w, double g, state& s, int t) {
      if (t == 1) s.a = 0.1;
      const double grown = s.a + g * g;
      s.b += g - (std::pow(grown, -power) - std::pow(s.a, -power)) / 0.3 * w;
      s.a = grown;
      if (std::abs(s.b) <= 0.02) return 0.0;
      return ((s.b > 0 ? 0.02 : -0.02) - s.b) / (std::pow(grown, -power) / 0.3 + 2 * 0.05);
    });
  }
}

namespace {

// A user's own: the sign of the gradient, averaged over steps, with a start value of its own.
struct sign_descent {
  double learning_rate;
  static constexpr int slots = 1, numbers = 1;
  static constexpr void update(const expr::symbol& w, const expr::symbol& g, const expr::symbol* slot, const expr::symbol* number, expr::symbol* next) {
    next[1] = 0.5 * slot[0] + 0.5 * g;
    next[0] = w - number[0] * select(next[1] > 0.0, 1.0, -1.0);
  }
  double slot_start(int) const { return 0.25; }
  void set_numbers(long, double* number) const { number[0] = learning_rate; }
};

}  // namespace

TEST_CASE("a user-written optimizer with a start value of its own") {
  check(sign_descent{0.1}, [](double w, double g, state& s, int t) {
    if (t == 1) s.a = 0.25;
    s.a = 0.5 * s.a + 0.5 * g;
    return w - (s.a > 0 ? 0.1 : -0.1);
  });
}

namespace {

// Three weights with gradients curvature·(w − target), so that whole sequences can be computed elsewhere.
constexpr float bowl_start[] = {0.5f, -1.25f, 2.0f};
constexpr auto bowl = [](tensor curvature, tensor target) {
  const tensor w = variable(curvature, "w", {3}, from_values(bowl_start));
  return sum(0.5 * curvature * square(w - target));
};

// The weights after four steps towards t/2.
template <class Optimizer>
std::vector<double> roll(Optimizer optimizer) {
  model<bowl, input<3>, input<3>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizer);
  for (int t = 1; t <= 4; ++t) op(std::vector<double>{0.25, 1, 2}, std::vector<double>(3, 0.5 * t));
  const auto w = m.variable_values(0);
  return {w.begin(), w.end()};
}

void check_near(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-13));
}

}  // namespace

TEST_CASE("the same sequences as torch.optim (PyTorch 1.13, double)") {
  check_near(roll(optimizers::adamw{0.1, 0.8, 0.95, 0.01, 0.2}), {0.698168704422871, -0.763658145426575, 1.54144852584857});
  check_near(roll(optimizers::adagrad{0.3, 0.1}), {0.955121752965098, -0.361744408272157, 1.63796468105078});
  check_near(roll(optimizers::adadelta{0.7, 0.9, 1e-3}), {0.718821386223803, -0.916210711023853, 1.86122792795149});
}

TEST_CASE("the same sequences as the formulas of TF-Slim section 7.1 and of LAMB's algorithm 2 in numpy") {
  check_near(roll(optimizers::lamb{0.1, 0.8, 0.95, 0.01, 0.2}), {0.72884983985547, -0.67318839797272, 1.46500956333641});
  check_near(roll(optimizers::rmsprop{0.1, 0.9, 0.5, 0.01}), {0.610729107655378, -0.238846180259435, 1.45969410079906});
  check_near(roll(optimizers::ftrl{0.3}), {0.560215243192309, -0.156977681462959, 1.52116033958157});
  check_near(roll(optimizers::ftrl{0.3, -0.75, 0.1, 0.3, 0.2}), {0.372878908785763, -0.530738573367541, 1.6578775176173});
}

TEST_CASE("lamb leaves the step alone where a norm is zero") {
  static constexpr auto flat = [](tensor curvature, tensor target) {
    const tensor w = variable(curvature, "w", {3}, zeros);
    return sum(0.5 * curvature * square(w - target));
  };
  model<flat, input<3>, input<3>, precision<double>> m(seed(1));
  auto op = learning::create_train_op(m, optimizers::lamb{0.1});
  op(std::vector<double>{1, 1, 1}, std::vector<double>{1, -1, 0});
  check_near({m.variable_values(0)[0], m.variable_values(0)[1]}, {0.1 / (1 + 1e-6), -0.1 / (1 + 1e-6)});  // ratio 1, m̂/√v̂ = ∓1
  CHECK(m.variable_values(0)[2] == 0);
}

TEST_CASE("accumulators that cannot start at zero") {
  net_model m(seed(4));
  CHECK_THROWS_WITH_AS(learning::create_train_op(m, losses::mean_squared_error, optimizers::adagrad{0.1, 0}),
                       "adagrad: initial_accumulator_value: expected a positive number, found 0; 0.1 is the usual one", error);
}

TEST_CASE("hyper-parameters out of range are refused with their names before anything changes") {
  net_model m(seed(4));
  const auto complaint = [&](auto optimizer) -> std::string {
    try {
      auto op = learning::create_train_op(m, losses::mean_squared_error, optimizer);
    } catch (const error& problem) {
      return problem.what();
    }
    return "";
  };
  using namespace optimizers;
  CHECK(complaint(gradient_descent{-0.1}) ==
        "gradient_descent: step 1: expected a finite learning rate of at least 0, found -0.1; check the number or its schedule");
  CHECK(complaint(adam{.beta1 = 9}) == "adam: beta1: expected a number from 0 to below 1, found 9; 0.9 is the usual one");
  CHECK(complaint(adam{.beta1 = 1}) == "adam: beta1: expected a number from 0 to below 1, found 1; 0.9 is the usual one");
  CHECK(complaint(lazy_adam{.beta2 = 1}) == "lazy_adam: beta2: expected a number from 0 to below 1, found 1; 0.999 is the usual one");
  CHECK(complaint(adam{.epsilon = -1e-3}) == "adam: epsilon: expected a finite number of at least 0, found -0.001; 1e-08 is the usual one");
  CHECK(complaint(adamw{.weight_decay = -1}) == "adamw: weight_decay: expected a finite number of at least 0, found -1; 0.01 is the usual one");
  CHECK(complaint(lamb{.epsilon = -1}) == "lamb: epsilon: expected a finite number of at least 0, found -1; 1e-06 is the usual one");
  CHECK(complaint(momentum{0.1, 1.5}) == "momentum: decay: expected a number from 0 to 1, found 1.5; 0.9 is the usual one");
  CHECK(complaint(nesterov_momentum{0.1, -0.5}) == "nesterov_momentum: decay: expected a number from 0 to 1, found -0.5; 0.9 is the usual one");
  CHECK(complaint(rmsprop{.decay = 2}) == "rmsprop: decay: expected a number from 0 to 1, found 2; 0.9 is the usual one");
  CHECK(complaint(rmsprop{.epsilon = -2}) == "rmsprop: epsilon: expected a finite number of at least 0, found -2; 1e-10 is the usual one");
  CHECK(complaint(adadelta{.rho = 2}) == "adadelta: rho: expected a number from 0 to 1, found 2; 0.95 is the usual one");
  CHECK(complaint(ftrl{.learning_rate_power = 0.5}) == "ftrl: learning_rate_power: expected a finite number of at most 0, found 0.5; -0.5 is the usual one");
  CHECK(complaint(ftrl{.l1_regularization_strength = -1}) ==
        "ftrl: l1_regularization_strength: expected a finite number of at least 0, found -1; 0 is the usual one");
  CHECK(complaint(sign_descent{NAN}) ==
        "step 1: optimizer: expected finite hyper-parameters, found nan; check the learning rate, its schedule and the rates of decay");
  CHECK(complaint(momentum{0, 0}).empty());
  CHECK(complaint(adam{.learning_rate = 0, .beta1 = 0, .beta2 = 0, .epsilon = 0}).empty());
  CHECK(complaint(rmsprop{.decay = 0, .epsilon = 0}).empty());
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
