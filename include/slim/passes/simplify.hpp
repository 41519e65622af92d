#pragma once
#include "slim/core/begin.hpp"
// Removes what is not needed and what is there twice. Algebra inside scalar functions is simplified where they are built.

#include "slim/graph/graph.hpp"

namespace slim::graph {

/// Marks nodes that no output, kept node or update depends on as dead.
constexpr void remove_dead(graph& g) {
  list<char> marks;
  marks.resize(g.nodes.size(), 0);
  char* const live = marks.begin();
  node* const nodes = g.nodes.begin();
  for (int output : g.outputs) live[output] = 1;
  for (int i = g.nodes.size() - 1; i >= 0; --i) {
    node& n = nodes[i];
    if (n.dead) continue;
    if (!live[i] && !n.kept && !n.is_update()) {
      n.dead = true;
      continue;
    }
    for (int k = 0; k < n.operand_count; ++k) live[n.operands[k]] = 1;
  }
}

/// Constants that are part of no function, such as the gradient of a sum, become steps that write a number: every operand needs memory.
constexpr void store_constants(graph& g) {
  for (node& n : g.nodes) {
    if (n.dead || n.kind != kind::constant) continue;
    expr::scalar_function f;
    f.add_output(f.add_constant(n.value()));
    n.kind = kind::map, n.attributes = {}, n.function = g.intern(f);
  }
}

namespace detail {
constexpr bool same_operation(const node& a, const node& b) {
  if (a.kind != b.kind || a.function != b.function || a.epilogue != b.epilogue || a.operand_count != b.operand_count || a.batched != b.batched ||
      a.ignored != b.ignored || a.again != b.again || !(a.extent == b.extent) || !(a.attributes == b.attributes))
    return false;
  for (int k = 0; k < a.operand_count; ++k)
    if (a.operands[k] != b.operands[k]) return false;
  return true;
}
}  // namespace detail

/// Common sub-expression elimination: of equal operations on equal operands the first stays. Views that change nothing go.
constexpr void share_equal(graph& g) {
  list<int> replacements, last_users, previous_users;  // chains of nodes with the same first operand
  replacements.resize(g.nodes.size(), -1);
  last_users.resize(g.nodes.size(), -1);
  previous_users.resize(g.nodes.size(), -1);
  int *const replaced = replacements.begin(), *const last_user = last_users.begin(), *const previous_user = previous_users.begin();
  node* const nodes = g.nodes.begin();
  for (int i = 0, count = g.nodes.size(); i < count; ++i) {
    node& n = nodes[i];
    if (n.dead) continue;
    for (int k = 0; k < n.operand_count; ++k)
      if (replaced[n.operands[k]] >= 0) n.operands[k] = replaced[n.operands[k]];
    if (n.operand_count == 0 || is_leaf(n.kind) || n.is_update()) continue;
    const int first = n.operands[0];
    if (n.kind == kind::reshape && n.extent == nodes[first].extent) replaced[i] = first;  // it was there for its gradient
    for (int other = last_user[first]; other >= 0 && replaced[i] < 0; other = previous_user[other])
      if (detail::same_operation(n, nodes[other])) replaced[i] = other;
    if (replaced[i] >= 0) {
      nodes[replaced[i]].kept |= n.kept;
      nodes[replaced[i]].results = n.results > nodes[replaced[i]].results ? n.results : nodes[replaced[i]].results;
      n.dead = true;
      n.kept = false;
    } else {
      previous_user[i] = last_user[first];
      last_user[first] = i;
    }
  }
  const auto follow = [&](int& node) {
    if (node >= 0 && replaced[node] >= 0) node = replaced[node];
  };
  for (int& output : g.outputs) follow(output);
  for (named_node& loss : g.losses) follow(loss.node);
  for (named_node& loss : g.regularization_losses) follow(loss.node);
  for (named_node& point : g.end_points) follow(point.node);
  for (class_labels& one : g.labels) follow(one.labels), follow(one.loss);
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
