#pragma once
#include "slim/core/begin.hpp"
// Reverse-mode differentiation of the graph. New nodes are appended.

#include "slim/expr/differentiate.hpp"
#include "slim/op/list.hpp"

namespace slim::graph {

namespace detail {

/// Walks the graph backwards from the loss. Operations have their rule in op/; functions and views have theirs here.
class reverse_sweep {
public:
  constexpr reverse_sweep(graph& where, int loss, list<char>&& wanted, int seed) : to(where, loss, static_cast<list<char>&&>(wanted), seed), g(where) {}

  constexpr void run(int loss) {
    if (!g.recomputed.empty()) mark_read_elsewhere(loss);
    int part = g.recomputed.size() - 1;
    for (int i = loss; i >= 0; --i) {
      while (part >= 0 && i < g.recomputed[part].first) --part;
      if (part >= 0 && i < g.recomputed[part].end) {
        pull_back_again(g.recomputed[part]);
        i = g.recomputed[part].first;
      } else if (to.nodes[i] >= 0 && !is_leaf(g.nodes[i].kind)) {
        pull_back(i, to.nodes[i]);
      }
    }
  }
  adjoints to;

private:
  list<char> read_elsewhere;  // of nodes of parts that are recomputed: kept for others anyway

  constexpr void mark_read_elsewhere(int loss) {
    list<int> part_of;
    part_of.resize(loss + 1, -1);
    read_elsewhere.resize(loss + 1, 0);
    for (int part = 0; part < g.recomputed.size(); ++part)
      for (int i = g.recomputed[part].first; i < g.recomputed[part].end && i <= loss; ++i) part_of[i] = part;
    for (int i = 0; i <= loss; ++i) {
      const node& n = g.nodes[i];
      if (n.kept) read_elsewhere[i] = 1;
      for (int k = 0; k < n.operand_count && !n.is_update(); ++k)
        if (part_of[n.operands[k]] != part_of[i]) read_elsewhere[n.operands[k]] = 1;
    }
    read_elsewhere[loss] = 1;
  }

  /// The gradient of a part that is recomputed. Its nodes are appended once more, here, where the gradients behind the part are already there, and
  /// the rules see these; so the values of the first time are not needed any longer, but for those that others read.
  constexpr void pull_back_again(const node_range& part) {
    bool reached = false;
    for (int i = part.first; i < part.end; ++i) reached = reached || (to.nodes[i] >= 0 && !is_leaf(g.nodes[i].kind));
    if (!reached) return;
    const int first = g.nodes.size();
    list<int> copies, originals;  // by the place in the part; by the place behind `first`
    for (int i = part.first; i < part.end; ++i) {
      copies.push(-1);
      node n = g.nodes[i];
      if (is_leaf(n.kind) || n.is_update() || n.dead) continue;
      for (int k = 0; k < n.operand_count; ++k)
        if (n.operands[k] >= part.first && copies[n.operands[k] - part.first] >= 0) n.operands[k] = copies[n.operands[k] - part.first];
      n.again = true, n.kept = false;
      const int copy = copies.back() = g.nodes.push(n);
      originals.push(i);
      to.replace(i, copy);
    }
    for (int i = originals.size() - 1; i >= 0; --i)
      if (to.nodes[first + i] >= 0) pull_back(first + i, to.nodes[first + i]);
    for (int i = first; i < g.nodes.size(); ++i)
      for (int k = 0; k < g.nodes[i].operand_count; ++k) {
        int& operand = g.nodes[i].operands[k];
        if (operand < first || operand >= first + originals.size()) continue;
        const int original = originals[operand - first];
        const bool whole = g.nodes[i].kind != kind::result || g.nodes[i].index() < g.nodes[original].results;  // the gradient may ask the copy for more
        if (read_elsewhere[original] && whole) operand = original;
      }
  }

