#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/reduce_max.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

/// The largest along the middle axis: [outer, count, inner] → [outer, 1, inner]. Elements that are equally large share the gradient, as TensorFlow's do.
struct reduce_max : operation<"reduce_max"> {
  static constexpr int add(graph::graph& g, int x, int scope) {
    const domain of = domain_of(g.nodes[x]);
    return add_operation(g, kind, {of.batched, {of.extent[0], 1, of.extent[2]}}, {x}, scope);
  }
  static constexpr const char* fault(node_view n) {
    const slim::shape y = n.extent();
    return n.self.operand_count == 1 && n.operand(0).batched == n.self.batched && y.rank == 3 && n.extent(0) == slim::shape{y[0], n.extent(0)[1], y[2]} &&
                   y[1] == 1
               ? nullptr
               : "the largest of what has other extents";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    using enum expr::scalar_op;
    graph::graph& g = to.g;
    const node n = g.nodes[y];
    if (!to.flows_to(n, 0)) return;
    const int x = n.operands[0], both[] = {x, y};
    expr::scalar_function hit, share, part;
    hit.add_output(hit.emit(equal, hit.add_input(0), hit.add_input(1)));
    const int hits = graph::reduce(g, hit, both, 2, domain_of(n), n.scope);
    share.add_output(share.emit(divide, share.add_input(0), share.add_input(1)));
    const int divided[] = {dy, hits};
    const int shares[] = {x, y, graph::map(g, share, divided, 2, n.scope)};
    const int is_largest = part.emit(equal, part.add_input(0), part.add_input(1));
    part.add_output(part.emit(select, is_largest, part.add_input(2), part.add_constant(0)));
    to.accumulate(x, graph::map_over(g, g.intern(part), shares, 3, domain_of(g.nodes[x]), n.scope));
  }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent(0).size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    const slim::shape x = r.extent(0);
    kernel::reduce_max<T>((r.node().batched ? r.batch() : 1) * x[0], x[1], x[2], r.in(0), r.out(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
