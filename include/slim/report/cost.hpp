#pragma once
#include "slim/core/begin.hpp"
// Arithmetic of nodes: what summary, explain and benchmarks report.

#include <vector>

#include "slim/graph/program.hpp"
#include "slim/op/list.hpp"

namespace slim::graph {

/// Floating point operations of a node: for one example when it is batched or sums over the batch, else in all. A multiplication and an addition count two.
template <class Program>
constexpr double operations(const Program& p, const node& n) {
  double work = is_operation(n.kind) ? op::description_of(n.kind).work({p.nodes, n}) : 0;
  const auto function_work = [&](int f) {
    int count = 0;
    for (int i = p.functions[f].first; i < p.functions[f].first + p.functions[f].count; ++i) count += expr::operand_count(p.function_nodes[i].op) > 0 ? 1 : 0;
    return count;
  };
  if (n.function >= 0) work += function_work(n.function) * static_cast<double>(loop_of(p, n, false).over.extent.size());
  if (n.epilogue >= 0) work += function_work(n.epilogue) * static_cast<double>(n.by_row ? p.nodes[n.operands[0]].extent.size() : n.unpooled().size());
  return work;
}

/// The share of a program's operations that is left behind each of its steps.
template <class Program>
std::vector<double> operations_left(const Program& p) {
  std::vector<double> left(static_cast<std::size_t>(p.sizes.steps));
  double behind = 0;
  for (std::size_t s = left.size(); s-- > 0; behind += operations(p, p.nodes[p.order[s]])) left[s] = behind;
  for (double& share : left) share = behind > 0 ? share / behind : 0;
  return left;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