  constexpr void pull_back(int i, int gradient) {
    const node n = g.nodes[i];
    to.result = 0;
    if (n.kind == kind::map || n.kind == kind::reduce) {
      pull_back_function(i, n, gradient);
    } else if (n.kind == kind::reshape) {
      if (!to.flows_to(n, 0)) return;
      if (n.attributes.count > 0) {
        const int both[] = {n.operands[0], gradient};
        gradient = map(g, n.attributes.as<gradient_rule>().function, both, 2, n.scope);
      }
      to.accumulate(n.operands[0], reshape(g, gradient, domain_of(g.nodes[n.operands[0]]).extent, n.scope));  // a copy: nodes move
    } else if (n.kind == kind::result) {
      to.result = n.index();
      op::description_of(g.nodes[n.operands[0]].kind).pull_back(to, n.operands[0], gradient);
    } else if (is_operation(n.kind)) {
      op::description_of(n.kind).pull_back(to, i, gradient);
    }
  }

  /// The derivative of function number `f` by argument `k`, as a function of its operands, the gradient and the value (a sum has no
  /// stored summand: it is computed again where the slope needs it). −1 when it is zero.
  constexpr int slope_of(int f, int operand_count, int k, bool of_sum) {
    for (int d = g.known[f].derivatives; d >= 0; d = g.derivatives[d].next)
      if (g.derivatives[d].argument == k && g.derivatives[d].operands == operand_count && g.derivatives[d].of_sum == of_sum) return g.derivatives[d].result;
    const expr::scalar_function function = g.functions[f];
    expr::scalar_function slope;
    if (k < function.inputs) {
      slope = expr::derivative(function, k);
      expr::scalar_function placed;  // a function may read fewer arguments than the node has operands
      list<int> arguments;
      for (int a = 0; a < function.inputs; ++a) arguments.push(placed.add_input(a));
      arguments.push(placed.add_input(operand_count));
      if (of_sum) {
        list<int> own;
        for (int a = 0; a < function.inputs; ++a) own.push(arguments[a]);
        arguments.push(expr::inline_into(placed, function, 0, own));
      } else {
        arguments.push(placed.add_input(operand_count + 1));
      }
      placed.add_output(expr::inline_into(placed, slope, 0, arguments));
      placed.inputs = operand_count + 2;
      slope = expr::pruned(placed);
    }
    const bool zero = k >= function.inputs || slope.is_constant(slope.outputs[0], 0);
    const int result = zero ? -1 : g.intern(slope);
    g.known[f].derivatives = g.derivatives.push({k, operand_count, result, of_sum, g.known[f].derivatives});
    return result;
  }

  /// d function(operands) / d operand for every operand, times the gradient; summed where the operand was broadcast.
  constexpr void pull_back_function(int i, const node& n, int gradient) {
    const domain over = n.kind == kind::map ? domain_of(n) : joint_domain(g, n.operands, n.operand_count);
    int operands[node::max_operands + 2]{};
    for (int k = 0; k < n.operand_count; ++k) operands[k] = n.operands[k];
    operands[n.operand_count] = gradient;
    operands[n.operand_count + 1] = i;
    const int count = n.operand_count + 2;
    for (int k = 0; k < n.operand_count; ++k) {
      if (!to.flows_to(n, k)) continue;
      const int slope = slope_of(n.function, n.operand_count, k, n.kind == kind::reduce);
      if (slope < 0) continue;
      to.accumulate(n.operands[k], reduce_over(g, slope, operands, count, over, domain_of(g.nodes[n.operands[k]]), n.scope));
    }
  }

  graph& g;
};

}  // namespace detail

/// Appends the gradient of the scalar node `loss` with respect to each node that `wanted` marks; returns, for each node up to the
/// loss, the node that holds its gradient, or −1. They are multiplied by node `seed`, one number, where it is not −1.
constexpr list<int> gradients(graph& g, int loss, const list<char>& wanted, int seed = -1) {
  list<char> needs;
  for (int i = 0; i <= loss; ++i) {
    const node& n = g.nodes[i];
    char flows = wanted[i];
    if (n.kind != kind::update)
      for (int k = 0; k < n.operand_count && !flows; ++k) flows = needs[n.operands[k]] && (n.ignored >> k & 1) == 0;
    needs.push(flows);
  }
  detail::reverse_sweep sweep(g, loss, static_cast<list<char>&&>(needs), seed);
  sweep.run(loss);
  return static_cast<list<int>&&>(sweep.to.nodes);
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
