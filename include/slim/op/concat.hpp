#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/channels.hpp"
#include "slim/op/slice.hpp"

namespace slim::op {

struct concat_attributes {
  int axis = 0;
};

/// Operands one behind the other along one axis; their other extents agree. Any number of operands.
struct concat : operation<"concat", concat_attributes> {
  /// `axis` −1: the last one.
  static constexpr int add(graph::graph& g, const int* parts, int count, int scope, int axis = -1) {
    const slim::shape first = g.nodes[parts[0]].extent;
    if (axis < 0) axis = first.rank - 1;
    if (count > node::max_operands) {
      g.fail(graph::rule::expression_too_large, scope, {count}, {node::max_operands});
      return parts[0];
    }
    if (first.rank == 0) {  // numbers have no axis to follow each other on
      g.fail(graph::rule::rank_mismatch, scope, {0}, {1});
      return parts[0];
    }
    node n;
    n.kind = kind, n.extent = first, n.operand_count = count, n.attributes = attributes{axis};
    int& total = n.extent.extents[axis] = 0;
    for (int k = 0; k < count; ++k) {
      const node& part = g.nodes[parts[k]];
      n.batched = n.batched || part.batched;
      slim::shape found = part.extent;
      if (found.rank == first.rank) total += found[axis], found.extents[axis] = first[axis];
      if (!(found == first)) g.fail(graph::rule::concat_extent_mismatch, scope, part.extent, first);
    }
    for (int k = 0; k < count; ++k) n.operands[k] = n.batched ? batched(g, parts[k], scope) : parts[k];
    return add_node(g, n, scope);
  }
  /// Any number of parts: one operation joins at most node::max_operands, more are joined in groups, and these again.
  static constexpr int add(graph::graph& g, graph::list<int>&& parts, int scope, int axis) {
    while (parts.size() > 1) {
      graph::list<int> joined;
      for (int i = 0; i < parts.size(); i += node::max_operands) {
        const int together = parts.size() - i < node::max_operands ? parts.size() - i : node::max_operands;
        joined.push(add(g, parts.begin() + i, together, scope, axis));
      }
      parts = static_cast<graph::list<int>&&>(joined);
    }
    return parts[0];
  }
  static constexpr const char* fault(node_view n) {
    const int axis = attributes_of(n.self).axis;
    int total = 0;
    for (int k = 0; k < n.self.operand_count; ++k) {
      slim::shape part = n.extent(k);
      if (axis < 0 || axis >= part.rank) return "a concatenation along an axis that is not there";
      total += part[axis], part.extents[axis] = n.extent()[axis];
      if (n.operand(k).batched != n.self.batched || !(part == n.extent())) return "a part of a concatenation has another shape";
    }
    return total == n.extent()[axis] ? nullptr : "a concatenation has not the extent of its parts";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    const int axis = attributes_of(n).axis;
    slim::shape begin = n.extent;
    for (int i = 0; i < begin.rank; ++i) begin.extents[i] = 0;
    for (int k = 0; k < n.operand_count; ++k) {
      const slim::shape part = to.g.nodes[n.operands[k]].extent;
      if (to.flows_to(n, k)) to.accumulate(n.operands[k], slice::add(to.g, dy, begin, part, n.scope));
      begin.extents[axis] += part[axis];
    }
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    const int axis = attributes_of(r.node()).axis;
    long inner = 1, first = 0;  // elements of one step along the axis, of the parts so far
    for (int i = axis + 1; i < r.extent().rank; ++i) inner *= r.extent()[i];
    const long whole = r.extent()[axis] * inner, rows = (r.node().batched ? r.batch() : 1) * (r.extent().size() / whole);
    for (int k = 0; k < r.node().operand_count; ++k) {
      const long count = r.extent(k)[axis] * inner;
      kernel::copy_channels<T>(rows, r.in(k), count, 0, r.out(), whole, first, count, r.threads());
      first += count;
    }
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
