#pragma once
#include "slim/core/begin.hpp"
// The gradient of a max pool has the size of the pool's input, but no more numbers than its output that are not zero: work on it is done before
// they are spread over the windows.

#include "slim/op/max_pool.hpp"

namespace slim::graph {

namespace detail {

/// True when the function is a slope times argument `index`, a gradient, and the slope does not depend on that.
constexpr bool is_slope_of(const expr::scalar_function& f, int index) {
  using enum expr::scalar_op;
  list<char> slopes, others;  // of the nodes: whether they are such, and whether they do not depend on the gradient; 0 is both
  for (const expr::scalar_node& n : f.nodes) {
    const auto slope = [&](int node) { return node >= 0 && slopes[node] != 0; };
    const auto other = [&](int node) { return node < 0 || others[node] != 0; };
    const bool gradient = n.op == input && static_cast<int>(n.value) == index;
    others.push(!gradient && other(n.a) && other(n.b) && other(n.c));
    slopes.push(n.op == constant                  ? n.value == 0
                : n.op == negate                  ? slope(n.a)
                : n.op == divide                  ? slope(n.a) && other(n.b)
                : n.op == multiply                ? (slope(n.a) && other(n.b)) || (other(n.a) && slope(n.b))
                : n.op == add || n.op == subtract ? slope(n.a) && slope(n.b)
                : n.op == select                  ? other(n.a) && slope(n.b) && slope(n.c)
                                                  : gradient);
  }
  return slopes[f.outputs[0]] != 0;
}

/// The pool of which `gradient` is the gradient: it reads what cells that pool found.
constexpr int pool_of(const graph& g, const node& gradient) { return g.nodes[gradient.operands[0]].operands[0]; }

/// The gradient that map `n` works on; −1 where its work can not be done before the gradient is spread. It can, if
/// * the gradient is that of a max pool, and nothing else reads it;
/// * the function is linear in it, as all slopes are, but not all rules of custom_gradient, because a cell sums the gradients of windows that overlap;
/// * it reads besides only the pool's input, which is the output where the gradient is not zero, and numbers that are the same for all elements;
/// * it does not depend on the place of an element, as the masks of dropout do.
constexpr int masked_pool_gradient(const graph& g, const node& n, const list<int>& reads) {
  int gradient = -1, place = -1;
  for (int k = 0; k < n.operand_count; ++k)
    if (g.nodes[n.operands[k]].kind == op::max_pool_gradient::kind && reads[n.operands[k]] == 1) gradient = n.operands[k], place = k;
  if (gradient < 0 || uses_position(g.functions[n.function]) || uses(g.functions[n.function], expr::scalar_op::uniform)) return -1;
  const int image = g.nodes[pool_of(g, g.nodes[gradient])].operands[0];
  for (int k = 0; k < n.operand_count; ++k) {
    const node& operand = g.nodes[n.operands[k]];
    const bool number = !operand.batched && operand.extent.size() == 1 && n.operands[k] < gradient;
    if (k != place && !number && n.operands[k] != image) return -1;
  }
  return is_slope_of(g.functions[n.function], place) ? gradient : -1;
}

}  // namespace detail

/// Masks of activations before a max pool, such as that of relu, become masks of what the pool let through, which is the same number where
/// the gradient is not zero. Sums per channel of the gradient are sums of the gradient before it is spread.
constexpr void work_before_pools(graph& g) {
  const list<int> reads = read_counts(g);
  for (int i = 0; i < g.nodes.size(); ++i) {
    node& n = g.nodes[i];
    if (n.dead) continue;
    if (n.kind == kind::map) {
      const int gradient = detail::masked_pool_gradient(g, n, reads);
      if (gradient < 0 || !(g.nodes[gradient].extent == n.extent)) continue;
      node& spread = g.nodes[gradient];  // operands: cells, gradient of the pool
      const int pool = detail::pool_of(g, spread);
      node mask = n;
      mask.extent = g.nodes[pool].extent, mask.kept = false;
      for (int k = 0; k < n.operand_count; ++k)
        mask.operands[k] = n.operands[k] == gradient ? spread.operands[1] : n.operands[k] == g.nodes[pool].operands[0] ? pool : n.operands[k];
      const bool kept = n.kept;
      n = spread, n.operands[1] = gradient, n.kept = kept;
      spread = mask;
    } else if (n.kind == kind::reduce && n.operand_count == 1) {
      const node& operand = g.nodes[n.operands[0]];
      if (n.batched || n.extent.size() != operand.extent.channels() || access_of(n, domain_of(operand)).how != expr::access::column) continue;
      const expr::scalar_function& f = g.functions[n.function];
      if (operand.kind == op::max_pool_gradient::kind && f.nodes[f.outputs[0]].op == expr::scalar_op::input) n.operands[0] = operand.operands[1];
    }
  }
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
