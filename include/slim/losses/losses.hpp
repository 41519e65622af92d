#pragma once
#include "slim/core/begin.hpp"
// The losses of TF-Slim section 5.2. Each is element-wise arithmetic on tensors; predictions (or logits) first, labels second.
// All are reduced by compute_weighted_loss and added to the collection, and return the reduced loss. Its name is that of TF-Slim:
// softmax_cross_entropy_loss/value, and of a second one softmax_cross_entropy_loss_1/value.

#include <concepts>

#include "slim/layers/basic.hpp"
#include "slim/losses/collection.hpp"
#include "slim/op/softmax_cross_entropy.hpp"

namespace slim {

/// Of sparse_softmax_cross_entropy: a label that stands for no class. What carries it has no loss and is not counted.
struct ignore_label_keyword : keyword<ignore_label_keyword, int> {
  static constexpr const char* name = "ignore_label";
  using keyword::operator=;
};
inline constexpr ignore_label_keyword ignore_label;

namespace losses {

namespace detail {
/// Labels must have the shape of the predictions, for each example; one number in all may stand for all of them.
constexpr void check_labels(const tensor& predictions, const tensor& labels) {
  if (!labels.bound()) return;
  const slim::shape found = labels.shape(), expected = predictions.shape();
  const auto batched = [](const tensor& x) { return x.trace->g.nodes[x.node].batched; };
  const bool one_each = found.size() == 1 && expected.size() == 1, one_in_all = found.size() == 1 && !batched(labels);
  if (one_in_all || ((found == expected || one_each) && batched(labels) == batched(predictions))) return;
  predictions.trace->fail(graph::rule::label_shape_mismatch, found, expected);
}

/// Loss functions are objects, so that they can be passed to create_train_op.
template <class Self>
struct loss_function {
  /// Labels this loss expects for predictions of shape `predictions`: one value per element unless said otherwise.
  static constexpr slim::shape label_shape(const slim::shape& predictions) { return predictions; }
};
}  // namespace detail

/// |p − y|
struct absolute_difference_loss : detail::loss_function<absolute_difference_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "absolute_difference");
    detail::check_labels(predictions, labels);
    return detail::add_value(detail::weighted(abs(predictions - labels), weights), place);
  }
};
inline constexpr absolute_difference_loss absolute_difference;

/// (p − y)², without ½.
struct mean_squared_error_loss : detail::loss_function<mean_squared_error_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "mean_squared_error");
    detail::check_labels(predictions, labels);
    return detail::add_value(detail::weighted(square(predictions - labels), weights), place);
  }
};
inline constexpr mean_squared_error_loss mean_squared_error;
/// The name that TF-Slim's introduction uses.
inline constexpr mean_squared_error_loss sum_of_squares;

/// ½d² where d = |p − y| is at most delta, delta·d − ½·delta² elsewhere.
struct huber_loss_function : detail::loss_function<huber_loss_function> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, double delta = 1.0,
                              const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "huber_loss");
    detail::check_labels(predictions, labels);
    if (!(delta > 0 && delta <= 1e300)) predictions.trace->fail_number("delta", delta, "above 0");
    const tensor distance = abs(predictions - labels), near = min(distance, delta);
    return detail::add_value(detail::weighted(near * (distance - 0.5 * near), weights), place);
  }
};
inline constexpr huber_loss_function huber_loss;

/// −y·ln(p + ε) − (1 − y)·ln(1 − p + ε)
struct log_loss_function : detail::loss_function<log_loss_function> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, double epsilon = 1e-7,
                              const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "log_loss");
    detail::check_labels(predictions, labels);
    if (!(epsilon >= 0 && epsilon <= 1)) predictions.trace->fail_number("epsilon", epsilon, "in [0, 1]");
    return detail::add_value(detail::weighted(-(labels * log(predictions + epsilon)) - (1.0 - labels) * log(1.0 - predictions + epsilon), weights), place);
  }
};
inline constexpr log_loss_function log_loss;

namespace detail {
constexpr void check_smoothing(tracer& trace, double label_smoothing) {
  if (!(label_smoothing >= 0 && label_smoothing <= 1)) trace.fail_number("label_smoothing", label_smoothing, "in [0, 1]");
}
}  // namespace detail

/// max(x, 0) − x·y' + ln(1 + exp(−|x|)) with y' = y·(1 − s) + ½·s, s = label_smoothing.
struct sigmoid_cross_entropy_loss : detail::loss_function<sigmoid_cross_entropy_loss> {
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const tensor& weights = 1.0, double label_smoothing = 0,
                              const placement& place = {}) const {
    const detail::open_loss opened(logits, place, "sigmoid_cross_entropy_loss");
    detail::check_labels(logits, labels);
    detail::check_smoothing(*logits.trace, label_smoothing);
    const tensor smooth = label_smoothing > 0 ? labels * (1 - label_smoothing) + 0.5 * label_smoothing : labels;
    return detail::add_value(detail::weighted(max(0.0, logits) - logits * smooth + log1p(exp(min(logits, -logits))), weights), place);
  }
};
inline constexpr sigmoid_cross_entropy_loss sigmoid_cross_entropy;

