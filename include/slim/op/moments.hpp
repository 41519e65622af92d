#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/moments.hpp"
#include "slim/kernel/reduce.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

/// Mean and biased variance of each channel over all examples and cells, [..., channels] → [channels] twice: two results.
struct moments : operation<"moments"> {
  static constexpr int add(graph::graph& g, int x, int scope) {
    const int made = add_operation(g, kind, {false, {g.nodes[x].extent.channels()}}, {x}, scope);
    g.nodes[made].results = 2;
    return made;
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 1 && n.self.results == 2 && n.extent() == slim::shape{n.extent(0).channels()} ? nullptr
                                                                                                                 : "moments that are not two for each channel";
  }
  /// Of the mean: gradient / count; of the variance: 2 · (x − mean) · gradient / count, where what is divided is one number per channel. The
  /// variance does not change with the mean, Σ −2(x − mean) = 0.
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    using enum expr::scalar_op;
    graph::graph& g = to.g;
    const node n = g.nodes[y];
    const int x = n.operands[0];
    if (!to.flows_to(n, 0)) return;
    const domain over = domain_of(g.nodes[x]);
    expr::scalar_function share, slope;
    const int cells = static_cast<int>(over.extent.size() / over.extent.channels());
    const int all = share.add_input(0), count = over.batched ? share.add_input(1) : share.add_constant(cells);
    share.add_output(share.emit(divide, to.result == 0 ? all : share.emit(multiply, share.add_constant(2), all), count));
    const int per_count[] = {dy, over.batched ? batch_size(g, cells) : dy};
    const int value = slope.add_input(0), mean = slope.add_input(1), part = slope.add_input(2);
    slope.add_output(to.result == 0 ? part : slope.emit(multiply, slope.emit(subtract, value, mean), part));
    const int operands[] = {x, y, map(g, share, per_count, 2, n.scope)};
    to.accumulate(x, map_to(g, g.intern(expr::pruned(slope)), operands, 3, over, over, n.scope));
  }
  static constexpr double work(node_view n) { return 5 * static_cast<double>(n.extent(0).size()); }
  template <class T>
  static constexpr long workspace(node_view n, const largest_run&) {
    return kernel::reduce_columns_workspace(n.extent().size(), n.self.results);
  }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::moments<T>(r.rows(r.operand(0)), r.extent(0).channels(), r.in(0), r.out(0), r.out(1), r.workspace(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
