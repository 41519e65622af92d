#pragma once
#include "slim/core/begin.hpp"
// A hyper-parameter as a function of the global step.

#include "slim/core/callback.hpp"

namespace slim::optimizers {

/// A number, or anything that can be called with a step and returns one; learning/schedules.hpp has the usual forms. As in TF-Slim the
/// step is the global step before the update: 0 for the first.
class schedule {
public:
  schedule(double constant) : number(constant) {}
  template <class Callable>
    requires(!std::is_same_v<Callable, schedule> && std::is_invocable_r_v<double, Callable&, long>)
  schedule(Callable callable) : rule(std::move(callable)) {}

  double operator()(long step) const { return rule ? rule(step) : number; }

private:
  double number = 0;
  callback<double(long)> rule;
};

}  // namespace slim::optimizers

#include "slim/core/end.hpp"
