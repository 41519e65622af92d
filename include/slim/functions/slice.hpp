#pragma once
#include "slim/core/begin.hpp"
// Functions that take parts of a tensor along its axes, under the names of TensorFlow.

#include <array>
#include <initializer_list>
#include <utility>

#include "slim/functions/reshape.hpp"
#include "slim/op/slice.hpp"

namespace slim {

namespace detail {

/// Elements [first, first + count) along one axis.
constexpr tensor slice_axis(const tensor& x, int axis, int first, int count) {
  slim::shape begin = x.shape(), size = x.shape();
  for (int i = 0; i < begin.rank; ++i) begin.extents[i] = 0;
  begin.extents[axis] = first, size.extents[axis] = count;
  return {*x.trace, op::slice::add(x.trace->g, x.node, begin, size, x.trace->scope)};
}

}  // namespace detail

/// The box of `size` elements from `begin` on; −1 in `size`: all that follow.
constexpr tensor slice(const tensor& x, const slim::shape& begin, slim::shape size) {
  for (int i = 0; i < size.rank && i < x.shape().rank; ++i)
    if (size[i] == -1) size.extents[i] = x.shape()[i] - begin[i];
  return {*x.trace, op::slice::add(x.trace->g, x.node, begin, size, x.trace->scope)};
}

/// `Count` equal parts along an axis: const auto [a, b] = split<2>(x, -1).
template <int Count>
  requires(Count > 0)
constexpr std::array<tensor, static_cast<std::size_t>(Count)> split(const tensor& x, int axis) {
  const int along = detail::axis_of(x, axis), extent = x.shape()[along], each = extent / Count;
  if (each * Count != extent) x.trace->fail_number("num_or_size_splits", Count, "a divisor of the extent of the axis");
  return [&]<int... I>(std::integer_sequence<int, I...>) {
    return std::array<tensor, sizeof...(I)>{(x.trace->g.failed() ? x : detail::slice_axis(x, along, I * each, each))...};
  }(std::make_integer_sequence<int, Count>{});
}
/// Parts of the given sizes along an axis, which add up to its extent: const auto [a, b] = split(x, {2, 3}, 0).
template <std::size_t Count>
constexpr std::array<tensor, Count> split(const tensor& x, const int (&sizes)[Count], int axis) {
  const int along = detail::axis_of(x, axis);
  int total = 0, next = 0;
  for (int size : sizes) total += size;
  if (total != x.shape()[along]) x.trace->fail_number("num_or_size_splits", total, "in all the extent of the axis");
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<tensor, Count>{(next += sizes[I], x.trace->g.failed() ? x : detail::slice_axis(x, along, next - sizes[I], sizes[I]))...};
  }(std::make_index_sequence<Count>{});
}

/// The parts of `x` along an axis of extent `Count`, without that axis.
template <int Count>
  requires(Count > 0)
constexpr std::array<tensor, static_cast<std::size_t>(Count)> unstack(const tensor& x, int axis = 0) {
  const int along = detail::axis_of(x, axis);
  if (x.shape()[along] != Count) x.trace->fail_number("num", Count, "the extent of the axis");
  const auto parts = split<Count>(x, axis);
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<tensor, sizeof...(I)>{(x.trace->g.failed() ? x : reshape(parts[I], detail::without_axis(x.shape(), along)))...};
  }(std::make_index_sequence<static_cast<std::size_t>(Count)>{});
}

}  // namespace slim

#include "slim/core/end.hpp"
