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
    if (n.is_update() || n.kept) live[i] = 1;
    if (!live[i]) {
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
  list<int> replaced, last_user, previous_user;  // chains of nodes with the same first operand
  replaced.resize(g.nodes.size(), -1);
  last_user.resize(g.nodes.size(), -1);
  previous_user.resize(g.nodes.size(), -1);
  for (int i = 0; i < g.nodes.size(); ++i) {
    node& n = g.nodes[i];
    if (n.dead) continue;
    for (int k = 0; k < n.operand_count; ++k)
      if (replaced[n.operands[k]] >= 0) n.operands[k] = replaced[n.operands[k]];
    if (is_leaf(n.kind) || n.is_update() || n.operand_count == 0) continue;
    if (n.kind == kind::reshape && n.extent == g.nodes[n.operands[0]].extent) replaced[i] = n.operands[0];  // it was there for its gradient
    for (int other = last_user[n.operands[0]]; other >= 0 && replaced[i] < 0; other = previous_user[other])
      if (detail::same_operation(n, g.nodes[other])) replaced[i] = other;
    if (replaced[i] >= 0) {
      g.nodes[replaced[i]].kept |= n.kept;
      n.dead = true;
      n.kept = false;
    } else {
      previous_user[i] = last_user[n.operands[0]];
      last_user[n.operands[0]] = i;
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
