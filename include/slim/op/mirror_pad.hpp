#pragma once
#include "slim/core/begin.hpp"
// An axis that goes on as its own mirror image, and the gradient: each is the gradient of the other.

#include "slim/kernel/mirror_pad.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct mirror_pad_attributes {
  int before = 0;  // elements in front of x
  int edge = 0;    // 1: the element at the edge is in the mirror, too
};

namespace detail {
/// `small` and `large` are [outer, extent, inner].
constexpr kernel::mirror_geometry mirror_geometry_of(long examples, const slim::shape& small, const slim::shape& large, const mirror_pad_attributes& with) {
  return {examples * small[0], small[1], large[1], small[2], with.before, with.edge};
}
constexpr const char* mirror_fault(node_view n, const slim::shape& small, const slim::shape& large, const mirror_pad_attributes& with) {
  const int most = small[1] - 1 + with.edge, after = large[1] - small[1] - with.before;
  const bool fits =
      n.self.operand_count == 1 && n.operand(0).batched == n.self.batched && small.rank == 3 && large.rank == 3 && small[0] == large[0] && small[2] == large[2];
  return fits && with.before >= 0 && after >= 0 && with.before <= most && after <= most ? nullptr : "a mirror that shows more than there is";
}
}  // namespace detail

/// Operand: dy.
struct mirror_pad_gradient : operation<"mirror_pad_gradient", mirror_pad_attributes> {
  static constexpr const char* fault(node_view n) { return detail::mirror_fault(n, n.extent(), n.extent(0), attributes_of(n.self)); }
  static constexpr void pull_back(adjoints& to, int y, int dy);
  static constexpr double work(node_view n) { return static_cast<double>(n.extent(0).size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::mirror_pad_gradient<T>(detail::mirror_geometry_of(r.node().batched ? r.batch() : 1, r.extent(), r.extent(0), attributes_of(r.node())), r.in(0),
                                   r.out(), r.threads());
  }
};

/// x [outer, extent, inner] with so many elements of its mirror image in front of the middle axis and behind it.
struct mirror_pad : operation<"mirror_pad", mirror_pad_attributes> {
  static constexpr int add(graph::graph& g, int x, int before, int after, bool edge, int scope) {
    domain result = domain_of(g.nodes[x]);
    const int extent = result.extent[1], most = extent - 1 + edge;
    if (before < 0 || after < 0) g.fail(graph::rule::bad_number, scope, {before < after ? before : after}, {0}, "paddings");
    if (before > most || after > most) g.fail(graph::rule::window_larger_than_input, scope, {(before > after ? before : after) + 1 - edge}, {extent});
    if (g.failed() || before + after == 0) return x;
    result.extent.extents[1] += before + after;
    return add_operation(g, kind, result, {x}, scope, attributes{before, edge});
  }
  static constexpr const char* fault(node_view n) { return detail::mirror_fault(n, n.extent(0), n.extent(), attributes_of(n.self)); }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    if (to.flows_to(n, 0))
      to.accumulate(n.operands[0], add_operation(to.g, mirror_pad_gradient::kind, domain_of(to.g.nodes[n.operands[0]]), {dy}, n.scope, attributes_of(n)));
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::mirror_pad<T>(detail::mirror_geometry_of(r.node().batched ? r.batch() : 1, r.extent(0), r.extent(), attributes_of(r.node())), r.in(0), r.out(),
                          r.threads());
  }
};

constexpr void mirror_pad_gradient::pull_back(adjoints& to, int y, int dy) {
  const node n = to.g.nodes[y];
  if (to.flows_to(n, 0))
    to.accumulate(n.operands[0], add_operation(to.g, mirror_pad::kind, domain_of(to.g.nodes[n.operands[0]]), {dy}, n.scope, attributes_of(n)));
}

}  // namespace slim::op

#include "slim/core/end.hpp"
