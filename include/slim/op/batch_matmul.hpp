#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/matrix_products.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct batch_matmul_attributes {
  kernel::transposed which = kernel::transposed::none;
};

/// The product of each pair of matrices, the last two extents of operands of one rank whose other extents agree; one of them may be transposed.
struct batch_matmul : operation<"batch_matmul", batch_matmul_attributes> {
  /// Rows, inner extent and columns of each product; rows 0 where they do not fit.
  struct sizes {
    int rows = 0, inner = 0, columns = 0;
  };
  static constexpr sizes sizes_of(const slim::shape& a, const slim::shape& b, kernel::transposed which) {
    if (a.rank < 2 || a.rank != b.rank) return {};
    for (int i = 0; i < a.rank - 2; ++i)
      if (a[i] != b[i]) return {};
    const bool left = which == kernel::transposed::left, right = which == kernel::transposed::right;
    const int inner = a[a.rank - (left ? 2 : 1)];
    if (b[b.rank - (right ? 1 : 2)] != inner) return {};
    return {a[a.rank - (left ? 1 : 2)], inner, b[b.rank - (right ? 2 : 1)]};
  }
  /// The operands are known to fit.
  static constexpr int add(graph::graph& g, int a, int b, kernel::transposed which, int scope) {
    const bool both = g.nodes[a].batched || g.nodes[b].batched;
    const int operands[] = {both ? graph::batched(g, a, scope) : a, both ? graph::batched(g, b, scope) : b};
    slim::shape result = g.nodes[a].extent;
    const sizes s = sizes_of(result, g.nodes[b].extent, which);
    result.extents[result.rank - 2] = s.rows, result.extents[result.rank - 1] = s.columns;
    return add_operation(g, kind, {both, result}, {operands[0], operands[1]}, scope, attributes{which});
  }
  static constexpr const char* fault(node_view n) {
    if (n.self.operand_count != 2 || n.operand(0).batched != n.self.batched || n.operand(1).batched != n.self.batched)
      return "products of other operands than pairs of matrices";
    const sizes s = sizes_of(n.extent(0), n.extent(1), attributes_of(n.self).which);
    slim::shape result = n.extent(0);
    if (s.rows > 0) result.extents[result.rank - 2] = s.rows, result.extents[result.rank - 1] = s.columns;
    return s.rows > 0 && result == n.extent() ? nullptr : "products of matrices that do not fit";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    using enum kernel::transposed;
    const node n = to.g.nodes[y];
    const int a = n.operands[0], b = n.operands[1];
    const kernel::transposed which = attributes_of(n).which;
    const auto hand = [&](int k, int left, int right, kernel::transposed how) {
      if (to.flows_to(n, k)) to.accumulate(n.operands[k], add(to.g, left, right, how, n.scope));
    };
    if (which == none) hand(0, dy, b, right), hand(1, a, dy, left);
    else if (which == right) hand(0, dy, b, none), hand(1, dy, a, left);
    else hand(0, b, dy, right), hand(1, a, dy, none);
  }
  static constexpr double work(node_view n) {
    return 2 * static_cast<double>(n.extent().size()) * sizes_of(n.extent(0), n.extent(1), attributes_of(n.self).which).inner;
  }
  template <class T>
  static void run(const invocation<T>& r) {
    const kernel::transposed which = attributes_of(r.node()).which;
    const sizes s = sizes_of(r.extent(0), r.extent(1), which);
    const long each = r.extent().size() / (static_cast<long>(s.rows) * s.columns);
    kernel::multiply_pairs<T>(which, (r.node().batched ? r.batch() : 1) * each, s.rows, s.inner, s.columns, r.in(0), r.in(1), r.out(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
