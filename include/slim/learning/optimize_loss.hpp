#pragma once
#include "slim/core/begin.hpp"
// TF-Slim's other way to a training step (layers/optimizers, section 6.5): the learning rate stands apart from the optimizer, which may be
// given by name, and clipping is by the norm of all gradients.

#include <string>
#include <utility>

#include "slim/core/number_text.hpp"
#include "slim/learning/create_train_op.hpp"
#include "slim/optimizers/adam.hpp"
#include "slim/optimizers/adaptive.hpp"

namespace slim::learning {

namespace detail {

/// The optimizers that have a name in TF-Slim, with its defaults; another name does not compile.
template <text Name>
constexpr auto optimizer_named() {
  constexpr auto is = [](const char* name) { return equal(Name.c_str(), name); };
  if constexpr (is("Adagrad")) return optimizers::adagrad{};
  else if constexpr (is("Adam")) return optimizers::adam{};
  else if constexpr (is("Ftrl")) return optimizers::ftrl{};
  else if constexpr (is("Momentum")) return optimizers::momentum{};
  else if constexpr (is("RMSProp")) return optimizers::rmsprop{};
  else {
    static_assert(is("SGD"), "optimizers with a name are Adagrad, Adam, Ftrl, Momentum, RMSProp and SGD");
    return optimizers::gradient_descent{};
  }
}

template <class Optimizer>
Optimizer with_learning_rate(Optimizer optimizer, optimizers::schedule rate, double at_start) {
  if (!(at_start >= 0)) throw error("optimize_loss: learning_rate: expected 0 or a positive number, found " + exact_text(at_start) + "; give a larger one");
  optimizer.learning_rate = std::move(rate);
  return optimizer;
}

}  // namespace detail

/// create_train_op with TF-Slim's `optimize_loss` arguments: optimize_loss(net, loss, 0.01, optimizers::momentum{}, options...) trains with
/// this optimizer at this learning rate, a number or a schedule. Its clip_gradients is learning::clip_global_norm or
/// learning::adaptive_clipping, its gradient_multipliers learning::gradient_multiplier, its gradient_noise_scale the option of that name, its
/// learning_rate_decay_fn a schedule. Throws slim::error for a negative rate.
template <class Model, class Loss, class Optimizer, class... Options>
  requires requires { Optimizer::slots; }
auto optimize_loss(Model& net, Loss loss, const optimizers::schedule& learning_rate, Optimizer optimizer, const Options&... options) {
  return create_train_op(net, loss, detail::with_learning_rate(optimizer, learning_rate, learning_rate(0)), options...);
}
/// The same with the learning rate that the optimizer has: optimize_loss(net, loss, none, optimizers::adam{0.001}).
template <class Model, class Loss, class Optimizer, class... Options>
  requires requires { Optimizer::slots; }
auto optimize_loss(Model& net, Loss loss, none_t, Optimizer optimizer, const Options&... options) {
  return create_train_op(net, loss, std::move(optimizer), options...);
}
/// The same with one of TF-Slim's names: optimize_loss<"Adam">(net, loss, 0.001).
template <text Name, class Model, class Loss, class... Options>
auto optimize_loss(Model& net, Loss loss, const optimizers::schedule& learning_rate, const Options&... options) {
  return optimize_loss(net, loss, learning_rate, detail::optimizer_named<Name>(), options...);
}

}  // namespace slim::learning

#include "slim/core/end.hpp"
