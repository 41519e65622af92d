#pragma once
#include "slim/core/begin.hpp"
// Elements by their numbers, under the names of TensorFlow.

#include <initializer_list>

#include "slim/functions/concat.hpp"
#include "slim/functions/slice.hpp"
#include "slim/op/gather.hpp"

namespace slim {

/// Rows of `table` [rows, width...] by their numbers, a tensor [...] of whole numbers below `rows`: [..., width...]. Others throw slim::error when the step or
/// predict is called. No gradient flows to numbers: where a loss would want one, they need a stop_gradient.
constexpr tensor embedding_lookup(const tensor& table, const tensor& ids) {
  return {*ids.trace, op::gather::add(ids.trace->g, table.node, ids.node, ids.trace->scope)};
}
/// The same, in TensorFlow's general form along the first axis.
constexpr tensor gather(const tensor& params, const tensor& indices) { return embedding_lookup(params, indices); }
/// The elements along an axis with these numbers, in their order: gather(x, {2, 0}, -1).
constexpr tensor gather(const tensor& x, std::initializer_list<int> indices, int axis = 0) {
  const int along = detail::axis_of(x, axis), extent = x.shape().rank > 0 ? x.shape()[along] : 0;
  detail::list<tensor> parts;
  const int* const number = indices.begin();
  const int count = static_cast<int>(indices.size());
  for (int i = 0, next = 0; i < count; i = next) {
    if (number[i] < 0 || number[i] >= extent) {
      x.trace->fail_number("indices", number[i], "an element of the axis");
      return x;
    }
    for (next = i + 1; next < count && number[next] == number[next - 1] + 1 && number[next] < extent;) ++next;
    parts.push(detail::slice_axis(x, along, number[i], next - i));
  }
  if (parts.empty()) {
    x.trace->fail(graph::rule::bad_number, {0}, {1}, "indices");
    return x;
  }
  return detail::concat_along(parts.begin(), static_cast<std::size_t>(parts.size()), along);
}

}  // namespace slim

#include "slim/core/end.hpp"
