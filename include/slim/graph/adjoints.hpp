#pragma once
#include "slim/core/begin.hpp"
// What the gradient rule of an operation works with: the graph, and for each node the gradient that has reached it so far.

#include "slim/graph/build.hpp"

namespace slim::graph {

/// Adjoints while the graph is walked backwards. A rule asks which operands want a gradient and hands each of them its part.
class adjoints {
public:
  graph& g;
  int result = 0;  // of the operation whose rule is called: the gradient is that of this result

  /// `seed`: the gradient of the loss; −1: 1.
  constexpr adjoints(graph& where, int loss, list<char>&& wanted, int seed) : g(where), needs(static_cast<list<char>&&>(wanted)) {
    nodes.resize(loss + 1, -1);
    nodes[loss] = seed >= 0 ? seed : constant(g, 1);
  }

  /// Node `copy`, the last of the graph, takes the place of `original` from here on.
  constexpr void replace(int original, int copy) {
    while (nodes.size() <= copy) nodes.push(-1), needs.push(0);
    nodes[copy] = nodes[original], needs[copy] = needs[original];
    nodes[original] = -1;
  }

  /// Whether a gradient to operand `k` of `n` is wanted by anybody.
  constexpr bool flows_to(const node& n, int k) const { return needs[n.operands[k]] && (n.ignored >> k & 1) == 0; }

  /// `term` is a part of the gradient of node `operand`; parts are added.
  constexpr void accumulate(int operand, int term) {
    if (nodes[operand] < 0) {
      nodes[operand] = term;
      return;
    }
    expr::scalar_function sum;
    const int a = sum.add_input(0), b = sum.add_input(1);
    sum.add_output(sum.emit(expr::scalar_op::add, a, b));
    const int both[] = {nodes[operand], term};
    nodes[operand] = map(g, sum, both, 2, g.nodes[operand].scope);
  }

  /// The gradient of operand `k` of node `n` is operation `kind` of `operands`, with the attributes of `n`. Nothing where nobody wants it.
  constexpr void derive(const node& n, int k, kind operation, std::initializer_list<int> operands) {
    if (flows_to(n, k)) accumulate(n.operands[k], add_operation(g, operation, domain_of(g.nodes[n.operands[k]]), operands, n.scope, n.attributes));
  }

  list<int> nodes;  // −1: none

private:
  list<char> needs;
};

}  // namespace slim::graph

#include "slim/core/end.hpp"
