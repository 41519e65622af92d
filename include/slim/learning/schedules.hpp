#pragma once
#include "slim/core/begin.hpp"
// Learning rates as functions of the global step: optimizers::momentum{.learning_rate = learning::exponential_decay{...}}. TF-Slim
// section 7.2 and TensorFlow's functions of these names. A number is the fixed schedule; so is any callable of a step that returns a rate.

#include <cmath>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"
#include "slim/optimizers/schedule.hpp"

namespace slim::learning {

namespace detail {
inline void expect_decay_steps(const char* schedule, long decay_steps) {
  if (decay_steps > 0) return;
  throw error(std::string(schedule) + ": decay_steps: expected a positive number, found " + exact_text(static_cast<double>(decay_steps)) +
              "; give the steps after which the rate has fallen");
}
constexpr double pi = 3.14159265358979323846;
}  // namespace detail

/// learning_rate · decay_rate^(step / decay_steps); `staircase` rounds the exponent down. TF-Slim's scripts use the staircase.
struct exponential_decay {
  double learning_rate = 0.01;
  long decay_steps = 0;
  double decay_rate = 0.94;
  bool staircase = false;

  double operator()(long step) const {
    detail::expect_decay_steps("exponential_decay", decay_steps);
    const double exponent = static_cast<double>(step) / static_cast<double>(decay_steps);
    return learning_rate * std::pow(decay_rate, staircase ? std::floor(exponent) : exponent);
  }
};

/// (learning_rate − end)·(1 − min(step, decay_steps)/decay_steps)^power + end
struct polynomial_decay {
  double learning_rate = 0.01;
  long decay_steps = 0;
  double end_learning_rate = 0.0001;
  double power = 1;

  double operator()(long step) const {
    detail::expect_decay_steps("polynomial_decay", decay_steps);
    const double done = static_cast<double>(step < decay_steps ? step : decay_steps) / static_cast<double>(decay_steps);
    return (learning_rate - end_learning_rate) * std::pow(1 - done, power) + end_learning_rate;
  }
};

/// learning_rate · ((1 − alpha)·(1 + cos(π·min(step, decay_steps)/decay_steps))/2 + alpha): Loshchilov & Hutter 2017, without restarts.
struct cosine_decay {
  double learning_rate = 0.01;
  long decay_steps = 0;
  double alpha = 0;

  double operator()(long step) const {
    detail::expect_decay_steps("cosine_decay", decay_steps);
    const double done = static_cast<double>(step < decay_steps ? step : decay_steps) / static_cast<double>(decay_steps);
    return learning_rate * ((1 - alpha) * 0.5 * (1 + std::cos(detail::pi * done)) + alpha);
  }
};

/// values[i] where boundaries[i − 1] < step ≤ boundaries[i]: one value more than boundaries, which rise.
struct piecewise_constant {
  std::vector<long> boundaries;
  std::vector<double> values;

  double operator()(long step) const {
    if (values.size() != boundaries.size() + 1)
      throw error("piecewise_constant: values: expected " + std::to_string(boundaries.size() + 1) + ", one more than boundaries, found " +
                  std::to_string(values.size()) + "; the last value holds after the last boundary");
    for (std::size_t k = 1; k < boundaries.size(); ++k)
      if (boundaries[k] <= boundaries[k - 1])
        throw error{"piecewise_constant: boundaries: expected rising steps, found ", boundaries[k], " behind ", boundaries[k - 1],
                    "; sort them with their values"};
    std::size_t i = 0;
    while (i < boundaries.size() && step > boundaries[i]) ++i;
    return values[i];
  }
};

/// min(learning_rate·step/warmup_steps, what `after` says): a linear rise from 0, as TF-Slim's --warmup_epochs.
struct warm_up {
  double learning_rate = 0.01;
  double warmup_steps = 0;
  optimizers::schedule after = 0.01;

  double operator()(long step) const {
    const double scheduled = after(step);
    if (warmup_steps <= 0) return scheduled;
    const double rising = learning_rate * static_cast<double>(step) / warmup_steps;
    return rising < scheduled ? rising : scheduled;
  }
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
