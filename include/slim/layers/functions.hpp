#pragma once
#include "slim/core/begin.hpp"
// Functions of tensors that move their elements, reduce axes or multiply matrices, under the names of TensorFlow. Arithmetic is in trace/tensor.hpp. Axes are those of one example: the first is
// 0, the last is −1; the batch is none of them.

#include <array>
#include <initializer_list>
#include <utility>

#include "slim/op/batch_matmul.hpp"
#include "slim/op/concat.hpp"
#include "slim/op/matmul.hpp"
#include "slim/op/gather.hpp"
#include "slim/op/mirror_pad.hpp"
#include "slim/op/reduce_max.hpp"
#include "slim/op/slice.hpp"
#include "slim/op/softmax.hpp"
#include "slim/op/transpose.hpp"
#include "slim/trace/tensor.hpp"

namespace slim {

/// Axes of an example: one number, or a list; {}: all.
struct axis_list {
  int axes[slim::shape::max_rank]{}, count = 0;

  constexpr axis_list() = default;
  constexpr axis_list(int one) : axes{one}, count(1) {}
  constexpr axis_list(std::initializer_list<int> listed) {
    for (int one : listed)
      if (count < slim::shape::max_rank) axes[count++] = one;
  }
};

/// The axes of each example in another order: axis i of the result is axis `axes[i]` of `x`; the batch stays in front. transpose(x, {2, 0, 1}) of
/// [height, width, channels] is [channels, height, width]. `axes` names each axis once.
constexpr tensor transpose(const tensor& x, const slim::shape& axes) {
  return {*x.trace, op::transpose::add(x.trace->g, x.node, axes, x.trace->scope)};
}

namespace detail {

/// Axis `axis` of `x` counted from 0, or the place of a new one (`new_axes` 1); 0 after a message.
constexpr int axis_of(const tensor& x, int axis, int new_axes = 0) {
  const int rank = x.shape().rank + new_axes;
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  x.trace->fail_number("axis", axis, "an axis of the example, negative from the last");
  return 0;
}
constexpr slim::shape without_axis(slim::shape s, int axis) {
  for (int i = axis; i + 1 < s.rank; ++i) s.extents[i] = s[i + 1];
  s.extents[--s.rank] = 0;
  return s;
}
constexpr slim::shape with_axis(slim::shape s, int axis, int extent) {
  for (int i = s.rank++; i > axis; --i) s.extents[i] = s[i - 1];
  s.extents[axis] = extent;
  return s;
}
/// Elements [first, first + count) along one axis.
constexpr tensor slice_axis(const tensor& x, int axis, int first, int count) {
  slim::shape begin = x.shape(), size = x.shape();
  for (int i = 0; i < begin.rank; ++i) begin.extents[i] = 0;
  begin.extents[axis] = first, size.extents[axis] = count;
  return {*x.trace, op::slice::add(x.trace->g, x.node, begin, size, x.trace->scope)};
}

constexpr tensor concat_along(const tensor* values, std::size_t count, int axis) {
  tracer* owner = nullptr;
  for (std::size_t k = 0; k < count; ++k)
    if (values[k].bound()) owner = values[k].trace;
  if (owner == nullptr) arithmetic_needs_a_tensor_of_the_network();
  detail::list<int> nodes;
  for (std::size_t k = 0; k < count; ++k) nodes.push(values[k].in(*owner));
  const tensor first(*owner, nodes[0]);
  return {*owner, op::concat::add(owner->g, nodes.begin(), nodes.size(), owner->scope, first.shape().rank == 0 ? -1 : axis_of(first, axis))};
}

}  // namespace detail

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
  bool gone[slim::shape::max_rank]{};
  slim::shape kept;
  for (int i = 0; i < axis.count; ++i) {
    const int at = x.shape().rank == 0 ? 0 : detail::axis_of(x, axis.axes[i]);
    if (x.shape()[at] != 1) {
      slim::shape needed = x.shape();
      needed.extents[at] = 1;
      x.trace->fail(graph::rule::shape_mismatch, x.shape(), needed);
    }
    gone[at] = true;
  }
  for (int i = 0; i < x.shape().rank; ++i)
    if (!(axis.count == 0 ? x.shape()[i] == 1 : gone[i])) kept.extents[kept.rank++] = x.shape()[i];
  return x.trace->g.failed() ? x : reshape(x, kept);
}

