#pragma once
#include "slim/core/begin.hpp"
// Losses that pull examples of one label together and push others apart. TF-Slim section 5.2: labels first; one number, in no collection: return it, or give it
// to add_loss.

#include "slim/losses/collection.hpp"
#include "slim/op/batch_loss.hpp"

namespace slim::losses {

namespace detail {

/// Embeddings are of one shape for each example; labels are class numbers, or `shared` lists of 0 and 1.
constexpr bool fit_for_metric_learning(const tensor& labels, const tensor& a, const tensor& b, bool lists = false) {
  tracer& trace = *a.trace;
  if (!labels.bound() || !trace.g.nodes[labels.node].batched || (lists ? labels.shape().rank != 1 : labels.shape().size() != 1))
    trace.fail(graph::rule::label_shape_mismatch, labels.bound() ? labels.shape() : slim::shape{}, {});
  if (!(a.shape() == b.shape())) trace.fail(graph::rule::shape_mismatch, a.shape(), b.shape());
  return !trace.g.failed();
}
constexpr void check_margin(const tensor& of, double margin) {
  if (!(margin >= 0 && margin <= 1e300)) of.trace->fail_number("margin", margin, "at least 0");
}
constexpr tensor between_examples(kernel::batch_loss_kind kind, double margin, const tensor& labels, const tensor& a, int b = -1) {
  return {*a.trace, op::batch_loss::add(a.trace->g, kind, margin, labels.node, a.node, b, a.trace->scope)};
}
constexpr tensor npairs(const tensor& labels, const tensor& anchor, const tensor& positive, double reg_lambda, bool lists) {
  if (!fit_for_metric_learning(labels, anchor, positive, lists)) return anchor;
  const tensor lengths = mean(sum_per_example(square(anchor))) + mean(sum_per_example(square(positive)));
  return between_examples(kernel::batch_loss_kind::npairs, 0, labels, anchor, positive.node) + 0.25 * reg_lambda * lengths;
}

}  // namespace detail

/// Mean of y·D² + (1 − y)·max(0, margin − D)², D the distance of two embeddings of each example and y 1 where they belong together. At D = 0 the gradient is 0.
constexpr tensor contrastive_loss(const tensor& labels, const tensor& anchor, const tensor& positive, double margin = 1.0) {
  const detail::open_loss opened(anchor, {}, "contrastive_loss");
  detail::check_margin(anchor, margin);
  if (!detail::fit_for_metric_learning(labels, anchor, positive)) return anchor;
  const tensor squares = sum_per_example(square(anchor - positive)), y = detail::reshaped(labels, {}), apart = max(margin - sqrt(max(squares, 1e-30)), 0.0);
  return mean(y * squares + (1.0 - y) * square(apart));
}

/// Schroff et al. 2015: for each pair of examples of one label max(0, margin + D − D'), where D is their squared distance and D' that to the nearest example of
/// another label which is further away, or if none is, to the furthest; mean over the pairs, 0 where there is none. Its time and memory grow with the square of
/// the batch, and more.
constexpr tensor triplet_semihard_loss(const tensor& labels, const tensor& embeddings, double margin = 1.0) {
  const detail::open_loss opened(embeddings, {}, "triplet_semihard_loss");
  detail::check_margin(embeddings, margin);
  if (!detail::fit_for_metric_learning(labels, embeddings, embeddings)) return embeddings;
  return detail::between_examples(kernel::batch_loss_kind::triplet_semihard, margin, labels, embeddings);
}

/// Song et al. 2016: ½·mean over pairs (i, j) of one label of max(0, J)², J = log(Σ e^(margin − D(i,k)) + Σ e^(margin − D(j,l))) + D(i,j) over all k, l of
/// other labels.
constexpr tensor lifted_struct_loss(const tensor& labels, const tensor& embeddings, double margin = 1.0) {
  const detail::open_loss opened(embeddings, {}, "lifted_struct_loss");
  detail::check_margin(embeddings, margin);
  if (!detail::fit_for_metric_learning(labels, embeddings, embeddings)) return embeddings;
  return detail::between_examples(kernel::batch_loss_kind::lifted_struct, margin, labels, embeddings);
}

/// Sohn 2016: cross entropy of softmax(anchor · positiveᵀ) in each row of the batch against the examples of the same label, and ¼·reg_lambda·(mean|anchor|² +
/// mean|positive|²).
constexpr tensor npairs_loss(const tensor& labels, const tensor& anchor, const tensor& positive, double reg_lambda = 0.002) {
  const detail::open_loss opened(anchor, {}, "npairs_loss");
  return detail::npairs(labels, anchor, positive, reg_lambda, false);
}
/// The same for examples of several labels each, [classes] of 0 and 1: the more two have in common the more they belong together.
constexpr tensor npairs_loss_multilabel(const tensor& labels, const tensor& anchor, const tensor& positive, double reg_lambda = 0.002) {
  const detail::open_loss opened(anchor, {}, "npairs_loss_multilabel");
  return detail::npairs(labels, anchor, positive, reg_lambda, true);
}

}  // namespace slim::losses

#include "slim/core/end.hpp"
