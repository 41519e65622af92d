#pragma once
#include "slim/core/begin.hpp"
// Sums, means and extremes over axes, under the names of TensorFlow.

#include "slim/functions/reshape.hpp"
#include "slim/op/reduce_max.hpp"
#include "slim/op/transpose.hpp"

namespace slim {

namespace detail {

/// Which axes are reduced, and the shapes that remain: with extents of 1 in their place, and without them.
struct reduction {
  bool reduced[slim::shape::max_rank]{};
  slim::shape ones{}, kept{};
  bool none = true;  // nothing but extents of 1

  constexpr reduction(const tensor& x, const axis_list& axis) : ones(x.shape()) {
    const chosen_axes chosen(x, axis);
    for (int i = 0; i < x.shape().rank; ++i) {
      reduced[i] = chosen.among[i] || axis.count == 0;
      if (reduced[i]) none = none && x.shape()[i] == 1, ones.extents[i] = 1;
      else kept.extents[kept.rank++] = x.shape()[i];
    }
  }
};

}  // namespace detail

/// Sums over axes of each example; the batch stays (`sum` is over everything). `keepdims`: they stay as extents of 1.
constexpr tensor reduce_sum(const tensor& x, const axis_list& axis = {}, bool keepdims = false) {
  const detail::reduction over(x, axis);
  tracer& trace = *x.trace;
  expr::scalar_function identity;
  identity.add_output(identity.add_input(0));
  const bool batched = trace.g.nodes[x.node].batched;
  const int total = graph::reduce(trace.g, identity, &x.node, 1, {batched, over.ones}, trace.scope);
  return {trace, graph::reshape(trace.g, total, keepdims ? over.ones : over.kept, trace.scope)};
}
constexpr tensor reduce_mean(const tensor& x, const axis_list& axis = {}, bool keepdims = false) {
  const tensor total = reduce_sum(x, axis, keepdims);
  return total * (static_cast<double>(total.shape().size()) / static_cast<double>(x.shape().size()));
}
/// The largest along axes of each example. Elements that are equally large share the gradient.
constexpr tensor reduce_max(const tensor& x, const axis_list& axis = {}, bool keepdims = false) {
  const detail::reduction over(x, axis);
  tracer& trace = *x.trace;
  int most = x.node;
  if (!over.none && !trace.g.failed()) {
    int first = 0, last = x.shape().rank - 1;
    while (!over.reduced[first]) ++first;
    while (!over.reduced[last]) --last;
    bool together = true;
    for (int i = first; i <= last; ++i) together = together && over.reduced[i];
    long outer = 1, count = 1, inner = 1;
    for (int i = 0; i < x.shape().rank; ++i) (over.reduced[i] ? count : i > last && together ? inner : outer) *= x.shape()[i];
    if (!together) {  // to the end with them
      slim::shape order;
      for (const bool which : {false, true})
        for (int i = 0; i < x.shape().rank; ++i)
          if (over.reduced[i] == which) order.extents[order.rank++] = i;
      most = op::transpose::add(trace.g, most, order, trace.scope);
    }
    most = op::reduce_max::add(trace.g, graph::reshape(trace.g, most, {outer, count, inner}, trace.scope), trace.scope);
  }
  return {trace, graph::reshape(trace.g, most, keepdims ? over.ones : over.kept, trace.scope)};
}
constexpr tensor reduce_min(const tensor& x, const axis_list& axis = {}, bool keepdims = false) { return -reduce_max(-x, axis, keepdims); }

}  // namespace slim

#include "slim/core/end.hpp"
