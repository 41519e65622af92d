#pragma once
#include "slim/core/begin.hpp"
// What the numbers of an optimizer have to be: as PyTorch and TensorFlow refuse them, where either does.

#include <limits>

#include "slim/core/error.hpp"
#include "slim/optimizers/schedule.hpp"

namespace slim::optimizers::detail {

/// The numbers of one optimizer, each returned when it is in its range; throws slim::error that names both otherwise. `usual` is for the message.
struct hyper_parameters {
  const char* optimizer;

  double rate(const schedule& learning_rate, long step) const {
    const double found = learning_rate(step - 1);
    if (found >= 0 && found <= most) return found;
    throw error{optimizer, ": step ", step, ": expected a finite learning rate of at least 0, found ", found, "; check the number or its schedule"};
  }
  /// For running averages whose start is corrected: at 1 no gradient would enter.
  double below_one(const char* name, double found, double usual) const {
    return expect(found >= 0 && found < 1, name, "a number from 0 to below 1", found, usual);
  }
  double up_to_one(const char* name, double found, double usual) const { return expect(found >= 0 && found <= 1, name, "a number from 0 to 1", found, usual); }
  double at_least_zero(const char* name, double found, double usual) const {
    return expect(found >= 0 && found <= most, name, "a finite number of at least 0", found, usual);
  }
  double above_zero(const char* name, double found, double usual) const { return expect(found > 0 && found <= most, name, "a positive number", found, usual); }
  double at_most_zero(const char* name, double found, double usual) const {
    return expect(found <= 0 && found >= -most, name, "a finite number of at most 0", found, usual);
  }

private:
  static constexpr double most = std::numeric_limits<double>::max();
  double expect(bool fits, const char* name, const char* range, double found, double usual) const {
    if (fits) return found;
    throw error{optimizer, ": ", name, ": expected ", range, ", found ", found, "; ", usual, " is the usual one"};
  }
};

}  // namespace slim::optimizers::detail

#include "slim/core/end.hpp"
