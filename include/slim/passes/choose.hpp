#pragma once
// Picks an algorithm for each contraction from its shape.

#include "slim/graph/graph.hpp"

namespace slim::graph {

/// Fewer channels than this on either side do not pay for Winograd's transforms.
inline constexpr int winograd_least_channels = 32;
/// With more channels than this on either side, sums by F(4×4, 5×5) may differ from exact ones by more than 1e-5 of their root mean square.
inline constexpr int winograd_most_channels_5x5 = 512;

/// The algorithm for a convolution (or one of its gradients) of `input` images under `w`: a window of one cell at stride 1, or one that
/// covers the image once, is a matrix product without any rearrangement. 3×3 and 5×5 windows at stride 1 go to Winograd where there are
/// enough channels, with large tiles unless they would hang over the image by more than half of their area or lose accuracy. What was
/// asked for comes first where it is possible.
constexpr algorithm convolution_algorithm(const slim::shape& input, const slim::shape& output, const window& w, algorithm asked) {
  using enum algorithm;
  const extent2 one(1);
  if (w.kernel == one && w.stride == one && w.pad_top == 0 && w.pad_left == 0) return product;
  const bool covers = output[0] == 1 && output[1] == 1 && w.kernel == extent2(input[0], input[1]) && w.rate == one && w.pad_top == 0 && w.pad_left == 0;
  if (covers && asked == automatic) return product;
  const bool three = w.kernel == extent2(3), five = w.kernel == extent2(5);
  if (!(three || five) || !(w.stride == one) || !(w.rate == one) || asked == direct) return direct;
  if (asked == winograd_4x4 || asked == winograd_2x2) return asked;
  if (input[2] < winograd_least_channels || output[2] < winograd_least_channels) return direct;
  const auto used = [&](int tile) {  // the part of the tiles' area that is inside the result
    const int down = (output[0] + tile - 1) / tile * tile, across = (output[1] + tile - 1) / tile * tile;
    return static_cast<double>(output[0]) * output[1] / (static_cast<double>(down) * across);
  };
  const bool accurate = three || (input[2] <= winograd_most_channels_5x5 && output[2] <= winograd_most_channels_5x5);
  return accurate && used(4) > 0.5 ? winograd_4x4 : used(2) > 0.5 ? winograd_2x2 : direct;
}

/// Sets node::how of every contraction.
constexpr void choose(graph& g) {
  for (node& n : g.nodes) {
    if (n.dead) continue;
    switch (n.kind) {
      case op::convolution: n.how = convolution_algorithm(g.nodes[n.operands[0]].extent, n.extent, n.window, static_cast<algorithm>(n.number)); break;
      case op::convolution_data_gradient: n.how = convolution_algorithm(n.extent, g.nodes[n.operands[0]].extent, n.window, static_cast<algorithm>(n.number)); break;
      case op::convolution_weights_gradient:
        n.how = convolution_algorithm(g.nodes[n.operands[0]].extent, g.nodes[n.operands[1]].extent, n.window, static_cast<algorithm>(n.number));
        break;
      case op::matmul:
      case op::matmul_data_gradient:
      case op::matmul_weights_gradient: n.how = algorithm::product; break;
      default: break;
    }
  }
}

}  // namespace slim::graph
