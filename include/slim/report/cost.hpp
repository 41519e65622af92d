#pragma once
#include "slim/core/begin.hpp"
// Arithmetic of nodes: what summary, explain and benchmarks report.

#include "slim/graph/program.hpp"
#include "slim/op/list.hpp"

namespace slim::graph {

/// Floating point operations of a node: for one example when it is batched or sums over the batch, else in all. A multiplication and an addition count two.
template <class Program>
constexpr double operations(const Program& p, const node& n) {
  double work = is_operation(n.kind) ? op::description_of(n.kind).work({p.nodes, n}) : 0;
  const auto function_work = [&](int f) {
    int count = 0;
    for (int i = p.functions[f].first; i < p.functions[f].first + p.functions[f].count; ++i)
      count += expr::operand_count(p.function_nodes[i].op) > 0 ? 1 : 0;
    return count;
  };
  if (n.function >= 0) work += function_work(n.function) * static_cast<double>(loop_of(p, n, false).over.extent.size());
  if (n.epilogue >= 0) work += function_work(n.epilogue) * static_cast<double>(n.unpooled().size());
  return work;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