namespace detail {

/// −Σ labels·log_softmax(logits) over the last extent: one number for each example, or for each of its pixels.
constexpr tensor cross_entropies(const tensor& logits, const tensor& labels) {
  tracer& trace = *logits.trace;
  return {trace, op::softmax_cross_entropy::add(trace.g, logits.node, labels.in(trace), leading(logits.shape()), trace.scope)};
}

}  // namespace detail

/// −Σ y'·log_softmax(x) over the last extent, y' = y·(1 − s) + s/classes: one loss per example, or per pixel of logits [height, width, classes].
/// Labels are distributions over the classes (one-hot or soft). Weights: one number, one per example, or one per pixel.
struct softmax_cross_entropy_loss : detail::loss_function<softmax_cross_entropy_loss> {
  constexpr tensor operator()(const tensor& logits, const tensor& onehot_labels, const tensor& weights = 1.0, double label_smoothing = 0,
                              const placement& place = {}) const {
    const detail::open_loss opened(logits, place, "softmax_cross_entropy_loss");
    detail::check_labels(logits, onehot_labels);
    detail::check_smoothing(*logits.trace, label_smoothing);
    const tensor labels = label_smoothing > 0 ? onehot_labels * (1 - label_smoothing) + label_smoothing / logits.channels() : onehot_labels;
    return detail::add_value(detail::weighted(detail::cross_entropies(logits, labels), weights), place);
  }
};
inline constexpr softmax_cross_entropy_loss softmax_cross_entropy;

namespace detail {

/// The loss below; `ignored`, unless null, is a label whose losses do not count.
constexpr tensor sparse_cross_entropy(const tensor& logits, const tensor& labels, const tensor& weights, const int* ignored, const placement& place) {
  tracer& trace = *logits.trace;
  const open_loss opened(logits, place, "sparse_softmax_cross_entropy_loss");
  const int classes = logits.channels();
  const slim::shape cells = leading(logits.shape());
  const bool known = labels.bound() && trace.g.nodes[labels.node].batched;
  const slim::shape found = labels.bound() ? labels.shape() : slim::shape{};
  if (!known || !(found == cells || found == with_ones(cells, cells.rank, 1) || (found.size() == 1 && cells.size() == 1))) {
    trace.fail(graph::rule::label_shape_mismatch, found, cells);
    return logits;
  }
  const tensor of_cells = reshaped(labels, cells);
  const tensor each = cross_entropies(logits, slim::detail::one_hot(of_cells, classes));
  trace.g.labels.push({of_cells.node, each.node, classes, ignored != nullptr ? *ignored : 0, ignored != nullptr});
  if (ignored == nullptr) return add_value(weighted(each, weights), place);
  const tensor counts = not_equal(of_cells, *ignored);
  return add_value(weighted(each, weights.bound() ? counts * aligned_weights(weights, cells) : counts * weights), place);
}

}  // namespace detail

/// The same for class numbers, one per example (labels [] or [1]), or one per pixel (labels [height, width] or [height, width, 1]). Labels that are
/// no whole number from 0 to classes − 1 throw slim::error when the step or predict is called; `ignore_label = 255` behind the other
/// arguments makes one more known, whose losses do not count.
struct sparse_softmax_cross_entropy_loss : detail::loss_function<sparse_softmax_cross_entropy_loss> {
  static constexpr slim::shape label_shape(const slim::shape& predictions) { return detail::leading(predictions); }
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const tensor& weights = 1.0, const placement& place = {}) const {
    return detail::sparse_cross_entropy(logits, labels, weights, nullptr, place);
  }
  template <std::same_as<argument<ignore_label_keyword>> Ignored>  // no number becomes one
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const tensor& weights, const Ignored& ignored, const placement& place = {}) const {
    return detail::sparse_cross_entropy(logits, labels, weights, &ignored.value, place);
  }
  template <std::same_as<argument<ignore_label_keyword>> Ignored>
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const Ignored& ignored, const placement& place = {}) const {
    return detail::sparse_cross_entropy(logits, labels, 1.0, &ignored.value, place);
  }
};
inline constexpr sparse_softmax_cross_entropy_loss sparse_softmax_cross_entropy;

/// The same with `ignore_label = Label`, for create_train_op: sparse_softmax_cross_entropy_ignoring<255>.
template <int Label>
struct sparse_softmax_cross_entropy_ignoring_loss : detail::loss_function<sparse_softmax_cross_entropy_ignoring_loss<Label>> {
  static constexpr slim::shape label_shape(const slim::shape& predictions) { return detail::leading(predictions); }
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const tensor& weights = 1.0) const {
    return sparse_softmax_cross_entropy(logits, labels, weights, ignore_label = Label);
  }
};
template <int Label>
inline constexpr sparse_softmax_cross_entropy_ignoring_loss<Label> sparse_softmax_cross_entropy_ignoring;

