#pragma once
#include "slim/core/begin.hpp"
// What an element-wise loop walks over, and how each of its operands is read there. Shapes broadcast as in NumPy: the extents of one example are aligned at
// their ends, and two of them agree when they are equal or one is 1. The batch always meets the batch; what is not batched is the same for all examples.

#include "slim/expr/code.hpp"
#include "slim/graph/graph.hpp"

namespace slim::graph {

/// What a loop over a node's elements walks: one `extent` per example, or one in all.
struct domain {
  bool batched = false;
  slim::shape extent{};
};

constexpr domain domain_of(const node& n) { return {n.batched, n.extent}; }

/// Extent of `s` that meets axis `axis` of a shape of `rank` extents.
constexpr int aligned_extent(const slim::shape& s, int rank, int axis) { return axis < rank - s.rank ? 1 : s.extents[axis - (rank - s.rank)]; }

/// NumPy's rule: aligned at the ends, each extent of `s` is that of `over` or 1.
constexpr bool broadcasts(const slim::shape& s, const slim::shape& over) {
  if (s.rank == 0) return true;
  if (s.rank == 1) return s.extents[0] == 1 || s.extents[0] == over.channels();
  for (int axis = over.rank - (s.rank > over.rank ? s.rank : over.rank); axis < over.rank; ++axis) {
    const int own = aligned_extent(s, over.rank, axis);
    if (own != 1 && (axis < 0 || own != over.extents[axis])) return false;
  }
  return true;
}

/// Whether loops over both visit the same elements in the same order: extents of 1 do not count.
constexpr bool same_loop(const domain& a, const domain& b) {
  if (a.batched != b.batched) return false;
  if (a.extent == b.extent) return true;
  int i = 0, k = 0;
  while (true) {
    while (i < a.extent.rank && a.extent.extents[i] == 1) ++i;
    while (k < b.extent.rank && b.extent.extents[k] == 1) ++k;
    if (i == a.extent.rank || k == b.extent.rank) return i == a.extent.rank && k == b.extent.rank;
    if (a.extent.extents[i++] != b.extent.extents[k++]) return false;
  }
}

/// How `operand` is read while `over` is walked; nothing when the two do not fit. What is said to be read by row is, in a loop with rows of `width`
/// elements, read as loop_access says.
struct access_result {
  bool fits = false;
  expr::access how = expr::access::element;
};

constexpr access_result access_of(const node& operand, const domain& over) {
  using enum expr::access;
  if (operand.batched && !over.batched) return {};
  if (operand.batched == over.batched && operand.extent == over.extent) return {true, element};
  const long size = operand.extent.size();
  if (operand.batched == over.batched && size == over.extent.size()) {
    // A vector may be the elements of the domain in one line: passes move functions before a reshape.
    return {operand.extent.rank == 1 || over.extent.rank == 1 || same_loop(domain_of(operand), over), element};
  }
  if (size == 1) return {true, operand.batched ? example : scalar};
  if (!operand.batched && operand.extent.rank == 1)
    return size == over.extent.channels() ? access_result{true, column} : access_result{};  // biases, statistics
  if (!broadcasts(operand.extent, over.extent)) return {};
  bool trailing = !operand.batched, inside = true;  // its last extents are those of the domain, all others 1
  for (int axis = over.extent.rank - 1; axis >= 0; --axis) {
    const int own = aligned_extent(operand.extent, over.extent.rank, axis);
    if (own != over.extent.extents[axis]) inside = false;
    if (!inside && own != 1) trailing = false;
  }
  return {true, trailing ? column : row};
}

/// The domain that a function of these operands is defined on: their shapes, broadcast. Of shapes that do not fit it takes the larger; access_of
/// then tells which operand is wrong.
template <class Graph>
constexpr domain joint_domain(const Graph& g, const int* operands, int count) {
  domain joint{};
  for (int i = 0; i < count; ++i) {
    const node& own = g.nodes[operands[i]];
    joint.batched = joint.batched || own.batched;
    if (i == 0) joint.extent = own.extent;
    if (own.extent == joint.extent) continue;
    if (own.extent.rank <= joint.extent.rank && broadcasts(own.extent, joint.extent)) continue;
    slim::shape both = own.extent.rank > joint.extent.rank ? own.extent : joint.extent;
    bool fits = true;
    for (int axis = 0; axis < both.rank; ++axis) {
      const int a = aligned_extent(joint.extent, both.rank, axis), b = aligned_extent(own.extent, both.rank, axis);
      fits = fits && (a == b || a == 1 || b == 1);
      both.extents[axis] = a == 1 ? b : a;
    }
    if (fits) joint.extent = both;
    else if (own.extent.size() > joint.extent.size()) joint.extent = own.extent;
  }
  return joint;
}

/// The domain of the loop that a function node becomes.
template <class Graph>
constexpr domain loop_domain(const Graph& g, const node& n) {
  if (n.kind == kind::reduce) return joint_domain(g, n.operands, n.operand_count);
  return n.kind == kind::update ? domain_of(g.nodes[n.operands[0]]) : domain_of(n);
}

/// The loop of an element-wise computation: rows × width. In a row each operand has elements side by side, or one for all.
struct loop_shape {
  domain over{};
  long width = 1;             // elements of a row
  long rows_per_example = 1;  // rows in one example (or in all, when not batched)
};

namespace detail {

/// Of the last extents of `over`, those whose product is at least `elements`, what `operand` has there.
constexpr long elements_in_row(const node& operand, const domain& over, long elements) {
  long all = 1, own = 1;
  for (int axis = over.extent.rank - 1; axis >= 0 && all < elements; --axis) {
    all *= over.extent.extents[axis];
    own *= aligned_extent(operand.extent, over.extent.rank, axis);
  }
  return own;
}

}  // namespace detail

/// The longest rows in which each of `values` has all elements or one. `by_channel`: no longer than the last extent.
constexpr loop_shape loop_over(const domain& over, const node* const* values, int count, bool by_channel) {
  loop_shape loop;
  loop.over = over;
  loop.width = by_channel ? over.extent.channels() : over.extent.size();
  for (int k = 0; k < count && !by_channel; ++k) {
    const expr::access how = access_of(*values[k], over).how;
    if (how != expr::access::column && how != expr::access::row) continue;
    long width = 1;
    bool kept = false;
    for (int axis = over.extent.rank - 1; axis >= 0; --axis) {
      if (over.extent.extents[axis] == 1) continue;
      const bool own = aligned_extent(values[k]->extent, over.extent.rank, axis) != 1;
      if (width > 1 && own != kept) break;
      kept = own;
      width *= over.extent.extents[axis];
    }
    if (width < loop.width) loop.width = width;
  }
  loop.rows_per_example = over.extent.size() / loop.width;
  return loop;
}

/// How a loop reads `operand`.
constexpr expr::access loop_access(const node& operand, const loop_shape& loop) {
  using enum expr::access;
  const expr::access how = access_of(operand, loop.over).how;
  if (how == column && operand.extent.size() == loop.width) return column;
  if (how != column && how != row) return how;
  return detail::elements_in_row(operand, loop.over, loop.width) == loop.width ? row : row_number;
}

/// Where the rows of `operand` begin in a loop that reads it by row; of the rows of a result, where those begin that are summed to each
/// (`of_result`), and with `summed` how far from there each of them is.
constexpr expr::row_places rows_of(const node& operand, const loop_shape& loop, bool of_result = false, bool summed = false) {
  expr::row_places places;
  if (loop_access(operand, loop) < expr::access::row) return places;
  int groups = 0;
  long inner = 1;                                                                                     // elements of the domain inside the axis
  long rows = 1;                                                                                      // rows of the loop inside the axis
  long own = detail::elements_in_row(operand, loop.over, loop.width) == loop.width ? loop.width : 1;  // elements of the operand
  long counted = 1;                                                                                   // rows inside the axis of those that are counted
  bool open = false;
  const auto axis = [&](long extent, bool has) {
    if (extent != 1) {
      const bool taken = has != summed;
      if (taken && !open) {
        places.divisor[groups] = of_result ? counted : rows;
        places.period[groups] = 1;
        places.stride[groups++] = of_result ? rows : own;
      }
      if (taken) {
        places.period[groups - 1] *= extent;
        counted *= extent;
      }
      open = taken;
    }
    rows *= extent;
    if (has) own *= extent;
  };
  for (int a = loop.over.extent.rank - 1; a >= 0; --a) {
    const int extent = loop.over.extent.extents[a];
    if (inner >= loop.width) axis(extent, aligned_extent(operand.extent, loop.over.extent.rank, a) != 1);
    inner *= extent;
  }
  if (loop.over.batched) axis(0, operand.batched);  // as many as there are examples
  return places;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
