#pragma once
// What is known while a network is being written down as a graph: the graph so far, the open name scope, the open arg_scopes.

#include "slim/graph/build.hpp"
#include "slim/policy/stack.hpp"

namespace slim {

/// Where one argument of one layer came from; recorded only for `explain`.
struct argument_origin {
  int scope = -1;
  const char* keyword = "";
  name_buffer text{};  // the value
  int source = 0;  // 0 the layer's default, 1 an arg_scope, 2 the call
};

struct tracer {
  graph::graph g;
  policy_stack policies;
  int scope = -1;
  bool training = false;
  bool reuse = false;      // variables made here must exist already
  bool recording = false;  // keep argument origins
  list<argument_origin> origins;

  /// The entry of scope `parent`/`base`_`number`, or -1.
  constexpr int find_scope(int parent, const char* base, int number) const {
    for (int i = 0; i < g.scopes.size(); ++i) {
      const graph::scope_entry& entry = g.scopes[i];
      if (entry.parent == parent && entry.number == number && equal(entry.base, base)) return i;
    }
    return -1;
  }

  /// Opens `base`_`number` below the open scope, entering it again if it exists. Returns the scope to restore.
  constexpr int open(const char* base, int number = -1) {
    const int outer = scope;
    const int known = find_scope(scope, base, number);
    scope = known >= 0 ? known : g.scopes.push({outer, base, number, -1});
    return outer;
  }
  /// Opens a new scope named `base`, `base_1`, `base_2` …: the first that is free.
  constexpr int open_unique(const char* base) {
    int number = -1;
    while (find_scope(scope, base, number) >= 0) number = number < 0 ? 1 : number + 1;
    return open(base, number);
  }
  constexpr void close(int outer) { scope = outer; }

  /// Makes `node` the end point of the open scope, in place of one with that name: TF-Slim section 2.1, rule 8.
  constexpr void collect_end_point(int node) {
    const graph::named_node made{node, scope, g.nodes[node].extent};
    for (graph::named_node& known : g.end_points)
      if (known.scope == scope) {
        known = made;
        return;
      }
    g.end_points.push(made);
  }

  constexpr void fail(graph::rule broken, slim::shape found = {}, slim::shape expected = {}, const char* detail = "") {
    g.fail(broken, scope, found, expected, detail);
  }

  constexpr void fail_unused_policy(const char* keyword) { fail(graph::rule::policy_never_used, {}, {}, keyword); }
  constexpr void fail_unknown_argument(const char* layer_kind, const char* keyword) {
    g.fail(graph::rule::unknown_argument, scope, {}, {}, keyword, layer_kind);
  }
  constexpr void fail_repeated_argument(const char* keyword) { fail(graph::rule::repeated_argument, {}, {}, keyword); }

  /// The variable `name` of the open scope: made now, or found again where `reuse` is on. Returns its node.
  /// A regularizer's loss is added once, when the variable is made (TF-Slim section 2.1, rule 5).
  constexpr int variable(const char* name, const slim::shape& extent, const initializer& initial, int regularizer, bool trainable) {
    for (int i = 0; i < g.variables.size(); ++i) {
      const graph::variable_entry& known = g.variables[i];
      if (known.scope != scope || !equal(known.name, name)) continue;
      if (known.extent == extent && reuse) return known.node;
      g.fail(known.extent == extent ? graph::rule::duplicate_variable : graph::rule::reused_variable_shape, scope, extent, known.extent, name);
      return known.node;
    }
    if (reuse) g.fail(graph::rule::reused_variable_missing, scope, extent, {}, name);
    if (initial.kind == distribution::values && initial.count != extent.size())
      g.fail(graph::rule::value_count_mismatch, scope, {initial.count}, {extent.size()}, name);
    const int index = g.variables.size();
    const int made = graph::add_leaf(g, graph::op::variable, false, extent, index, 0, scope);
    g.variables.push({scope, name, extent, initial, regularizer, trainable, made});
    if (regularizer >= 0 && training) {
      const int operands[1] = {made};
      const int loss = graph::reduce(g, g.functions[regularizer], operands, 1, {}, scope);
      g.regularization_losses.push({loss, scope, {}});
    }
    return made;
  }
};

}  // namespace slim