/// `Loss` of the network's logits, plus 0.4 times that of its end point AuxLogits (in the collection as aux_loss/value): TF-Slim's training script, for
/// networks with auxiliary logits. create_train_op(net, losses::with_aux_logits<losses::sparse_softmax_cross_entropy>, ...).
template <class Loss>
struct loss_with_aux_logits {
  static constexpr slim::shape label_shape(const slim::shape& predictions) { return Loss::label_shape(predictions); }
  constexpr tensor operator()(const tensor& logits, const tensor& labels) const {
    const tensor auxiliary = named_output(logits, "AuxLogits");
    if constexpr (constexpr placement place{.scope = "aux_loss"}; requires { Loss{}(auxiliary, labels, 0.4, place); }) Loss{}(auxiliary, labels, 0.4, place);
    else Loss{}(auxiliary, labels, 0.4, 0.0, place);  // not smoothed
    return Loss{}(logits, labels);
  }
};
template <const auto& Loss>
inline constexpr loss_with_aux_logits<std::remove_cvref_t<decltype(Loss)>> with_aux_logits;

/// max(0, 1 − (2y − 1)·x) per element, labels 0 or 1: unreduced and not added to the collection, as in TF-Slim.
struct hinge_loss_function : detail::loss_function<hinge_loss_function> {
  constexpr tensor operator()(const tensor& logits, const tensor& labels) const {
    detail::check_labels(logits, labels);
    return max(0.0, 1.0 - (2.0 * labels - 1.0) * logits);
  }
};
inline constexpr hinge_loss_function hinge_loss;

/// 1 − Σ p·y along one axis, which the losses do not have any more; inputs are taken to have unit length along it. `axis` counts the batch as 0, as
/// in TF-Slim; −1, and none, is the last.
struct cosine_distance_loss : detail::loss_function<cosine_distance_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "cosine_distance_loss");
    return detail::add_value(along(predictions, labels, -1, weights), place);
  }
  template <std::integral Axis>
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, Axis axis, const tensor& weights = 1.0, const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "cosine_distance_loss");
    return detail::add_value(along(predictions, labels, static_cast<int>(axis), weights), place);
  }

private:
  static constexpr tensor along(const tensor& predictions, const tensor& labels, int axis, const tensor& weights) {
    tracer& trace = *predictions.trace;
    detail::check_labels(predictions, labels);
    const slim::shape all = predictions.shape();
    if (axis == 0 || axis > all.rank || axis < -all.rank) {
      trace.fail(graph::rule::bad_number, {axis}, {1}, "axis of an example");
      return predictions;
    }
    const int own = axis > 0 ? axis - 1 : all.rank + axis;
    slim::shape losses;
    for (int i = 0; i < all.rank; ++i)
      if (i != own) losses.extents[losses.rank++] = all[i];
    const tensor products = predictions * labels;
    if (!weights.bound()) {
      const double weight = trace.g.nodes[weights.in(trace)].value();
      return weight == 0 ? tensor(trace, graph::constant(trace.g, 0)) : weight - mean(products) * (weight * all[own]);
    }
    // Σ weights·(1 − Σ products) = Σ weights − Σ weights·products: no sum along an axis is needed.
    const tensor aligned = detail::aligned_weights(weights, losses);
    if (trace.g.failed()) return predictions;
    const slim::shape each = aligned.shape();
    const bool batched = trace.g.nodes[aligned.node].batched;
    const double per_weight = static_cast<double>(losses.size()) / static_cast<double>(each.size());
    const tensor spread = each.rank == 0 ? aligned : detail::reshaped(aligned, detail::with_ones(each, own, 1));
    const tensor of_ones = batched ? sum(aligned) * per_weight : aligned * per_weight * tensor(trace, graph::batch_size(trace.g));
    return detail::average_of_counted(of_ones - sum(products * spread), aligned, per_weight);
  }
};
inline constexpr cosine_distance_loss cosine_distance;

/// Per example, d = p − y with n elements: 2·Σd²/n − 2·(Σd)²/n²; weighted and summed over the batch, not averaged.
struct mean_pairwise_squared_error_loss : detail::loss_function<mean_pairwise_squared_error_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, const placement& place = {}) const {
    const detail::open_loss opened(predictions, place, "mean_pairwise_squared_error");
    detail::check_labels(predictions, labels);
    const tensor difference = predictions - labels;
    const double n = static_cast<double>(predictions.shape().size());
    const tensor squares = sum_per_example(square(difference)), total = sum_per_example(difference);
    const tensor each = squares * (2 / n) - square(total) * (2 / (n * n));
    return detail::add_value(sum(each * (weights.bound() ? detail::aligned_weights(weights, {}) : weights)), place);
  }
};
inline constexpr mean_pairwise_squared_error_loss mean_pairwise_squared_error;

}  // namespace losses
}  // namespace slim

#include "slim/core/end.hpp"
