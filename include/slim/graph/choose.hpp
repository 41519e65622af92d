#pragma once
// Picks an algorithm for each contraction from its shape.

#include "slim/graph/graph.hpp"

namespace slim::graph {

/// The algorithm for a convolution (or one of its gradients) of `input` images under `w`: a window of one cell at stride 1, or one that
/// covers the image once, is a matrix product without any rearrangement.
constexpr algorithm convolution_algorithm(const slim::shape& input, const slim::shape& output, const window& w) {
  const extent2 one(1);
  if (w.kernel == one && w.stride == one && w.pad_top == 0 && w.pad_left == 0) return algorithm::product;
  const bool covers = output[0] == 1 && output[1] == 1 && w.kernel == extent2(input[0], input[1]) && w.rate == one && w.pad_top == 0 && w.pad_left == 0;
  return covers ? algorithm::product : algorithm::direct;
}

/// Sets node::how of every contraction.
constexpr void choose(graph& g) {
  for (node& n : g.nodes) {
    if (n.dead) continue;
    switch (n.kind) {
      case op::convolution: n.how = convolution_algorithm(g.nodes[n.operands[0]].extent, n.extent, n.window); break;
      case op::convolution_data_gradient: n.how = convolution_algorithm(n.extent, g.nodes[n.operands[0]].extent, n.window); break;
      case op::convolution_weights_gradient:
        n.how = convolution_algorithm(g.nodes[n.operands[0]].extent, g.nodes[n.operands[1]].extent, n.window);
        break;
      case op::matmul:
      case op::matmul_data_gradient:
      case op::matmul_weights_gradient: n.how = algorithm::product; break;
      default: break;
    }
  }
}

}  // namespace slim::graph
