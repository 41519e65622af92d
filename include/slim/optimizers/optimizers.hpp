#pragma once
// Optimizers. Each is a scalar function of weight, gradient, state and hyper-parameters; it is composed with regularizer gradients
// into one sweep over each variable. TF-Slim section 7.1. A user's own optimizer is a struct of the same form.
//
//   static constexpr int slots                       numbers of state kept for each weight
//   static constexpr int numbers                     hyper-parameters, set before each step
//   static constexpr void update(w, g, state, number, next)   next[0] = new weight, next[1 + i] = new state[i]; all symbols
//   static constexpr const char* slot_names[]        names of the state in checkpoints; slot_0, slot_1, … without them
//   double slot_start(int slot) const                initial state
//   void set_numbers(long step, double* number) const         values for step 1, 2, 3, …

#include <cmath>

#include "slim/expr/symbol.hpp"

namespace slim::optimizers {

using expr::symbol;

/// w ← w − learning_rate·g
struct gradient_descent {
  double learning_rate = 0.01;

  static constexpr int slots = 0, numbers = 1;
  static constexpr void update(const symbol& w, const symbol& g, const symbol*, const symbol* number, symbol* next) { next[0] = w - number[0] * g; }
  double slot_start(int) const { return 0; }
  void set_numbers(long, double* number) const { number[0] = learning_rate; }
};

/// a ← momentum·a + g;  w ← w − learning_rate·a
struct momentum {
  double learning_rate = 0.01;
  double decay = 0.9;

  static constexpr int slots = 1, numbers = 2;
  static constexpr const char* slot_names[] = {"Momentum"};
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = number[1] * state[0] + g;
    next[0] = w - number[0] * next[1];
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long, double* number) const {
    number[0] = learning_rate;
    number[1] = decay;
  }
};

/// Nesterov's form (Sutskever et al. 2013): a ← momentum·a + g;  w ← w − learning_rate·(g + momentum·a)
struct nesterov_momentum : momentum {
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = number[1] * state[0] + g;
    next[0] = w - number[0] * (g + number[1] * next[1]);
  }
};

/// Kingma & Ba 2014 in TensorFlow's form, with ε outside the bias correction:
/// m ← β1·m + (1 − β1)·g;  v ← β2·v + (1 − β2)·g²;  w ← w − rate·m/(√v + ε), rate = learning_rate·√(1 − β2^t)/(1 − β1^t)
struct adam {
  double learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  static constexpr int slots = 2, numbers = 4;
  static constexpr const char* slot_names[] = {"Adam", "Adam_1"};
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = number[1] * state[0] + (1.0 - number[1]) * g;
    next[2] = number[2] * state[1] + (1.0 - number[2]) * (g * g);
    next[0] = w - number[0] * next[1] / (sqrt(next[2]) + number[3]);
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const {
    const double t = static_cast<double>(step);
    number[0] = learning_rate * std::sqrt(1 - std::pow(beta2, t)) / (1 - std::pow(beta1, t));
    number[1] = beta1;
    number[2] = beta2;
    number[3] = epsilon;
  }
};

/// Changes no weight and keeps each gradient as slot 0, to be read after a step: for inspection and for gradient checks.
struct keep_gradients {
  static constexpr int slots = 1, numbers = 0;
  static constexpr void update(const symbol& w, const symbol& g, const symbol*, const symbol*, symbol* next) {
    next[0] = w;
    next[1] = g;
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long, double*) const {}
};

}  // namespace slim::optimizers
