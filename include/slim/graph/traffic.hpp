#pragma once
#include "slim/core/begin.hpp"
// What nodes read and write: the cost that fusion saves.

#include "slim/graph/graph.hpp"

namespace slim::graph {

/// Numbers that are read and written: `per_example` of them scale with the batch.
struct traffic {
  double per_example = 0, fixed = 0;
  constexpr traffic& operator+=(const traffic& other) {
    per_example += other.per_example, fixed += other.fixed;
    return *this;
  }
};

/// Of one node. `Graph` is a graph or a program.
template <class Graph>
constexpr traffic traffic_of(const Graph& g, const node& n) {
  traffic t;
  const auto count = [&](const node& value, int times = 1) {
    if (value.in_bands) return;
    const node& counted = n.by_row && value.extent == n.extent ? g.nodes[n.operands[0]] : value;  // as many rows as have gradients
    (counted.batched ? t.per_example : t.fixed) += static_cast<double>(times * counted.extent.size());
  };
  for (int k = 0; k < n.operand_count; ++k) count(g.nodes[n.operands[k]]);
  if (n.is_update())
    for (int o = 0; o < g.functions[n.update_function()].output_count; ++o) count(g.nodes[n.operands[n.first_replaced() + o]]);
  else count(n, n.results);
  return t;
}

/// Of all nodes that do work.
constexpr traffic traffic_of(const graph& g) {
  traffic all;
  for (const node& n : g.nodes)
    if (!n.dead && !is_leaf(n.kind) && !is_view(n.kind)) all += traffic_of(g, n);
  return all;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
