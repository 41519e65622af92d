#pragma once
#include "slim/core/begin.hpp"
// What is known while a network is being written down as a graph: the graph so far, the open name scope, the open arg_scopes.

#include "slim/graph/build.hpp"
#include "slim/policy/stack.hpp"

namespace slim {

/// Where one argument of one layer came from; recorded only for `explain`.
struct argument_origin {
  int scope = -1;
  const char* keyword = "";
  name_buffer text{};  // the value
  int source = 0;      // 0 the layer's default, 1 an arg_scope, 2 the call
};

/// A layer that looks at several steps while a sequence is streamed: what it reads, an input of the program that is its state, the node that replaces that
/// after the run, and the layer's result. Nodes from `first` to `last` are its own.
struct stream_state {
  int sequence = -1, before = -1, after = -1, result = -1;
  int first = 0, last = -1;
};

struct tracer {
  graph::graph g;
  policy_stack policies;
  int scope = -1;
  bool training = false;
  bool recomputing = false;        // inside recompute_grad
  bool reuse = false;              // variables made here must exist already
  bool recording = false;          // keep argument origins
  bool streaming = false;          // sequences continue those of the run before
  bool shares_statistics = false;  // those of batch_norm are over all processes
  int step_number = -1;            // which of the numbers of a run is the global step; −1: the run counts no steps
  detail::list<stream_state> streams;
  detail::list<argument_origin> origins;
  int visits = 0;                                   // scopes opened so far
  int regularized = 0;                              // variables whose regularizers are in the collection
  int highest_root = -1;                            // number of a scope outside all scopes
  int newest_root = -1, newest_root_variable = -1;  // scopes and variables outside all scopes

  /// The entry of scope `parent`/`base`_`number`, or -1.
  constexpr int find_scope(int parent, const char* base, int number) const {
    if (number > (parent < 0 ? highest_root : g.scopes[parent].highest_child)) return -1;  // a long repeat asks for ever new ones
    int i = parent < 0 ? newest_root : g.scopes[parent].newest_child;
    while (i >= 0 && !(g.scopes[i].number == number && equal(g.scopes[i].base, base))) i = g.scopes[i].older_sibling;
    return i;
  }

  /// Opens `base`_`number` below the open scope, entering it again if it exists. Returns the scope to restore.
  constexpr int open(const char* base, int number = -1) {
    const int outer = scope;
    const int known = find_scope(scope, base, number);
    if (known >= 0) {
      scope = known;
    } else {
      check_name(base);
      int& newest = outer < 0 ? newest_root : g.scopes[outer].newest_child;
      const int older = newest;
      newest = scope = g.scopes.size();
      int& highest = outer < 0 ? highest_root : g.scopes[outer].highest_child;
      if (number > highest) highest = number;
      g.scopes.push({.parent = outer, .base = base, .number = number, .older_sibling = older});
    }
    g.scopes[scope].opened_in = visit_of(outer);
    g.scopes[scope].visit = ++visits;
    return outer;
  }
  /// Opens the scope named `base`, `base_1`, `base_2` …: the first that was not opened yet since the scope around it was. So a scope
  /// that is entered again, with `reuse`, finds the layers without a name that the first visit made.
  constexpr int open_unique(const char* base) {
    const int first = find_scope(scope, base, -1), visit = visit_of(scope);
    if (first < 0 || g.scopes[first].opened_in != visit) return open(base);
    int number = g.scopes[first].numbered_in == visit ? g.scopes[first].last_number + 1 : 1;
    for (int i = find_scope(scope, base, number); i >= 0 && g.scopes[i].opened_in == visit; i = find_scope(scope, base, number)) ++number;
    g.scopes[first].last_number = number, g.scopes[first].numbered_in = visit;
    return open(base, number);
  }
  constexpr int visit_of(int entered) const { return entered < 0 ? 0 : g.scopes[entered].visit; }
  constexpr void close(int outer) { scope = outer; }

  /// Makes `node` the end point of the open scope, in place of one with that name: TF-Slim section 2.1, rule 8.
  constexpr void collect_end_point(int node) {
    if (scope < 0) return fail(graph::rule::no_open_scope);
    const graph::named_node made{node, scope, g.nodes[node].extent};
    int& known = g.scopes[scope].end_point;
    if (known >= 0) g.end_points[known] = made;
    else known = g.end_points.push(made);
  }

  /// The node of the end point `name` directly below the open scope, if it is node `first` or a later one; else -1.
  constexpr int find_end_point(const char* name, int first = 0) const {
    for (int i = g.end_points.size() - 1; i >= 0; --i) {
      const graph::named_node& point = g.end_points[i];
      if (point.node >= first && g.scopes[point.scope].parent == scope && graph::is_called(g.scopes[point.scope], name)) return point.node;
    }
    return -1;
  }

