#pragma once
// The loss collection of a network under construction. TF-Slim section 5.2, "collection helpers".

#include "slim/graph/tensor.hpp"

namespace slim::losses {

/// Adds a scalar to the losses that get_total_loss sums. Losses of this folder add themselves.
constexpr tensor add_loss(const tensor& loss) {
  tracer& trace = *loss.trace;
  if (loss.shape().size() != 1 || trace.g.nodes[loss.node].batched) trace.fail(graph::rule::not_a_scalar_loss, loss.shape(), {});
  trace.g.losses.push({loss.node, trace.scope, loss.shape()});
  return loss;
}

/// Sum of all losses added so far, with or without those of regularizers. Like the next two it is evaluated where it meets a
/// tensor of the network or is returned from it.
constexpr tensor get_total_loss(bool add_regularization_losses = true) {
  return tensor(add_regularization_losses ? deferred::total_loss : deferred::losses);
}
/// Sum of the losses of the collection; `add_n` takes it like a list.
constexpr tensor get_losses() { return tensor(deferred::losses); }
/// Sum of the regularization losses of all variables; 0 when there are none.
constexpr tensor get_regularization_losses() { return tensor(deferred::regularization_losses); }

/// TF-Slim section 5.1: Σ losses·weights / (number of elements with non-zero weight); 0 when there is none. `weights` is one number, or
/// one per example, or one per element. Adds the result to the collection.
constexpr tensor compute_weighted_loss(const tensor& losses, const tensor& weights = 1.0) {
  tracer& trace = *losses.trace;
  if (!weights.bound()) {
    const double weight = trace.g.nodes[weights.in(trace)].value;
    return add_loss(weight == 0 ? tensor(trace, graph::constant(trace.g, 0)) : mean(losses) * weight);
  }
  const double per_weight = static_cast<double>(losses.shape().size()) / static_cast<double>(weights.shape().size());
  const tensor counted = sum(select(abs(weights) > 0.0, 1.0, 0.0)) * per_weight;
  return add_loss(select(counted > 0.0, sum(losses * weights) / max(counted, 1.0), 0.0));
}

}  // namespace slim::losses
