#pragma once
#include "slim/core/begin.hpp"
// Functions that give the elements of a tensor another shape or order, under the names of TensorFlow.

#include "slim/functions/axes.hpp"
#include "slim/op/transpose.hpp"

namespace slim {

/// The axes of each example in another order: axis i of the result is axis `axes[i]` of `x`; the batch stays in front. transpose(x, {2, 0, 1}) of
/// [height, width, channels] is [channels, height, width], as is transpose(x, {-1, 0, 1}). `axes` names each axis once.
constexpr tensor transpose(const tensor& x, slim::shape axes) {
  for (int i = 0; i < axes.rank; ++i)
    if (axes[i] < 0 && axes[i] >= -axes.rank) axes.extents[i] += axes.rank;
  return {*x.trace, op::transpose::add(x.trace->g, x.node, axes, x.trace->scope)};
}

/// The same elements in the same order in another shape of one example; one extent may be −1: what is left.
constexpr tensor reshape(const tensor& x, slim::shape extent) {
  long known = 1;
  int open = -1;
  for (int i = 0; i < extent.rank; ++i) {
    if (extent[i] == -1 && open < 0) open = i;
    else known *= extent[i];
  }
  if (open >= 0 && known > 0 && x.shape().size() % known == 0) extent.extents[open] = static_cast<int>(x.shape().size() / known);
  if (extent.size() != x.shape().size() || known < 1) {
    x.trace->fail(graph::rule::element_count, extent, x.shape());
    return x;
  }
  return {*x.trace, graph::reshape(x.trace->g, x.node, extent, x.trace->scope)};
}

/// A new axis of extent 1, which becomes axis `axis`.
constexpr tensor expand_dims(const tensor& x, int axis) {
  if (x.shape().rank == slim::shape::max_rank) {
    x.trace->fail(graph::rule::rank_mismatch, {x.shape().rank}, {slim::shape::max_rank - 1});
    return x;
  }
  return reshape(x, detail::with_axis(x.shape(), detail::axis_of(x, axis, 1), 1));
}

/// Without the axes `axis`, which must have extent 1; {}: without all of extent 1.
constexpr tensor squeeze(const tensor& x, const axis_list& axis = {}) {
  const detail::chosen_axes chosen(x, axis);
  slim::shape kept, needed = x.shape();
  for (int i = 0; i < x.shape().rank; ++i) {
    if (chosen.among[i]) needed.extents[i] = 1;
    if (!(axis.count == 0 ? x.shape()[i] == 1 : chosen.among[i])) kept.extents[kept.rank++] = x.shape()[i];
  }
  if (!(needed == x.shape())) x.trace->fail(graph::rule::shape_mismatch, x.shape(), needed);
  return x.trace->g.failed() ? x : reshape(x, kept);
}

/// `x` repeated `multiples[i]` times along axis i.
constexpr tensor tile(const tensor& x, const slim::shape& multiples) {
  tracer& trace = *x.trace;
  if (multiples.rank != x.shape().rank) {
    trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {multiples.rank});
    return x;
  }
  int y = x.node;
  for (int axis = 0; axis < multiples.rank && !trace.g.failed(); ++axis) {
    if (multiples[axis] < 1) trace.fail(graph::rule::bad_number, {multiples[axis]}, {1}, "multiples");
    if (multiples[axis] < 2) continue;
    slim::shape whole = trace.g.nodes[y].extent;
    const bool batched = trace.g.nodes[y].batched;
    long outer = 1;
    for (int i = 0; i < axis; ++i) outer *= whole[i];
    const long inner = whole.size() / outer;
    whole.extents[axis] *= multiples[axis];
    const int one = graph::reshape(trace.g, y, {outer, 1, inner}, trace.scope);
    y = graph::reshape(trace.g, graph::broadcast(trace.g, one, {batched, {outer, multiples[axis], inner}}, trace.scope), whole, trace.scope);
  }
  return {trace, y};
}

}  // namespace slim

#include "slim/core/end.hpp"
