#pragma once
// Arithmetic of nodes: what summary, explain and benchmarks report.

#include "slim/graph/program.hpp"

namespace slim::graph {

/// Floating point operations of a node: for one example when it is batched or sums over the batch, else in all. A multiplication and an addition count two.
template <class Program>
constexpr double operations(const Program& p, const node& n) {
  const auto extent = [&](int k) -> const slim::shape& { return p.nodes[n.operands[k]].extent; };
  const double size = static_cast<double>(n.extent.size());
  const double taps = static_cast<double>(n.window.kernel.height) * n.window.kernel.width;
  double work = 0;
  switch (n.kind) {
    case op::moments: work = 5 * static_cast<double>(extent(0).size()); break;
    case op::convolution: work = static_cast<double>(n.unpooled().size()) * (2 * taps * extent(0).channels() + (n.pool > 1 ? 1 : 0)); break;
    case op::convolution_data_gradient: work = 2 * static_cast<double>(extent(0).size()) * taps * n.extent.channels(); break;
    case op::convolution_weights_gradient: work = 2 * static_cast<double>(extent(1).size()) * taps * extent(0).channels(); break;
    case op::matmul: work = 2 * size * extent(1)[0]; break;
    case op::matmul_data_gradient: work = 2 * size * extent(1)[1]; break;
    case op::matmul_weights_gradient: work = 2 * size; break;
    case op::depthwise_convolution: work = 2 * size * taps; break;
    case op::depthwise_convolution_data_gradient: work = 2 * static_cast<double>(extent(0).size()) * taps; break;
    case op::depthwise_convolution_weights_gradient: work = 2 * static_cast<double>(extent(1).size()) * taps; break;
    case op::max_pool:
    case op::average_pool: work = size * taps; break;
    case op::max_pool_gradient: work = static_cast<double>(extent(1).size()) * taps; break;
    case op::average_pool_gradient: work = static_cast<double>(extent(0).size()) * taps; break;
    case op::softmax:
    case op::softmax_gradient:
    case op::softmax_cross_entropy_gradient: work = 4 * size; break;
    case op::softmax_cross_entropy: work = 4 * static_cast<double>(extent(0).size()); break;
    case op::local_response_normalization:
    case op::local_response_normalization_gradient: work = size * (4 * n.number + 6); break;
    default: break;
  }
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
