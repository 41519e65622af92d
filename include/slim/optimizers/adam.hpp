#pragma once
#include "slim/core/begin.hpp"
// Adam and its relatives: AdamW, whose weights decay apart from the gradient, and LAMB, whose steps are scaled for each variable.

#include "slim/optimizers/optimizers.hpp"

namespace slim::optimizers {

namespace detail {
/// Numbers 0 to 3 of Adam and its relatives. The original papers add ε to the corrected root √(v/(1 − β2^t)): as `adam`, with `root_correction` on ε.
template <class Adam>
void set_averages(const hyper_parameters& given, const Adam& with, long step, double rate, double epsilon_factor, double* number) {
  const double t = static_cast<double>(step);
  number[1] = given.below_one("beta1", with.beta1, 0.9);
  number[2] = given.below_one("beta2", with.beta2, 0.999);
  number[3] = given.at_least_zero("epsilon", with.epsilon, Adam().epsilon) * epsilon_factor;
  number[0] = rate * std::sqrt(1 - std::pow(with.beta2, t)) / (1 - std::pow(with.beta1, t));
}
}  // namespace detail

/// Kingma & Ba 2014 in TensorFlow's form, with ε outside the bias correction:
/// m ← β1·m + (1 − β1)·g;  v ← β2·v + (1 − β2)·g²;  w ← w − rate·m/(√v + ε), rate = learning_rate·√(1 − β2^t)/(1 − β1^t)
template <bool Lazy>
struct basic_adam {
  schedule learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  static constexpr int slots = 2, numbers = 4;
  static constexpr bool by_row = Lazy;
  static constexpr const char* slot_names[] = {"Adam", "Adam_1"};
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[1] = number[1] * state[0] + (1.0 - number[1]) * g;
    next[2] = number[2] * state[1] + (1.0 - number[2]) * (g * g);
    next[0] = w - number[0] * next[1] / (sqrt(next[2]) + number[3]);
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{Lazy ? "lazy_adam" : "adam"};
    detail::set_averages(given, *this, step, given.rate(learning_rate, step), 1, number);
  }
};

using adam = basic_adam<false>;

/// tf.contrib.opt.LazyAdamOptimizer: Adam that leaves rows of a table alone, their averages too, until they are looked up.
using lazy_adam = basic_adam<true>;

namespace detail {
inline double root_correction(double beta2, long step) { return std::sqrt(1 - std::pow(beta2, static_cast<double>(step))); }
}  // namespace detail

/// Loshchilov & Hutter 2019, as in PyTorch: w ← w − learning_rate·weight_decay·w, and from there a step of Adam with ε inside the bias
/// correction. All trained variables decay; what TF-Slim calls weight decay, an L2 loss of the weights, is l2_regularizer.
struct adamw {
  schedule learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;

  static constexpr int slots = 2, numbers = 5;
  static constexpr const char* slot_names[] = {"AdamW", "AdamW_1"};
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    adam::update(w, g, state, number, next);
    next[0] = next[0] - number[4] * w;
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{"adamw"};
    const double rate = given.rate(learning_rate, step);
    detail::set_averages(given, *this, step, rate, detail::root_correction(beta2, step), number);
    number[4] = rate * given.at_least_zero("weight_decay", weight_decay, 0.01);
  }
};

/// You et al. 2020, algorithm 2 with φ(x) = x: u = m̂/(√v̂ + ε) + weight_decay·w with Adam's corrected averages, and
/// w ← w − learning_rate·‖w‖/‖u‖·u for each variable (the ratio is 1 where a norm is 0): for large batches.
struct lamb {
  schedule learning_rate = 0.001;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;
  double weight_decay = 0;

  static constexpr int slots = 2, numbers = 6, norms = 2;
  static constexpr const char* slot_names[] = {"LAMB", "LAMB_1"};
  static constexpr void measure(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* measured) {
    symbol next[] = {0.0, 0.0, 0.0};
    measured[0] = w;
    measured[1] = direction(w, g, state, number, next);
  }
  static constexpr symbol ratio(const symbol* norm) { return select(min(norm[0], norm[1]) > 0.0, norm[0] / norm[1], 1.0); }
  static constexpr void update(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    next[0] = w - number[5] * number[numbers] * direction(w, g, state, number, next);
  }
  double slot_start(int) const { return 0; }
  void set_numbers(long step, double* number) const {
    const detail::hyper_parameters given{"lamb"};
    detail::set_averages(given, *this, step, 1, detail::root_correction(beta2, step), number);
    number[4] = given.at_least_zero("weight_decay", weight_decay, 0);
    number[5] = given.rate(learning_rate, step);
  }

private:
  static constexpr symbol direction(const symbol& w, const symbol& g, const symbol* state, const symbol* number, symbol* next) {
    adam::update(0.0, g, state, number, next);  // next[0] = −m̂/(√v̂ + ε)
    return number[4] * w - next[0];
  }
};

}  // namespace slim::optimizers

#include "slim/core/end.hpp"
