#pragma once
#include "slim/core/begin.hpp"
// Picks an algorithm for each contraction from its shape, as its operation in op/ says.

#include "slim/op/list.hpp"

namespace slim::graph {

/// Sets node::how.
constexpr void choose(graph& g) {
  bool trains = false;
  for (const node& n : g.nodes) trains = trains || (!n.dead && n.is_update());
  for (node& n : g.nodes)
    if (!n.dead && is_operation(n.kind)) n.how = op::description_of(n.kind).choose({g.nodes.begin(), n}, trains);
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