  /// The layer that is called now keeps a state of this shape, zero at first, of its steps of `sequence`. Returns the state, −1 where there is none (no shape).
  constexpr int open_stream(int sequence, const slim::shape& extent) {
    stream_state own{sequence};
    own.first = g.nodes.size();
    if (extent.rank > 0) own.before = graph::add_leaf(g, graph::kind::input, true, extent, 0, 0, scope);  // its number is given behind those of the network
    streams.push(own);
    return own.before;
  }
  /// `after` is the state for the next run; the layer has made all nodes that look at several steps.
  constexpr void close_stream(int after, int result) {
    stream_state& own = streams[streams.size() - 1];
    own.after = after, own.result = result, own.last = g.nodes.size() - 1;
  }

  constexpr void fail(graph::rule broken, slim::shape found = {}, slim::shape expected = {}, const char* detail = "") {
    g.fail(broken, scope, found, expected, detail);
  }

  /// Names are words with one / between them: paths are split there, and joined.
  constexpr void check_name(const char* name) {
    bool valid = name[0] != '\0' && name[0] != '/';
    for (const char* c = name; *c != '\0'; ++c) valid = valid && (*c != '/' || (c[1] != '/' && c[1] != '\0'));
    if (!valid) fail(graph::rule::name_wrong, {}, {}, name);
    // What stands last in TF-Slim's calls would be taken for the layer's name in silence.
    if (equal(name, "SAME")) fail(graph::rule::name_wrong, {}, {}, "SAME: the keyword is padding = SAME");
    if (equal(name, "VALID")) fail(graph::rule::name_wrong, {}, {}, "VALID: the keyword is padding = VALID");
  }

  constexpr void fail_unused_policy(const char* keyword) { fail(graph::rule::policy_never_used, {}, {}, keyword); }
  constexpr void fail_unknown_argument(const char* layer_kind, const char* keyword) {
    g.fail(graph::rule::unknown_argument, scope, {}, {}, keyword, layer_kind);
  }
  constexpr void fail_tensor_argument(const char* layer_kind) { g.fail(graph::rule::tensor_argument, scope, {}, {}, "", layer_kind); }
  constexpr void fail_no_layer(int position) { fail(graph::rule::no_layer_kind, {position}); }
  /// A number that is out of range, as text of six digits.
  constexpr void fail_number(const char* argument, double number, const char* range) {
    if (!g.failed()) g.error = {graph::rule::number_wrong, scope, argument, {}, {}, range, number};
  }
  constexpr void fail_repeated_argument(const char* keyword) { fail(graph::rule::repeated_argument, {}, {}, keyword); }

  /// The variable `name` of the open scope: made now, or found again where `reuse` is on. Returns its node.
  constexpr int variable(const char* name, const slim::shape& extent, const initializer& initial, int regularizer, bool trainable,
                         variable_kind kind = variable_kind::model, const collection_list& collections = {}) {
    int& newest = scope < 0 ? newest_root_variable : g.scopes[scope].newest_variable;
    for (int i = newest; i >= 0; i = g.variables[i].older) {
      const graph::variable_entry& known = g.variables[i];
      if (!equal(known.name, name)) continue;
      if (known.extent == extent && reuse) return known.node;
      g.fail(known.extent == extent ? graph::rule::duplicate_variable : graph::rule::reused_variable_shape, scope, extent, known.extent, name);
      return known.node;
    }
    check_name(name);
    if (const number_fault fault = initial.fault(); fault.range != nullptr) fail_number(name, fault.found, fault.range);
    for (int i = 0; i < extent.rank; ++i)
      if (extent[i] < 1) fail(graph::rule::bad_number, {extent[i]}, {1}, name);
    if (reuse) g.fail(graph::rule::reused_variable_missing, scope, extent, {}, name);
    if (initial.kind == distribution::values && initial.count != extent.size())
      g.fail(graph::rule::value_count_mismatch, scope, {initial.count}, {extent.size()}, name);
    const int index = g.variables.size();
    const int made = graph::add_leaf(g, graph::kind::variable, false, extent, index, 0, scope);
    g.variables.push({scope, name, extent, initial, regularizer, trainable, made, newest, kind, collections});
    newest = index;
    return made;
  }

  /// The regularizers' losses of all variables so far, one for each variable however many layers share it (TF-Slim section 2.1, rule 5).
  constexpr const detail::list<graph::named_node>& regularization_losses() {
    for (; regularized < g.variables.size(); ++regularized) {
      const graph::variable_entry& v = g.variables[regularized];
      if (v.regularizer < 0) continue;
      const int operands[1] = {v.node};
      g.regularization_losses.push({graph::reduce(g, v.regularizer, operands, 1, {}, v.scope), v.scope, {}});
    }
    return g.regularization_losses;
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
