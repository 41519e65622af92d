#pragma once
#include "slim/core/begin.hpp"
// Optimizers. Each is a scalar function of weight, gradient, state and hyper-parameters; it is composed with regularizer gradients
// into one sweep over each variable. TF-Slim section 7.1. A user's own optimizer is a struct of the same form.
//
//   static constexpr int slots                       numbers of state kept for each weight
//   static constexpr int numbers                     hyper-parameters, set before each step
//   static constexpr void update(w, g, state, number, next)   next[0] = new weight, next[1 + i] = new state[i]; all symbols
//   static constexpr const char* slot_names[]        names of the state in checkpoints; slot_0, slot_1, … without them
//   static constexpr bool by_row = true              where a table is only looked up, rows that a step does not look up are left alone, weights and state, as
// by TensorFlow's
//                                                    sparse updates; without it they are updated like those that are, by a gradient of 0
//   double slot_start(int slot) const                initial state
//   void set_numbers(long step, double* number) const         values for step 1, 2, 3, …
//
// An optimizer whose steps depend on whole variables (lamb.hpp) adds
//
//   static constexpr int norms                       Euclidean norms over the variable that are taken before its update
//   static constexpr void measure(w, g, state, number, measured)   the quantities whose norms are taken
//   static constexpr symbol ratio(norm)              one number from the norms; `update` finds it at number[numbers]

#include <cmath>

#include "slim/expr/symbol.hpp"
#include "slim/optimizers/hyper_parameters.hpp"
#include "slim/optimizers/schedule.hpp"

namespace slim::optimizers {

using expr::symbol;

/// w ← w − learning_rate·g
struct gradient_descent {
  schedule learning_rate = 0.01;

  static constexpr int slots = 0, numbers = 1;
  static constexpr bool by_row = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol*, const symbol* number, symbol* next) { next[0] = w - number[0] * g; }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const { number[0] = detail::hyper_parameters{"gradient_descent"}.rate(learning_rate, step); }
};

/// Both forms of momentum. Not one derived from the other, or options by name would need braces of their own for the base.
template <bool Nesterov>
struct basic_momentum {
  schedule learning_rate = 0.01;
  double decay = 0.9;

  static constexpr int slots = 1, numbers = 2;
  static constexpr const char* slot_names[] = {"Momentum"};
  static constexpr bool by_row = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = number[1] * state[0] + g;
    next[0] = w - number[0] * (Nesterov ? g + number[1] * next[1] : next[1]);
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{Nesterov ? "nesterov_momentum" : "momentum"};
    number[0] = given.rate(learning_rate, step);
    number[1] = given.up_to_one("decay", decay, 0.9);
  }
};

/// a ← momentum·a + g;  w ← w − learning_rate·a
using momentum = basic_momentum<false>;

/// Nesterov's form (Sutskever et al. 2013): a ← momentum·a + g;  w ← w − learning_rate·(g + momentum·a)
using nesterov_momentum = basic_momentum<true>;

/// Changes no weight and keeps each gradient as slot 0, to be read after a step: for inspection and for gradient checks. There may be none.
struct keep_gradients {
  static constexpr int slots = 1, numbers = 0;
  static constexpr bool only_inspects = true;
  static constexpr void update(const symbol& w, const symbol& g, const symbol*, const symbol*, symbol* next) {
    next[0] = w;
    next[1] = g;
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long, double*) const {}
};

}  // namespace slim::optimizers

#include "slim/core/end.hpp"
