#pragma once
#include "slim/core/begin.hpp"
// Optimizers that divide each gradient by a running measure of its size. TF-Slim section 7.1, with the defaults of TensorFlow's classes.

#include "slim/optimizers/optimizers.hpp"

namespace slim::optimizers {

namespace detail {
/// Accumulators below a root in a denominator start above zero: a weight whose first gradient is 0 would become 0/0.
inline double positive_start(const char* optimizer, double initial_accumulator_value) {
  return hyper_parameters{optimizer}.above_zero("initial_accumulator_value", initial_accumulator_value, 0.1);
}
}  // namespace detail

/// Duchi, Hazan & Singer 2011: a ← a + g²;  w ← w − learning_rate·g/√a. No ε: creating a train_op with an initial value that is not
/// positive throws.
struct adagrad {
  schedule learning_rate = 0.01;
  double initial_accumulator_value = 0.1;

  static constexpr int slots = 1, numbers = 1;
  static constexpr const char* slot_names[] = {"Adagrad"};
  static constexpr bool by_row = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = state[0] + g * g;
    next[0] = w - number[0] * g / sqrt(next[1]);
  }
  double slot_start(int) const { return detail::positive_start("adagrad", initial_accumulator_value); }
  void set_numbers(long step, double* number) const { number[0] = detail::hyper_parameters{"adagrad"}.rate(learning_rate, step); }
};

/// Zeiler 2012: a ← ρ·a + (1 − ρ)·g²;  u = g·√(d + ε)/√(a + ε);  d ← ρ·d + (1 − ρ)·u²;  w ← w − learning_rate·u. Slots: a, d.
struct adadelta {
  schedule learning_rate = 0.001;
  double rho = 0.95;
  double epsilon = 1e-8;

  static constexpr int slots = 2, numbers = 3;
  static constexpr const char* slot_names[] = {"Adadelta", "Adadelta_1"};
  static constexpr bool by_row = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    const symbol keep = number[1], small = number[2];
    next[1] = keep * state[0] + (1.0 - keep) * (g * g);
    const symbol step = g * sqrt(state[1] + small) / sqrt(next[1] + small);
    next[2] = keep * state[1] + (1.0 - keep) * (step * step);
    next[0] = w - number[0] * step;
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{"adadelta"};
    number[0] = given.rate(learning_rate, step);
    number[1] = given.up_to_one("rho", rho, 0.95);
    number[2] = given.above_zero("epsilon", epsilon, 1e-8);
  }
};

/// Tieleman & Hinton 2012 in TensorFlow's form, with ε inside the root and a mean square that starts at 1:
/// s ← decay·s + (1 − decay)·g²;  a ← momentum·a + learning_rate·g/√(s + ε);  w ← w − a. Slots: s, a.
struct rmsprop {
  schedule learning_rate = 0.01;
  double decay = 0.9;
  double momentum = 0;
  double epsilon = 1e-10;

  static constexpr int slots = 2, numbers = 4;
  static constexpr const char* slot_names[] = {"RMSProp", "RMSProp_1"};
  static constexpr bool by_row = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = number[1] * state[0] + (1.0 - number[1]) * (g * g);
    next[2] = number[2] * state[1] + number[0] * g / sqrt(next[1] + number[3]);
    next[0] = w - next[2];
  }
  double slot_start(int slot) const { return slot == 0 ? 1 : 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{"rmsprop"};
    number[0] = given.rate(learning_rate, step);
    number[1] = given.up_to_one("decay", decay, 0.9);
    number[2] = given.up_to_one("momentum", momentum, 0);
    number[3] = given.at_least_zero("epsilon", epsilon, 1e-10);
  }
};

/// Follow the regularized leader (McMahan et al. 2013): m = n + g²;  z ← z + g − (m^−p − n^−p)/learning_rate·w;  n ← m;
/// w ← 0 where |z| ≤ l1, else (sign(z)·l1 − z)/(m^−p/learning_rate + 2·l2), with p = learning_rate_power ≤ 0. Slots: n, z.
struct ftrl {
  schedule learning_rate = 0.01;
  double learning_rate_power = -0.5;
  double initial_accumulator_value = 0.1;
  double l1_regularization_strength = 0;
  double l2_regularization_strength = 0;

  static constexpr int slots = 2, numbers = 4;
  static constexpr const char* slot_names[] = {"Ftrl", "Ftrl_1"};
  static constexpr bool by_row = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    const symbol rate = number[0], power = number[1], l1 = number[2], l2 = number[3];
    // The usual power is a square root, which is exact; others go through the logarithm.
    const auto raised = [&](const symbol& x) { return select(power == 0.5, sqrt(x), exp(power * log(x))); };
    next[1] = state[0] + g * g;
    const symbol grown = raised(next[1]);
    next[2] = state[1] + g - (grown - raised(state[0])) / rate * w;
    const symbol z = next[2];
    next[0] = select(abs(z) > l1, (select(z > 0.0, l1, -l1) - z) / (grown / rate + 2.0 * l2), 0.0);
  }
  double slot_start(int slot) const { return slot == 0 ? detail::positive_start("ftrl", initial_accumulator_value) : 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{"ftrl"};
    number[0] = given.rate(learning_rate, step);
    if (number[0] == 0)
      throw error{"ftrl: step ", step, ": expected a learning rate above 0, by which it divides, found ", number[0], "; a warm_up begins at 0"};
    number[1] = -given.at_most_zero("learning_rate_power", learning_rate_power, -0.5);
    number[2] = given.at_least_zero("l1_regularization_strength", l1_regularization_strength, 0);
    number[3] = given.at_least_zero("l2_regularization_strength", l2_regularization_strength, 0);
  }
};

}  // namespace slim::optimizers

#include "slim/core/end.hpp"
