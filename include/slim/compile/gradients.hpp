#pragma once
#include "slim/core/begin.hpp"
// Gradients on their way from the backward pass to the optimizer: of which variables, summed over processes, in rows, with noise, multiplied, clipped. Order as
// in TF-Slim sections 6.2 and 6.5.

#include "slim/compile/train_options.hpp"
#include "slim/op/concat.hpp"
#include "slim/op/gather.hpp"
#include "slim/op/joint_weights_gradient.hpp"
#include "slim/passes/differentiate.hpp"
#include "slim/trace/tensor.hpp"

namespace slim::detail {

/// True when `name` is that of variable `v` or of a scope around it.
constexpr bool names_variable(const char* name, const graph::graph& g, const graph::variable_entry& v) {
  const name_buffer own = graph::variable_name(g.scopes, v);
  int i = 0;
  while (name[i] != '\0' && name[i] == own.characters[i]) ++i;
  return name[i] == '\0' && (own.characters[i] == '\0' || own.characters[i] == '/');
}

/// Marks the variables that `names`, of which the last is none, name and that are marked in `allowed`. A name of no variable at all, or of none that is
/// allowed, is a mistake.
template <std::size_t Size>
constexpr void select_variables(graph::graph& g, const char* const (&names)[Size], const list<char>& allowed, list<char>& selected) {
  for (std::size_t k = 0; k + 1 < Size; ++k) {
    const char* const name = names[k];
    bool named = false, found = false;
    for (int v = 0; v < g.variables.size(); ++v) {
      if (!names_variable(name, g, g.variables[v])) continue;
      named = true;
      if (allowed[v]) selected[v] = found = true;
    }
    if (!found) g.fail(named ? graph::rule::variable_not_trained : graph::rule::variable_missing, -1, {}, {}, name);
  }
}

/// For each variable whether the step trains it.
template <class Options>
constexpr list<char> trained_variables(graph::graph& g) {
  list<char> trainable;
  for (const graph::variable_entry& v : g.variables) trainable.push(v.trainable);
  list<char> chosen = trainable;
  Options::for_each([&]<class Option>() {
    if constexpr (restricts<Option>) {
      chosen.resize(g.variables.size(), 0);
      select_variables(g, Option::trained, trainable, chosen);
    }
  });
  return chosen;
}

/// Reports a step that is to train variables and reaches none, or only some of those that are named: of `trained` those in `reached` have a gradient. One that
/// trains none may be for the averages and variables that the network itself updates.
template <class Options>
constexpr void expect_gradients(graph::graph& g, const list<char>& trained, const list<char>& reached, bool may_train_none) {
  int wanted = 0, found = 0;
  bool updates = false;
  for (int v = 0; v < g.variables.size(); ++v) wanted += trained[v], found += reached[v];
  for (const graph::node& n : g.nodes) updates = updates || (n.kind == graph::kind::update && !n.dead);
  Options::for_each([&]<class Option>() {
    if constexpr (restricts<Option>) {
      list<char> selected = reached;
      select_variables(g, Option::trained, reached, selected);
    }
  });
  if (found == 0 && !may_train_none && (wanted > 0 || !updates) && !g.failed()) g.fail(graph::rule::nothing_trained, -1, {wanted}, {g.variables.size()});
}

/// The gradient of one variable on its way to the optimizer.
struct variable_gradient {
  int variable = -1;   // index
  int raw = -1;        // node: as differentiated, of this batch
  int node = -1;       // as the optimizer sees it
  int ids = -1;        // node: `node` holds only rows of the gradient, those with these numbers; −1: all of it
  int looked_up = -1;  // node: how often each row has been looked up, [rows, 1, …]; rows with 0 stay as they are; −1: none does
};

/// An element-wise node of a stateless callable.
template <class Callable, class... Nodes>
constexpr int map_of(graph::graph& g, int scope, const Callable& callable, Nodes... nodes) {
  const int operands[] = {nodes...};
  return graph::map(g, recorded<sizeof...(Nodes)>(g, callable), operands, sizeof...(Nodes), scope);
}
/// Σ callable(element) of one node, over everything.
template <class Callable>
constexpr int total_of(graph::graph& g, int scope, const Callable& callable, int node) {
  const int operands[] = {node};
  return graph::reduce(g, recorded<1>(g, callable), operands, 1, {}, scope);
}

constexpr auto squared = [](auto x) { return x * x; };
constexpr auto product = [](auto x, auto y) { return x * y; };
constexpr auto plus = [](auto x, auto y) { return x + y; };
/// The factor that brings a norm down to a maximum, from the square of the norm.
constexpr auto clipping_factor = [](auto square, auto most) { return most / max(sqrt(square), most); };
/// The same for an unusually large norm, see learning::adaptive_clipping. `mean` and `mean_square` are those of the steps before.
constexpr auto adaptive_factor = [](auto norm, auto std_factor, auto decay, auto static_max, auto epsilon, auto mean, auto mean_square) {
  const auto log_norm = log(norm + epsilon);
  const auto middle = mean * decay + log_norm * (1.0 - decay);
  const auto deviation = sqrt(max(epsilon, mean_square * decay + log_norm * log_norm * (1.0 - decay) - middle * middle));
  const auto factor = select(exp(middle + std_factor * deviation) > norm, 1.0, exp(middle) / norm);
  return select(static_max > 0.0, min(static_max / norm, factor), factor);
};

/// A number for each element and step from the normal distribution cut off at two standard deviations, by the inverse error function of
/// Giles, "Approximating the erfinv function" (2010), as in tensor/random.hpp; the cut leaves only its central branch.
constexpr int noise_like(graph::graph& g, int node, int stream, int scale, int scope) {
  expr::scalar_function f;
  const expr::symbol share(&f, f.emit(expr::scalar_op::uniform, -1, -1, -1, stream));
  constexpr double cut = 0.022750131948179207;  // of the distribution below −2
  const expr::symbol p = share * (1 - 2 * cut) + cut, w = -log(p * (1.0 - p) * 4.0) - 2.5;
  expr::symbol quantile = w * 2.81022636e-08 + 3.43273939e-07;
  for (const double coefficient : {-3.5233877e-06, -4.39150654e-06, 0.00021858087, -0.00125372503, -0.00417768164, 0.246640727, 1.50140941})
    quantile = quantile * w + coefficient;
  const expr::symbol noise = quantile * (p * 2.0 - 1.0) * 1.41421356;
  f.add_output((expr::symbol(&f, f.add_input(0)) + noise * expr::symbol(&f, f.add_input(1))).in(f));
  const int operands[] = {node, scale};
  return graph::map(g, f, operands, 2, scope);
}

/// The sum of the squares of a gradient. Rows with one number are one row.
constexpr int square_of(graph::graph& g, const variable_gradient& one) {
  const int scope = g.variables[one.variable].scope;
  return total_of(g, scope, squared, one.ids >= 0 ? op::gather_gradient_rows::add(g, one.node, one.ids, scope) : one.node);
}
/// That of all gradients; −1 when there is none.
constexpr int square_of_all(graph::graph& g, const list<variable_gradient>& gradients) {
  int total = -1;
  for (const variable_gradient& one : gradients) {
    const int square = square_of(g, one);
    total = total < 0 ? square : map_of(g, -1, plus, total, square);
  }
  return total;
}

/// What the options do to the gradients. Returns the norm of all gradients before a clipping that needs it; −1
/// when none does.
template <class Options, class NumberOf>
constexpr int transform_gradients(graph::graph& g, list<variable_gradient>& gradients, const list<char>& trained, const NumberOf& number) {
  int norm = -1;
  const auto scope_of = [&](const variable_gradient& one) { return g.variables[one.variable].scope; };
  if constexpr (Options::template has<learning::accumulate_gradients>) {
    const int share = number(Options::template first_number<learning::accumulate_gradients>);
    for (variable_gradient& one : gradients)
      one.node = map_of(g, scope_of(one), [](auto sum, auto x, auto part) { return (sum + x) * part; }, one.node, one.raw, share);
  }
  if constexpr (Options::template has<learning::gradient_noise_scale>) {
    const int scale = number(Options::template first_number<learning::gradient_noise_scale>);
    constexpr int first_stream = 1 << 24;  // apart from those of dropout
    for (variable_gradient& one : gradients) one.node = noise_like(g, one.node, first_stream + one.variable, scale, scope_of(one));
  }
  Options::for_each([&]<class Option>() {
    if constexpr (multiplies<Option>) {
      const int factor = number(Options::template first_number<Option>);
      list<char> selected;
      selected.resize(g.variables.size(), 0);
      select_variables(g, Option::names, trained, selected);
      for (variable_gradient& one : gradients)
        if (selected[one.variable]) one.node = map_of(g, scope_of(one), product, one.node, factor);
    }
  });
  if constexpr (Options::template has<learning::clip_gradient_norm>) {
    const int most = number(Options::template first_number<learning::clip_gradient_norm>);
    for (variable_gradient& one : gradients) {
      const int factor = map_of(g, scope_of(one), clipping_factor, square_of(g, one), most);
      one.node = map_of(g, scope_of(one), product, one.node, factor);
    }
  }
  if constexpr (Options::template has<learning::clip_global_norm>) {
    const int most = number(Options::template first_number<learning::clip_global_norm>);
    const int square = square_of_all(g, gradients);
    if (square < 0) return norm;
    norm = map_of(g, -1, [](auto total) { return sqrt(total); }, square);
    const int factor = map_of(g, -1, clipping_factor, square, most);
    for (variable_gradient& one : gradients) one.node = map_of(g, scope_of(one), product, one.node, factor);
  }
  if constexpr (Options::template has<learning::adaptive_clipping>) {
    static_assert(!Options::template has<learning::clip_global_norm>,
                  "clip_global_norm and adaptive_clipping both clip by the norm of all gradients: give one");
    constexpr int first = Options::template first_number<learning::adaptive_clipping>;
    const int square = square_of_all(g, gradients);
    if (square < 0) return norm;
    norm = map_of(g, -1, [](auto total) { return sqrt(total); }, square);
    const int factor =
        map_of(g, -1, adaptive_factor, norm, number(first), number(first + 1), number(first + 2), number(first + 3), number(first + 4), number(first + 5));
    for (variable_gradient& one : gradients) one.node = map_of(g, scope_of(one), product, one.node, factor);
  }
  return norm;
}

/// True when node `n` is the sum of two, as terms of gradients are added.
constexpr bool adds_two(const graph::graph& g, const graph::node& n) {
  if (n.kind != graph::kind::map || n.operand_count != 2) return false;
  const expr::scalar_function& f = g.functions[n.function];
  return f.nodes[f.outputs[0]].op == expr::scalar_op::add && f.nodes.size() == 3;
}

/// Node `i` with `by` in place of node `what`, of which it is made: itself where it is not. −1 where it depends on examples.
constexpr int with_another(graph::graph& g, int i, int what, int by) {
  if (i == what) return by;
  graph::node n = g.nodes[i];
  if (n.batched || n.kind == graph::kind::input || n.kind == graph::kind::batch_size) return -1;
  bool changes = false;
  for (int k = 0; k < n.operand_count; ++k) {
    const int operand = with_another(g, n.operands[k], what, by);
    if (operand < 0) return -1;
    changes = changes || operand != n.operands[k];
    n.operands[k] = operand;
  }
  if (changes && n.kind == graph::kind::map) return graph::map(g, n.function, n.operands, n.operand_count, n.scope);  // it may fold
  return changes ? g.add(n) : i;
}

/// A gradient in two parts: one that can be made jointly, see op/joint_weights_gradient.hpp, and what the regularization of the variable adds, −1: nothing.
struct joint_parts {
  int product = -1, rest = -1;
};
/// Of gradient `node`; `product` −1 when it is anything else. The rest is the same on all processes: it is that of the whole weight.
constexpr joint_parts split_joint(graph::graph& g, int node, int weight) {
  const graph::node n = g.nodes[node];
  if (op::can_be_joint({g.nodes.begin(), n})) return {node, -1};
  if (!adds_two(g, n)) return {};
  for (int k = 0; k < 2; ++k) {
    const joint_parts first = split_joint(g, n.operands[k], weight);
    if (first.product < 0) continue;
    const int rest = with_another(g, n.operands[1 - k], weight, graph::constant(g, 1));
    if (rest < 0) return {};
    return {first.product, first.rest < 0 ? rest : map_of(g, n.scope, plus, first.rest, rest)};
  }
  return {};
}

/// The gradients of this process, of its loss times its `weight` (a node), become sums over all processes. They are asked for in the order in which backward
/// passes end: the last variables first.
constexpr void exchange_gradients(graph::graph& g, list<variable_gradient>& gradients, int weight) {
  list<int> rests;
  for (variable_gradient& one : gradients) {
    const int scope = g.variables[one.variable].scope;
    const joint_parts parts = split_joint(g, one.raw, weight);
    rests.push(parts.rest);
    one.raw = parts.product >= 0 ? op::joint_weights_gradient_start::add(g, parts.product) : op::all_reduce_start::add(g, one.raw, scope, false);
    if (one.looked_up >= 0) one.looked_up = op::all_reduce_start::add(g, one.looked_up, scope);
  }
  for (int i = gradients.size() - 1; i >= 0; --i) {
    variable_gradient& one = gradients[i];
    const int scope = g.variables[one.variable].scope;
    const bool joint = g.nodes[one.raw].kind == op::joint_weights_gradient_start::kind;
    one.raw = joint ? op::joint_weights_gradient::add(g, one.raw) : op::all_reduce::add(g, one.raw, scope);
    if (rests[i] >= 0) one.raw = map_of(g, scope, plus, one.raw, rests[i]);
    if (one.looked_up >= 0) one.looked_up = op::all_reduce::add(g, one.looked_up, scope);
  }
}

/// Adds the gathers' gradients that gradient `node` is a sum of to `lookups`, in their order. False when it is anything else.
constexpr bool find_lookups(const graph::graph& g, int node, list<int>& lookups) {
  const graph::node& n = g.nodes[node];
  if (n.kind == op::gather_gradient::kind && !n.batched) {
    lookups.push(node);
    return true;
  }
  // Sums of gradients begin with what was there first: their second term is that of one reader.
  return adds_two(g, n) && g.nodes[n.operands[1]].kind == op::gather_gradient::kind && find_lookups(g, n.operands[0], lookups) &&
         find_lookups(g, n.operands[1], lookups);
}

/// Where a table is read by lookups alone, only the rows they read are updated: by themselves or, where the `whole` gradient must be there, among all.
constexpr void update_rows(graph::graph& g, variable_gradient& one, bool whole) {
  list<int> lookups, rows, ids;
  if (!find_lookups(g, one.raw, lookups)) return;
  slim::shape table = g.variables[one.variable].extent;
  for (const int lookup : lookups) {
    const graph::node n = g.nodes[lookup];
    const int count = static_cast<int>(g.nodes[n.operands[1]].extent.size()), width = static_cast<int>(table.size() / table[0]);
    rows.push(lookups.size() == 1 ? n.operands[0] : graph::reshape(g, n.operands[0], {count, width}, n.scope));
    ids.push(lookups.size() == 1 ? n.operands[1] : graph::reshape(g, n.operands[1], {count}, n.scope));
  }
  const int scope = g.variables[one.variable].scope, all_ids = op::concat::add(g, static_cast<list<int>&&>(ids), scope, 0);
  if (!whole) {
    one.raw = op::concat::add(g, static_cast<list<int>&&>(rows), scope, 0), one.ids = all_ids;
    return;
  }
  for (int i = 1; i < table.rank; ++i) table.extents[i] = 1;
  one.looked_up = op::gather_gradient::add(g, {false, table}, {graph::filled_like(g, all_ids, 1, scope), all_ids}, scope);
}

}  // namespace slim::detail

#include "slim/core/end.hpp"
