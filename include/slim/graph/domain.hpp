#pragma once
// What an element-wise loop walks over, and how each of its operands is read there: element by element, per channel, per example, or as one number.

#include "slim/expr/code.hpp"
#include "slim/graph/graph.hpp"

namespace slim::graph {

/// What a loop over a node's elements walks: one `extent` per example, or one in all.
struct domain {
  bool batched = false;
  slim::shape extent{};
};

constexpr domain domain_of(const node& n) { return {n.batched, n.extent}; }

/// How `operand` is read while `over` is walked; nothing when the two do not fit.
struct access_result {
  bool fits = false;
  expr::access how = expr::access::element;
};

constexpr access_result access_of(const node& operand, const domain& over) {
  using enum expr::access;
  const long size = operand.extent.size();
  if (!operand.batched && !over.batched && operand.extent == over.extent) return {true, element};
  if (operand.batched) {
    if (!over.batched) return {};
    if (size == over.extent.size() && (operand.extent == over.extent || operand.extent.rank == 1 || over.extent.rank == 1)) return {true, element};
    return size == 1 ? access_result{true, example} : access_result{};
  }
  if (size == 1) return {true, scalar};
  if (size == over.extent.channels() || (over.batched && size == over.extent.size())) return {true, column};
  return {};
}

/// The domain that a function of these operands is defined on: the largest of theirs.
template <class Graph>
constexpr domain joint_domain(const Graph& g, const int* operands, int count) {
  domain joint{};
  for (int i = 0; i < count; ++i) {
    const domain own = domain_of(g.nodes[operands[i]]);
    const bool larger = own.extent.size() > joint.extent.size() || (own.extent.size() == joint.extent.size() && own.extent.rank > joint.extent.rank);
    if (i == 0 || (own.batched && !joint.batched && own.extent.size() >= joint.extent.size()) || (larger && own.batched >= joint.batched))
      joint = own;
    else if (own.batched && !joint.batched)
      joint.batched = true;
  }
  return joint;
}

}  // namespace slim::graph
