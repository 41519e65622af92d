#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/transpose.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct transpose_attributes {
  slim::shape axes{};  // axis i of the result is axis axes[i] of x
};

/// The axes of each example in another order, as tf.transpose: [h, w, c] with axes {2, 0, 1} → [c, h, w].
struct transpose : operation<"transpose", transpose_attributes> {
  static constexpr bool is_permutation(const slim::shape& axes) {
    for (int axis = 0; axis < axes.rank; ++axis) {
      bool found = false;
      for (int i = 0; i < axes.rank; ++i) found = found || axes[i] == axis;
      if (!found) return false;
    }
    return true;
  }
  static constexpr slim::shape permuted(const slim::shape& x, const slim::shape& axes) {
    slim::shape result = x;
    for (int i = 0; i < axes.rank; ++i) result.extents[i] = x[axes[i]];
    return result;
  }
  static constexpr int add(graph::graph& g, int x, const slim::shape& axes, int scope) {
    const domain of = domain_of(g.nodes[x]);
    if (axes.rank != of.extent.rank) g.fail(graph::rule::rank_mismatch, scope, {of.extent.rank}, {axes.rank});
    else if (!is_permutation(axes)) g.fail(graph::rule::axes_wrong, scope, axes);
    else return add_operation(g, kind, {of.batched, permuted(of.extent, axes)}, {x}, scope, attributes{axes});
    return x;
  }
  static constexpr const char* fault(node_view n) {
    const slim::shape axes = attributes_of(n.self).axes;
    if (n.self.operand_count != 1 || axes.rank != n.extent(0).rank || !is_permutation(axes)) return "a transposition by what is no order of axes";
    return n.extent() == permuted(n.extent(0), axes) ? nullptr : "a transposition to another shape";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    const slim::shape axes = attributes_of(n).axes;
    slim::shape back = axes;
    for (int i = 0; i < axes.rank; ++i) back.extents[axes[i]] = i;
    if (to.flows_to(n, 0)) to.accumulate(n.operands[0], add(to.g, dy, back, n.scope));
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::transpose<T>(kernel::transpose_geometry_of(r.extent(0), attributes_of(r.node()).axes), r.node().batched ? r.batch() : 1, r.in(0), r.out(),
                         r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
