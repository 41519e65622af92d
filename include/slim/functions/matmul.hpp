#pragma once
#include "slim/core/begin.hpp"
// Products of matrices, under the name of TensorFlow.

#include "slim/functions/reshape.hpp"
#include "slim/op/batch_matmul.hpp"
#include "slim/op/matmul.hpp"

namespace slim {

namespace detail {
/// `x` once for each matrix of `other`: extents in front broadcast, as in NumPy. Where they do not fit it stays as it is.
constexpr tensor for_matrices_of(const tensor& x, const slim::shape& other) {
  const slim::shape own = x.shape();
  slim::shape result = own.rank < other.rank ? other : own;
  for (int i = 0; i < result.rank; ++i) {
    const int extent = graph::aligned_extent(own, result.rank, i), wanted = graph::aligned_extent(other, result.rank, i);
    result.extents[i] = i < result.rank - 2 && extent == 1 ? wanted : extent;
  }
  tracer& trace = *x.trace;
  return result == own ? x : tensor(trace, graph::broadcast(trace.g, x.node, {trace.g.nodes[x.node].batched, result}, trace.scope));
}
}  // namespace detail

/// Products of matrices, the last two axes of each example: [..., rows, inner] · [..., inner, columns]. Extents in front broadcast, as in NumPy; one matrix in
/// `b` is for all. Transposed matrices are given as [..., inner, rows] and [..., columns, inner].
constexpr tensor matmul(tensor a, tensor b, bool transpose_a = false, bool transpose_b = false) {
  using enum kernel::transposed;
  tracer& trace = *a.trace;
  const auto turned = [](const tensor& x) {
    slim::shape order;
    for (int i = 0; i < x.shape().rank; ++i) order.extents[order.rank++] = i;
    order.extents[order.rank - 2] = order.rank - 1, order.extents[order.rank - 1] = order.rank - 2;
    return transpose(x, order);
  };
  if (a.shape().rank < 2 || b.shape().rank < 2) {
    trace.fail(graph::rule::rank_mismatch, {a.shape().rank < 2 ? a.shape().rank : b.shape().rank}, {2});
    return a;
  }
  const bool batched_a = trace.g.nodes[a.node].batched,
             one_matrix = b.shape().rank == 2 && (a.shape().rank > 2 || (batched_a && !trace.g.nodes[b.node].batched));
  if (transpose_a && (transpose_b || one_matrix)) a = turned(a), transpose_a = false;
  if (one_matrix && transpose_b && !trace.g.nodes[b.node].batched) b = turned(b), transpose_b = false;
  slim::shape result = a.shape();
  const slim::shape right_shape = b.shape();
  if (!one_matrix) a = detail::for_matrices_of(a, right_shape), b = detail::for_matrices_of(b, a.shape());
  else a = reshape(a, {a.shape().size() / a.channels(), a.channels()});
  const kernel::transposed which = transpose_a ? left : transpose_b ? right : none;
  const auto sizes = op::batch_matmul::sizes_of(a.shape(), b.shape(), which);
  if (sizes.rows == 0) {
    trace.fail(graph::rule::shape_mismatch, right_shape, result);
    return a;
  }
  if (!one_matrix) return {trace, op::batch_matmul::add(trace.g, a.node, b.node, which, trace.scope)};
  result.extents[result.rank - 1] = sizes.columns;
  if (trace.g.nodes[b.node].batched || !batched_a) return reshape({trace, op::batch_matmul::add(trace.g, a.node, b.node, which, trace.scope)}, result);
  return {trace, op::matmul::add(trace.g, a.node, b.node, result, trace.scope)};
}

}  // namespace slim

#include "slim/core/end.hpp"
