#pragma once
#include "slim/core/begin.hpp"
// Penalties on weights: each is a scalar function of one weight, summed over all weights of a variable. TF-Slim section 4.
// A user's own regularizer is any generic callable: `weights_regularizer = [](auto w) { return 0.1 * abs(w); }`.

#include "slim/layers/keywords.hpp"
#include "slim/layers/linear.hpp"

namespace slim {

namespace detail {
constexpr stored_function make_regularizer(double l1, double l2, const char* name) {
  stored_function f;
  if (l1 != 0 && l2 != 0) f = stored_function([=](auto w) { return l1 * abs(w) + (0.5 * l2) * (w * w); });
  else if (l1 != 0) f = stored_function([=](auto w) { return l1 * abs(w); });
  else if (l2 != 0) f = stored_function([=](auto w) { return (0.5 * l2) * (w * w); });
  f.name = name;
  for (const double scale : {l1, l2})
    if (!(scale >= 0 && scale <= 1e300)) f.refused = scale, f.range = "a scale of at least 0";
  return f;
}
}  // namespace detail

/// factor·Σ|w|. A factor of 0 adds no loss.
constexpr stored_function l1_regularizer(double factor) { return detail::make_regularizer(factor, 0, "l1_regularizer"); }
/// factor·½·Σw². A factor of 0 adds no loss.
constexpr stored_function l2_regularizer(double factor) { return detail::make_regularizer(0, factor, "l2_regularizer"); }
constexpr stored_function l1_l2_regularizer(double scale_l1 = 1.0, double scale_l2 = 1.0) {
  return detail::make_regularizer(scale_l1, scale_l2, "l1_l2_regularizer");
}

/// The sum of several regularizers; those that are `none` count nothing.
template <class... Regularizers>
constexpr stored_function sum_regularizer(const Regularizers&... terms) {
  expr::scalar_function sum;
  const detail::list<int> argument = [&] {
    detail::list<int> one;
    one.push(sum.add_input(0));
    return one;
  }();
  int total = -1;
  double refused = 0;
  const char* range = nullptr;
  [[maybe_unused]] const auto add = [&](const stored_function& term) {
    if (term.range != nullptr) refused = term.refused, range = term.range;
    if (term.empty()) return;
    const int value = expr::inline_into(sum, term.function(), 0, argument);
    total = total < 0 ? value : sum.emit(expr::scalar_op::add, total, value);
  };
  (add(stored_function(terms)), ...);
  stored_function result;
  result.name = "sum_regularizer", result.refused = refused, result.range = range;
  if (total < 0) return result;
  sum.add_output(total);
  result.store(expr::pruned(sum));
  return result;
}

/// The regularizer's penalty on all of these weights together, which joins the regularization losses.
template <class... Weights>
constexpr tensor apply_regularization(const stored_function& penalize, const tensor& first, const Weights&... weights) {
  tracer& trace = *first.trace;
  const int outer = trace.open_unique("get_regularization_penalty");
  if (penalize.range != nullptr) trace.fail_number("regularizer", penalize.refused, penalize.range);
  const auto penalty = [&](const tensor& of) {
    const int operands[] = {of.node};
    return tensor(trace, penalize.empty() ? graph::constant(trace.g, 0) : graph::reduce(trace.g, interned(trace, penalize), operands, 1, {}, trace.scope));
  };
  const tensor total = add_n(penalty(first), penalty(weights)...);
  trace.g.regularization_losses.push({total.node, trace.scope, {}});
  trace.close(outer);
  return total;
}

}  // namespace slim

#include "slim/core/end.hpp"
