#pragma once
#include "slim/core/begin.hpp"
// A box of each example, and an example inside a larger box: each is the gradient of the other.

#include "slim/kernel/box.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct slice_attributes {
  slim::shape begin{};
};

/// Elements [begin, begin + extent of the result) along each axis of x.
struct slice : operation<"slice", slice_attributes> {
  /// True when the box is not empty and lies in `x`.
  static constexpr bool fits(const slim::shape& x, const slim::shape& begin, const slim::shape& size) {
    if (begin.rank != x.rank || size.rank != x.rank) return false;
    for (int axis = 0; axis < x.rank; ++axis)
      if (begin[axis] < 0 || size[axis] < 1 || size[axis] > x[axis] - begin[axis]) return false;
    return true;
  }
  static constexpr int add(graph::graph& g, int x, const slim::shape& begin, const slim::shape& size, int scope) {
    const domain of = domain_of(g.nodes[x]);
    const int rank = of.extent.rank;
    if (begin.rank != rank || size.rank != rank) {
      g.fail(graph::rule::rank_mismatch, scope, {rank}, {begin.rank != rank ? begin.rank : size.rank});
      return x;
    }
    slim::shape end = size;
    for (int axis = 0; axis < rank; ++axis) {
      if (begin[axis] < 0) g.fail(graph::rule::bad_number, scope, {begin[axis]}, {0}, "begin");
      if (size[axis] < 1) g.fail(graph::rule::bad_number, scope, {size[axis]}, {1}, "size");
      end.extents[axis] += begin[axis];
    }
    if (!fits(of.extent, begin, size)) g.fail(graph::rule::slice_outside, scope, end, of.extent);
    return size == of.extent || g.failed() ? x : add_operation(g, kind, {of.batched, size}, {x}, scope, attributes{begin});
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 1 && n.operand(0).batched == n.self.batched && fits(n.extent(0), attributes_of(n.self).begin, n.extent())
               ? nullptr
               : "a slice of elements that are not there";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy);
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::copy_box<T>(kernel::box_geometry_of(r.node().batched ? r.batch() : 1, r.extent(0), r.extent(), attributes_of(r.node()).begin), T(0), r.in(0),
                        r.out(), r.threads());
  }
};

struct pad_attributes {
  slim::shape before{};  // elements in front of x along each axis
  double value = 0;      // around it
};

/// x with `value` around it.
struct pad : operation<"pad", pad_attributes> {
  static constexpr int add(graph::graph& g, int x, const slim::shape& before, const slim::shape& after, double value, int scope) {
    domain result = domain_of(g.nodes[x]);
    if (before.rank != result.extent.rank) {
      g.fail(graph::rule::rank_mismatch, scope, {result.extent.rank}, {before.rank});
      return x;
    }
    bool grows = false;
    for (int axis = 0; axis < before.rank; ++axis) {
      const int least = before[axis] < after[axis] ? before[axis] : after[axis];
      if (least < 0) g.fail(graph::rule::bad_number, scope, {least}, {0}, "paddings");
      grows = grows || before[axis] + after[axis] > 0;
      result.extent.extents[axis] += before[axis] + after[axis];
    }
    return grows && !g.failed() ? add_operation(g, kind, result, {x}, scope, attributes{before, value}) : x;
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 1 && n.operand(0).batched == n.self.batched && slice::fits(n.extent(), attributes_of(n.self).before, n.extent(0))
               ? nullptr
               : "a padding that does not hold what it is around";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    const slim::shape inside = to.g.nodes[n.operands[0]].extent;
    if (to.flows_to(n, 0)) to.accumulate(n.operands[0], slice::add(to.g, dy, attributes_of(n).before, inside, n.scope));
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    const attributes with = attributes_of(r.node());
    slim::shape first = with.before;
    for (int axis = 0; axis < first.rank; ++axis) first.extents[axis] = -first.extents[axis];
    kernel::copy_box<T>(kernel::box_geometry_of(r.node().batched ? r.batch() : 1, r.extent(0), r.extent(), first), static_cast<T>(with.value), r.in(0), r.out(),
                        r.threads());
  }
};

constexpr void slice::pull_back(adjoints& to, int y, int dy) {
  const node n = to.g.nodes[y];
  if (!to.flows_to(n, 0)) return;
  const domain whole = domain_of(to.g.nodes[n.operands[0]]);
  to.accumulate(n.operands[0], add_operation(to.g, pad::kind, whole, {dy}, n.scope, pad_attributes{attributes_of(n).begin, 0}));
}

}  // namespace slim::op

#include "slim/core/end.hpp"
