#pragma once
#include "slim/core/begin.hpp"
// The loss collection of a network under construction. TF-Slim section 5.2, "collection helpers".

#include "slim/trace/tensor.hpp"

namespace slim::losses {

/// The name of a collection of losses, or `none`.
struct collection_name {
  const char* name = graph::losses_collection;  // empty: none

  constexpr collection_name() = default;
  constexpr collection_name(const char* given) : name(given) {}
  constexpr collection_name(none_t) : name("") {}
};
/// The last argument of losses: losses::mean_squared_error(x, y, 1.0, {.scope = "depth", .loss_collection = none}). Without a scope it is that of the loss
/// function.
struct placement {
  const char* scope = "";
  collection_name loss_collection{};
};

/// Adds a scalar to a collection; get_total_loss sums those of the one without a name. Losses of this folder add themselves.
constexpr tensor add_loss(const tensor& loss, const collection_name& loss_collection = {}) {
  tracer& trace = *loss.trace;
  if (loss.shape().size() != 1 || trace.g.nodes[loss.node].batched) trace.fail(graph::rule::not_a_scalar_loss, loss.shape(), {});
  if (loss_collection.name[0] != '\0') trace.g.losses.push({loss.node, trace.scope, loss.shape(), loss_collection.name});
  return loss;
}

/// The message about a number, which belongs to no network.
template <number_alone Number>
constexpr auto add_loss(const Number& loss, const collection_name& = {}) {
  constexpr bool fits = sizeof(Number) == 0;
  static_assert(fits, "a loss is a tensor of the network, which depends on it: add_loss(0.1 * mean(square(x)))");
  return tensor(loss);
}

namespace detail {
inline constexpr loss_sum with_penalties{.losses = true, .regularization_losses = true};
template <text Scope, text Collection>
inline constexpr loss_sum sum_of_losses{.losses = true, .scope = Scope.characters, .loss_collection = Collection.characters};
template <text Scope>
inline constexpr loss_sum sum_of_penalties{.regularization_losses = true, .scope = Scope.characters};
}  // namespace detail

/// Sum of the losses of a collection so far, of those whose names begin with `Scope`: get_losses<"tower_1">(). `add_n` takes it like a list. Like the next two
/// it is evaluated where it meets a tensor of the network or is returned from it.
template <text Scope = "", text Collection = "losses">
constexpr tensor get_losses() {
  return tensor(&detail::sum_of_losses<Scope, Collection>);
}
/// Sum of the regularization losses of all variables, or of those of a scope; 0 when there are none.
template <text Scope = "">
constexpr tensor get_regularization_losses() {
  return tensor(&detail::sum_of_penalties<Scope>);
}
/// Sum of all losses added so far, with or without those of regularizers.
constexpr tensor get_total_loss(bool add_regularization_losses = true) { return add_regularization_losses ? tensor(&detail::with_penalties) : get_losses(); }

namespace detail {

/// The scope of one loss while it is written down: of its own name, or the one it is given; numbered when it is there already.
struct open_loss {
  tracer& trace;
  int outer;
  constexpr open_loss(const tensor& of, const placement& place, const char* default_scope)
      : trace(*of.trace), outer(trace.open_unique(place.scope[0] != '\0' ? place.scope : default_scope)) {}
  constexpr ~open_loss() { trace.close(outer); }
};

/// Adds the loss as <scope>/value.
constexpr tensor add_value(const tensor& loss, const placement& place) {
  tracer& trace = *loss.trace;
  const int outer = trace.open("value");
  add_loss(loss, place.loss_collection);
  trace.close(outer);
  return loss;
}

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
  const tensor present = not_equal(weights, 0.0);
  const bool batched = weights.trace->g.nodes[weights.node].batched;
  const tensor counted = batched ? sum(present) * losses_per_weight : present * losses_per_weight * tensor(*weights.trace, graph::batch_size(weights.trace->g));
  return select(counted > 0.0, total / max(counted, 1.0), 0.0);
}

/// The weighted sum of losses over their number, see compute_weighted_loss.
constexpr tensor weighted(const tensor& losses, const tensor& weights) {
  tracer& trace = *losses.trace;
  const bool batched = trace.g.nodes[losses.node].batched;
  if (!weights.bound()) {
    const double weight = trace.g.nodes[weights.in(trace)].value();
    return weight == 0 ? tensor(trace, graph::constant(trace.g, 0)) : mean(losses) * weight;
  }
  if (!batched && trace.g.nodes[weights.node].batched) trace.fail(graph::rule::loss_weight_mismatch, weights.shape(), losses.shape());
  const tensor aligned = aligned_weights(weights, losses.shape());
  if (trace.g.failed()) return losses;
  const double per_weight = static_cast<double>(losses.shape().size()) / static_cast<double>(aligned.shape().size());
  if (!batched) return mean(losses) * aligned;
  return average_of_counted(sum(losses * aligned), aligned, per_weight);
}

}  // namespace detail

/// TF-Slim section 5.1: Σ losses·weights / (number of losses whose weight is not zero); 0 when there is none. `weights` is one number, or one for
/// each example, or has the leading axes of the losses: [height, width] or [height, width, 1] for losses [height, width, channels].
/// Adds the result to the collection, as weighted_loss/value.
constexpr tensor compute_weighted_loss(const tensor& losses, const tensor& weights = 1.0, const placement& place = {}) {
  const detail::open_loss opened(losses, place, "weighted_loss");
  return detail::add_value(detail::weighted(losses, weights), place);
}

}  // namespace slim::losses

#include "slim/core/end.hpp"