/// The box of `size` elements from `begin` on; −1 in `size`: all that follow.
constexpr tensor slice(const tensor& x, const slim::shape& begin, slim::shape size) {
  for (int i = 0; i < size.rank && i < x.shape().rank; ++i)
    if (size[i] == -1) size.extents[i] = x.shape()[i] - begin[i];
  return {*x.trace, op::slice::add(x.trace->g, x.node, begin, size, x.trace->scope)};
}

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

/// What is around it instead: its mirror image, without or with the elements at its edges.
enum class pad_mode : unsigned char { reflect, symmetric };
inline constexpr pad_mode REFLECT = pad_mode::reflect, SYMMETRIC = pad_mode::symmetric;
/// [1, 2, 3] with {2, 1} is [3, 2, 1, 2, 3, 2] with REFLECT and [2, 1, 1, 2, 3, 3] with SYMMETRIC.
constexpr tensor pad(const tensor& x, std::initializer_list<axis_padding> paddings, pad_mode mode) {
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

/// Tensors one behind the other along an axis; their other extents agree. What is not batched is given to all examples where another is batched.
constexpr tensor concat(std::initializer_list<tensor> values, int axis) { return detail::concat_along(values.begin(), values.size(), axis); }
template <std::size_t Count>
constexpr tensor concat(const std::array<tensor, Count>& values, int axis) {
  return detail::concat_along(values.data(), Count, axis);
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

namespace detail {

/// Which axes are reduced, and the shapes that remain: with extents of 1 in their place, and without them.
struct reduction {
  bool reduced[slim::shape::max_rank]{};
  slim::shape ones{}, kept{};
  bool none = true;  // nothing but extents of 1

  constexpr reduction(const tensor& x, const axis_list& axis) : ones(x.shape()) {
    for (int i = 0; i < axis.count; ++i) reduced[x.shape().rank == 0 ? 0 : axis_of(x, axis.axes[i])] = true;
    for (int i = 0; i < x.shape().rank; ++i) {
      reduced[i] = reduced[i] || axis.count == 0;
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
  const int total = over.none ? x.node : graph::reduce(trace.g, identity, &x.node, 1, {batched, over.ones}, trace.scope);
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

/// Products of matrices, the last two axes of each example: [..., rows, inner] · [..., inner, columns] with equal extents in front, or one matrix for all in `b`.
/// Transposed matrices are given as [..., inner, rows] and [..., columns, inner].
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
  const bool batched_a = trace.g.nodes[a.node].batched, one_matrix = b.shape().rank == 2 && (a.shape().rank > 2 || (batched_a && !trace.g.nodes[b.node].batched));
  if (transpose_a && (transpose_b || one_matrix)) a = turned(a), transpose_a = false;
  if (one_matrix && transpose_b && !trace.g.nodes[b.node].batched) b = turned(b), transpose_b = false;
  slim::shape result = a.shape();
  if (one_matrix) a = reshape(a, {a.shape().size() / a.channels(), a.channels()});
  const kernel::transposed which = transpose_a ? left : transpose_b ? right : none;
  const auto sizes = op::batch_matmul::sizes_of(a.shape(), b.shape(), which);
  if (sizes.rows == 0) {
    trace.fail(graph::rule::shape_mismatch, b.shape(), result);
    return a;
  }
  if (!one_matrix) return {trace, op::batch_matmul::add(trace.g, a.node, b.node, which, trace.scope)};
  result.extents[result.rank - 1] = sizes.columns;
  if (trace.g.nodes[b.node].batched || !batched_a) return reshape({trace, op::batch_matmul::add(trace.g, a.node, b.node, which, trace.scope)}, result);
  return {trace, op::matmul::add(trace.g, a.node, b.node, result, trace.scope)};
}

/// Rows of `table` [rows, width...] by their numbers, a tensor [...] of whole numbers below `rows`: [..., width...]. Others throw slim::error when the step or
/// predict is called. No gradient flows to numbers: where a loss would want one, they need a stop_gradient.
constexpr tensor embedding_lookup(const tensor& table, const tensor& ids) { return {*ids.trace, op::gather::add(ids.trace->g, table.node, ids.node, ids.trace->scope)}; }
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
  constexpr int most = graph::node::max_operands;
  while (parts.size() > 1) {  // a concatenation has so many parts at most
    detail::list<tensor> joined;
    for (int first = 0; first < parts.size(); first += most) {
      const int together = parts.size() - first < most ? parts.size() - first : most;
      joined.push(detail::concat_along(parts.begin() + first, static_cast<std::size_t>(together), along));
    }
    parts = joined;
  }
  if (parts.empty()) x.trace->fail(graph::rule::bad_number, {0}, {1}, "indices");
  return parts.empty() ? x : parts[0];
}

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
