#pragma once
// The losses of TF-Slim section 5.2. Each is element-wise arithmetic on tensors; predictions (or logits) first, labels second.
// All are reduced by compute_weighted_loss and added to the collection, and return the reduced loss.

#include "slim/layers/basic.hpp"
#include "slim/losses/collection.hpp"

namespace slim::losses {

namespace detail {
/// Labels must have the shape of the predictions.
constexpr void check_labels(const tensor& predictions, const tensor& labels) {
  if (labels.bound() && !(labels.shape() == predictions.shape()) && !(labels.shape().size() == 1 && predictions.shape().size() == 1))
    predictions.trace->fail(graph::rule::label_shape_mismatch, labels.shape(), predictions.shape());
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
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0) const {
    detail::check_labels(predictions, labels);
    return compute_weighted_loss(abs(predictions - labels), weights);
  }
};
inline constexpr absolute_difference_loss absolute_difference;

/// (p − y)², without ½.
struct mean_squared_error_loss : detail::loss_function<mean_squared_error_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0) const {
    detail::check_labels(predictions, labels);
    return compute_weighted_loss(square(predictions - labels), weights);
  }
};
inline constexpr mean_squared_error_loss mean_squared_error;
/// The name that TF-Slim's introduction uses.
inline constexpr mean_squared_error_loss sum_of_squares;

/// −y·ln(p + ε) − (1 − y)·ln(1 − p + ε)
struct log_loss_function : detail::loss_function<log_loss_function> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0, double epsilon = 1e-7) const {
    detail::check_labels(predictions, labels);
    return compute_weighted_loss(-(labels * log(predictions + epsilon)) - (1.0 - labels) * log(1.0 - predictions + epsilon), weights);
  }
};
inline constexpr log_loss_function log_loss;

/// max(x, 0) − x·y' + ln(1 + exp(−|x|)) with y' = y·(1 − s) + ½·s, s = label_smoothing.
struct sigmoid_cross_entropy_loss : detail::loss_function<sigmoid_cross_entropy_loss> {
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const tensor& weights = 1.0, double label_smoothing = 0) const {
    detail::check_labels(logits, labels);
    const tensor smooth = label_smoothing > 0 ? labels * (1 - label_smoothing) + 0.5 * label_smoothing : labels;
    return compute_weighted_loss(max(0.0, logits) - logits * smooth + log(1.0 + exp(min(logits, -logits))), weights);
  }
};
inline constexpr sigmoid_cross_entropy_loss sigmoid_cross_entropy;

namespace detail {
constexpr tensor cross_entropy_per_example(const tensor& logits, const tensor& labels) {
  tracer& trace = *logits.trace;
  graph::node n;
  n.kind = graph::op::softmax_cross_entropy, n.batched = true;
  n.operand_count = 2, n.operands[0] = logits.node, n.operands[1] = labels.node;
  return {trace, graph::add_node(trace.g, n, trace.scope)};
}
}  // namespace detail

/// −Σ y'·log_softmax(x) per example, y' = y·(1 − s) + s/classes. Labels are distributions over the classes (one-hot or soft).
/// Weights: one number or one per example.
struct softmax_cross_entropy_loss : detail::loss_function<softmax_cross_entropy_loss> {
  constexpr tensor operator()(const tensor& logits, const tensor& onehot_labels, const tensor& weights = 1.0, double label_smoothing = 0) const {
    detail::check_labels(logits, onehot_labels);
    const tensor labels = label_smoothing > 0 ? onehot_labels * (1 - label_smoothing) + label_smoothing / logits.channels() : onehot_labels;
    return compute_weighted_loss(detail::cross_entropy_per_example(logits, labels), weights);
  }
};
inline constexpr softmax_cross_entropy_loss softmax_cross_entropy;

/// The same for class numbers, one per example.
struct sparse_softmax_cross_entropy_loss : detail::loss_function<sparse_softmax_cross_entropy_loss> {
  static constexpr slim::shape label_shape(const slim::shape&) { return {}; }
  constexpr tensor operator()(const tensor& logits, const tensor& labels, const tensor& weights = 1.0) const {
    if (labels.shape().size() != 1) logits.trace->fail(graph::rule::label_shape_mismatch, labels.shape(), {1});
    const argument<num_classes_keyword> classes(static_cast<int>(logits.shape().size()));
    const argument_base* const call[] = {&classes};
    const tensor onehot = run_layer<one_hot_encoding_layer>(labels, call, 1);
    return compute_weighted_loss(detail::cross_entropy_per_example(logits, onehot), weights);
  }
};
inline constexpr sparse_softmax_cross_entropy_loss sparse_softmax_cross_entropy;

/// max(0, 1 − (2y − 1)·x) per element, labels 0 or 1: unreduced and not added to the collection, as in TF-Slim.
struct hinge_loss_function : detail::loss_function<hinge_loss_function> {
  constexpr tensor operator()(const tensor& logits, const tensor& labels) const {
    detail::check_labels(logits, labels);
    return max(0.0, 1.0 - (2.0 * labels - 1.0) * logits);
  }
};
inline constexpr hinge_loss_function hinge_loss;

/// 1 − Σ p·y per example, over all elements of the example; inputs are taken to have unit length.
struct cosine_distance_loss : detail::loss_function<cosine_distance_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0) const {
    detail::check_labels(predictions, labels);
    return compute_weighted_loss(1.0 - sum_per_example(predictions * labels), weights);
  }
};
inline constexpr cosine_distance_loss cosine_distance;

/// Per example, d = p − y with n elements: 2·Σd²/n − 2·(Σd)²/n²; weighted and summed over the batch, not averaged.
struct mean_pairwise_squared_error_loss : detail::loss_function<mean_pairwise_squared_error_loss> {
  constexpr tensor operator()(const tensor& predictions, const tensor& labels, const tensor& weights = 1.0) const {
    detail::check_labels(predictions, labels);
    const tensor difference = predictions - labels;
    const double n = static_cast<double>(predictions.shape().size());
    const tensor squares = sum_per_example(square(difference)), total = sum_per_example(difference);
    return add_loss(sum((squares * (2 / n) - square(total) * (2 / (n * n))) * weights));
  }
};
inline constexpr mean_pairwise_squared_error_loss mean_pairwise_squared_error;

}  // namespace slim::losses
