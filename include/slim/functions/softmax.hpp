#pragma once
#include "slim/core/begin.hpp"
// Softmax over any axis, under the names of TensorFlow.

#include "slim/functions/reduce.hpp"
#include "slim/op/softmax.hpp"

namespace slim {

namespace nn {

/// exp(x) / Σ exp(x) along an axis. (The layer `softmax` is over the last one.)
constexpr tensor softmax(const tensor& x, int axis = -1) {
  const int last = x.shape().rank - 1, along = slim::detail::axis_of(x, axis);
  if (last < 0 || along == last) return {*x.trace, op::softmax::add(x.trace->g, x.node, x.trace->scope)};
  slim::shape swapped;
  for (int i = 0; i <= last; ++i) swapped.extents[swapped.rank++] = i == along ? last : i == last ? along : i;
  return transpose(softmax(transpose(x, swapped)), swapped);
}
/// log softmax(x), exact where softmax(x) is too small for a number.
constexpr tensor log_softmax(const tensor& x, int axis = -1) {
  const tensor below = x - stop_gradient(reduce_max(x, axis, true));
  return below - log(reduce_sum(exp(below), axis, true));
}

}  // namespace nn
}  // namespace slim

#include "slim/core/end.hpp"
