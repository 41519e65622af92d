#pragma once
#include "slim/core/begin.hpp"
// Picks an algorithm for each contraction from its shape, as its operation in op/ says.

#include "slim/op/list.hpp"

namespace slim::graph {

/// Sets node::how.
constexpr void choose(graph& g) {
  for (node& n : g.nodes)
    if (!n.dead && is_operation(n.kind)) n.how = op::description_of(n.kind).choose({g.nodes.begin(), n});
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
