#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/channels.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct slice_attributes {
  int first = 0;  // channel
};

/// Channels [first, first + channels of the result) of x.
struct slice : operation<"slice", slice_attributes> {
  static constexpr int add(graph::graph& g, int x, const domain& result, int first, int scope) { return add_operation(g, kind, result, {x}, scope, attributes{first}); }
  static constexpr const char* fault(node_view n) {
    const int first = attributes_of(n.self).first;
    return n.self.operand_count == 1 && first >= 0 && first + n.extent().channels() <= n.extent(0).channels() ? nullptr : "a slice of channels that are not there";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::copy_channels<T>(r.rows(), r.in(0), r.extent(0).channels(), attributes_of(r.node()).first, r.out(), r.channels(), 0, r.channels(), r.threads());
  }
};

/// Operands one behind the other along the last extent; their other extents agree. Any number of operands.
struct concat : operation<"concat"> {
  static constexpr int add(graph::graph& g, const int* parts, int count, int scope) {
    const slim::shape first = g.nodes[parts[0]].extent;
    if (first.rank == 0) {  // numbers have no axis to follow each other on
      g.fail(graph::rule::rank_mismatch, scope, {0}, {1});
      return parts[0];
    }
    node n;
    n.kind = kind, n.extent = first, n.operand_count = count;
    int& channels = n.extent.extents[first.rank - 1] = 0;
    for (int k = 0; k < count; ++k) {
      const node& part = g.nodes[parts[k]];
      n.batched = n.batched || part.batched;
      slim::shape found = part.extent;
      channels += found.channels();
      if (found.rank == first.rank) found.extents[first.rank - 1] = first.channels();
      if (!(found == first)) g.fail(graph::rule::concat_extent_mismatch, scope, part.extent, first);
    }
    for (int k = 0; k < count; ++k) n.operands[k] = n.batched ? batched(g, parts[k], scope) : parts[k];
    return add_node(g, n, scope);
  }
  static constexpr const char* fault(node_view n) {
    int channels = 0;
    for (int k = 0; k < n.self.operand_count; ++k) {
      if (n.operand(k).batched != n.self.batched || n.extent(k).rank != n.extent().rank) return "a part of a concatenation has another shape";
      channels += n.extent(k).channels();
    }
    return channels == n.extent().channels() ? nullptr : "a concatenation has not the channels of its parts";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    int first = 0;
    for (int k = 0; k < n.operand_count; ++k) {
      const domain part = domain_of(to.g.nodes[n.operands[k]]);
      if (to.flows_to(n, k)) to.accumulate(n.operands[k], slice::add(to.g, dy, part, first, n.scope));
      first += part.extent.channels();
    }
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    long first = 0;
    for (int k = 0; k < r.node().operand_count; ++k) {
      const long count = r.extent(k).channels();
      kernel::copy_channels<T>(r.rows(), r.in(k), count, 0, r.out(), r.channels(), first, count, r.threads());
      first += count;
    }
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
