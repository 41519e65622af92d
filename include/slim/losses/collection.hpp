#pragma once
#include "slim/core/begin.hpp"
// The loss collection of a network under construction. TF-Slim section 5.2, "collection helpers".

#include "slim/trace/tensor.hpp"

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

namespace detail {

/// A shape without its last extent.
constexpr slim::shape leading(slim::shape of) {
  if (of.rank > 0) of.extents[--of.rank] = 0;
  return of;
}
/// `shape` with `count` extents of 1 from axis `first` on.
constexpr slim::shape with_ones(const slim::shape& shape, int first, int count) {
  slim::shape wider;
  wider.rank = shape.rank + count;
  for (int i = 0; i < wider.rank; ++i) wider.extents[i] = i < first ? shape[i] : i < first + count ? 1 : shape[i - count];
  return wider;
}

constexpr tensor reshaped(const tensor& x, const slim::shape& extent) { return {*x.trace, graph::reshape(x.trace->g, x.node, extent, x.trace->scope)}; }

constexpr tensor is_equal(const tensor& x, const tensor& y) { return apply(slim::detail::operation(expr::scalar_op::equal), x, y); }

/// Weights for losses of this shape, in a shape that broadcasts against it: TF-Slim aligns them with the leading axes, [batch], [batch, height] and
/// so on; a last extent of 1 may be left out or not. One number in all stays what it is. Everything else is refused.
constexpr tensor aligned_weights(const tensor& weights, const slim::shape& losses) {
  tracer& trace = *weights.trace;
  slim::shape own = weights.shape();
  if (!trace.g.nodes[weights.node].batched) {
    if (own.size() > 1) trace.fail(graph::rule::loss_weights_without_batch, own);
    return reshaped(weights, {});
  }
  if (own.channels() == 1) own = leading(own);
  bool fits = own.rank <= losses.rank;
  for (int i = 0; fits && i < own.rank; ++i) fits = own[i] == losses[i];
  if (!fits) {
    trace.fail(graph::rule::loss_weight_mismatch, weights.shape(), losses);
    return {trace, graph::constant(trace.g, 1)};
  }
  return reshaped(weights, own.rank == 0 ? own : with_ones(own, own.rank, losses.rank - own.rank));
}

/// `total` / (number of losses whose weight is not zero), 0 when there is none; each weight is that of `losses_per_weight` losses.
constexpr tensor average_of_counted(const tensor& total, const tensor& weights, double losses_per_weight) {
  const tensor present = select(is_equal(weights, 0.0), 0.0, 1.0);
  const bool batched = weights.trace->g.nodes[weights.node].batched;
  const tensor counted = batched ? sum(present) * losses_per_weight : present * losses_per_weight * tensor(*weights.trace, graph::batch_size(weights.trace->g));
  return select(counted > 0.0, total / max(counted, 1.0), 0.0);
}

}  // namespace detail

/// TF-Slim section 5.1: Σ losses·weights / (number of losses whose weight is not zero); 0 when there is none. `weights` is one number, or one for
/// each example, or has the leading axes of the losses: [height, width] or [height, width, 1] for losses [height, width, channels].
/// Adds the result to the collection.
constexpr tensor compute_weighted_loss(const tensor& losses, const tensor& weights = 1.0) {
  tracer& trace = *losses.trace;
  const bool batched = trace.g.nodes[losses.node].batched;
  if (!weights.bound()) {
    const double weight = trace.g.nodes[weights.in(trace)].value();
    return add_loss(weight == 0 ? tensor(trace, graph::constant(trace.g, 0)) : mean(losses) * weight);
  }
  if (!batched && trace.g.nodes[weights.node].batched) trace.fail(graph::rule::loss_weight_mismatch, weights.shape(), losses.shape());
  const tensor aligned = detail::aligned_weights(weights, losses.shape());
  if (trace.g.failed()) return losses;
  const double per_weight = static_cast<double>(losses.shape().size()) / static_cast<double>(aligned.shape().size());
  if (!batched) return add_loss(mean(losses) * aligned);
  return add_loss(detail::average_of_counted(sum(losses * aligned), aligned, per_weight));
}

}  // namespace slim::losses

#include "slim/core/end.hpp"
