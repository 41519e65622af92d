#pragma once
#include "slim/core/begin.hpp"
// Borders around a tensor: of a number, or of its own mirror image, under the name of TensorFlow.

#include <initializer_list>

#include "slim/functions/axes.hpp"
#include "slim/op/mirror_pad.hpp"
#include "slim/op/slice.hpp"
#include "slim/trace/tensor.hpp"

namespace slim {

/// Elements before and behind an axis.
struct axis_padding {
  int before = 0, after = 0;
};
/// `x` with `constant_values` around it: pad(x, {{1, 1}, {2, 0}, {0, 0}}) for an image has a row more at top and bottom and two columns more at its left.
constexpr tensor pad(const tensor& x, std::initializer_list<axis_padding> paddings, double constant_values = 0) {
  slim::shape before, after;
  if (static_cast<int>(paddings.size()) != x.shape().rank) {
    x.trace->fail(graph::rule::rank_mismatch, {x.shape().rank}, {static_cast<int>(paddings.size())});
    return x;
  }
  for (const axis_padding& one : paddings) before.extents[before.rank++] = one.before, after.extents[after.rank++] = one.after;
  return {*x.trace, op::pad::add(x.trace->g, x.node, before, after, constant_values, x.trace->scope)};
}

/// What is around it: zeros, or its mirror image without or with the elements at its edges.
enum class pad_mode : unsigned char { constant, reflect, symmetric };
inline constexpr pad_mode CONSTANT = pad_mode::constant, REFLECT = pad_mode::reflect, SYMMETRIC = pad_mode::symmetric;
/// [1, 2, 3] with {2, 1} is [3, 2, 1, 2, 3, 2] with REFLECT and [2, 1, 1, 2, 3, 3] with SYMMETRIC.
constexpr tensor pad(const tensor& x, std::initializer_list<axis_padding> paddings, pad_mode mode) {
  if (mode == CONSTANT) return pad(x, paddings);
  tracer& trace = *x.trace;
  slim::shape extent = x.shape();
  if (static_cast<int>(paddings.size()) != extent.rank) {
    trace.fail(graph::rule::rank_mismatch, {extent.rank}, {static_cast<int>(paddings.size())});
    return x;
  }
  int y = x.node, axis = 0;
  for (const axis_padding& one : paddings) {
    long outer = 1;
    for (int i = 0; i < axis; ++i) outer *= extent[i];
    if (one.before != 0 || one.after != 0) {
      const int rows = graph::reshape(trace.g, y, {outer, extent[axis], extent.size() / (outer * extent[axis])}, trace.scope);
      const int wide = op::mirror_pad::add(trace.g, rows, one.before, one.after, mode == SYMMETRIC, trace.scope);
      if (trace.g.failed()) return x;
      extent.extents[axis] += one.before + one.after;
      y = graph::reshape(trace.g, wide, extent, trace.scope);
    }
    ++axis;
  }
  return {trace, y};
}

/// The elements of an axis from the last to the first.
constexpr tensor reverse(const tensor& x, int axis) {
  tracer& trace = *x.trace;
  const int along = x.shape().rank == 0 ? 0 : detail::axis_of(x, axis);
  const slim::shape all = x.shape();
  if (all.rank == 0) trace.fail(graph::rule::rank_mismatch, {0}, {1});
  if (trace.g.failed() || all[along] == 1) return x;
  int outer = 1;
  for (int i = 0; i < along; ++i) outer *= all[i];
  const int inner = static_cast<int>(all.size() / outer / all[along]);
  const int rows = graph::reshape(trace.g, x.node, {outer, all[along], inner}, trace.scope);
  const int mirrored = op::mirror_pad::add(trace.g, rows, all[along], 0, true, trace.scope);
  return {trace, graph::reshape(trace.g, op::slice::add(trace.g, mirrored, {0, 0, 0}, {outer, all[along], inner}, trace.scope), all, trace.scope)};
}

}  // namespace slim

#include "slim/core/end.hpp"
