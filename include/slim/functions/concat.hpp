#pragma once
#include "slim/core/begin.hpp"
// Functions that join tensors along an axis, under the names of TensorFlow.

#include <array>
#include <initializer_list>
#include <utility>

#include "slim/functions/reshape.hpp"
#include "slim/op/concat.hpp"

namespace slim {

namespace detail {

constexpr tensor concat_along(const tensor* values, std::size_t count, int axis) {
  tracer* owner = nullptr;
  for (std::size_t k = 0; k < count; ++k)
    if (values[k].bound()) owner = values[k].trace;
  if (owner == nullptr) arithmetic_needs_a_tensor_of_the_network();
  list<int> nodes;
  for (std::size_t k = 0; k < count; ++k) nodes.push(values[k].in(*owner));
  const tensor first(*owner, nodes[0]);
  const int along = first.shape().rank == 0 ? -1 : axis_of(first, axis);
  return {*owner, op::concat::add(owner->g, static_cast<list<int>&&>(nodes), owner->scope, along)};
}

}  // namespace detail

/// Tensors one behind the other along an axis; their other extents agree. What is not batched is given to all examples where another is batched.
constexpr tensor concat(std::initializer_list<tensor> values, int axis) { return detail::concat_along(values.begin(), values.size(), axis); }
template <std::size_t Count>
constexpr tensor concat(const std::array<tensor, Count>& values, int axis) {
  return detail::concat_along(values.data(), Count, axis);
}

namespace detail {
template <class T>
concept list_of_tensors = requires(const T& values) {
  { *values.begin() } -> std::same_as<const tensor&>;
};
template <class Given>
constexpr auto refuse_concat(const Given&) {
  constexpr bool fits = sizeof(Given) == 0;
  static_assert(fits, "concat takes tensors in braces or in an array, and behind them the axis: concat({x, y}, -1)");
  return tensor(0.0);
}
}  // namespace detail
/// The message about TensorFlow's old order, other lists, and no axis.
template <class Axis>
  requires std::is_arithmetic_v<Axis>
constexpr auto concat(const Axis& axis, std::initializer_list<tensor>) {
  return detail::refuse_concat(axis);
}
template <detail::list_of_tensors List, class... Axis>
constexpr auto concat(const List& values, const Axis&...) {
  return detail::refuse_concat(values);
}
template <class Given = int>
constexpr auto concat(std::initializer_list<tensor>) {
  return detail::refuse_concat(Given{});
}

/// Tensors of one shape side by side on a new axis. (`stack<layer>` is TF-Slim's other stack.)
constexpr tensor stack(std::initializer_list<tensor> values, int axis = 0) {
  detail::list<tensor> rows;
  for (const tensor& value : values) rows.push(value.bound() ? expand_dims(value, axis) : value);
  return detail::concat_along(rows.begin(), values.size(), axis);
}
template <std::size_t Count>
constexpr tensor stack(const std::array<tensor, Count>& values, int axis = 0) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) { return stack({values[I]...}, axis); }(std::make_index_sequence<Count>{});
}

}  // namespace slim

#include "slim/core/end.hpp"
