#pragma once
#include "slim/core/begin.hpp"
// From gradients to updates: which variables are trained, what happens to a gradient on its way, and the optimizer as one sweep over
// each variable. Order as in TF-Slim sections 6.2 and 6.5: noise, multiply, clip, update.

#include "slim/compile/train_options.hpp"
#include "slim/op/all_reduce.hpp"
#include "slim/op/concat.hpp"
#include "slim/op/gather.hpp"
#include "slim/passes/differentiate.hpp"
#include "slim/passes/fuse.hpp"
#include "slim/trace/tensor.hpp"

namespace slim::detail {

/// True when `name` is that of variable `v` or of a scope around it.
constexpr bool names_variable(const char* name, const graph::graph& g, const graph::variable_entry& v) {
  const name_buffer own = graph::variable_name(g.scopes, v);
  int i = 0;
  while (name[i] != '\0' && name[i] == own.characters[i]) ++i;
  return name[i] == '\0' && (own.characters[i] == '\0' || own.characters[i] == '/');
}

/// Marks the variables that `names`, which end with null, name and that are marked in `allowed`. A name of no variable at all, or of none that is allowed,
/// is a mistake.
constexpr void select_variables(graph::graph& g, const char* const* names, const list<char>& allowed, list<char>& selected) {
  for (; *names != nullptr; ++names) {
    const char* const name = *names;
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

template <class Optimizer>
concept measures_variables = requires { Optimizer::norms; };
template <class Optimizer>
inline constexpr int measured_numbers = 0;
template <measures_variables Optimizer>
inline constexpr int measured_numbers<Optimizer> = 1;

/// What an optimizer's functions are recorded on: inputs are the weight, the state, the gradient, the hyper-parameters.
template <class Optimizer>
struct rule_recorder {
  expr::scalar_function function;
  expr::symbol state[4] = {0.0, 0.0, 0.0, 0.0}, number[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}, next[4] = {0.0, 0.0, 0.0, 0.0};
  static constexpr int numbers = Optimizer::numbers + measured_numbers<Optimizer>;
  static_assert(Optimizer::slots < 4 && numbers <= 8, "an optimizer has at most 3 slots and 8 numbers");

  constexpr rule_recorder() {
    for (int i = 0; i < Optimizer::slots; ++i) state[i] = input(1 + i);
    for (int i = 0; i < numbers; ++i) number[i] = input(2 + Optimizer::slots + i);
  }
  constexpr expr::symbol input(int i) { return {&function, function.add_input(i)}; }
  constexpr expr::symbol weight() { return input(0); }
  constexpr expr::symbol gradient() { return input(1 + Optimizer::slots); }
};

/// The optimizer's update. When gradients accumulate there are three more inputs, the sum so far, this batch's gradient and whether the
/// part is the last, and one more output: until the last part everything else stays as it was. `some_rows`: one more input, above 0 in the rows that change.
template <class Optimizer, bool Accumulates>
constexpr int update_function(graph::graph& g, bool some_rows = false) {
  static_assert(!Accumulates || Optimizer::slots < 3, "accumulation needs a slot of its own: the optimizer may have 2");
  rule_recorder<Optimizer> r;
  Optimizer::update(r.weight(), r.gradient(), r.state, r.number, r.next);
  // The sum is a slot, and slots come first: what follows them moves up by one.
  expr::scalar_function placed;
  constexpr int slots = Optimizer::slots, moved = Accumulates ? 1 : 0;
  list<int> arguments;
  for (int i = 0; i < 2 + slots + rule_recorder<Optimizer>::numbers; ++i) arguments.push(placed.add_input(i <= slots ? i : i + moved));
  for (int i = 0; i <= slots; ++i) {
    r.function.output_count = 0;
    r.function.add_output(r.next[i].in(r.function));
    int result = expr::inline_into(placed, r.function, 0, arguments);
    if constexpr (Accumulates) result = placed.emit(expr::scalar_op::select, placed.add_input(arguments.size() + 2), result, arguments[i]);
    else if (some_rows)
      result = placed.emit(expr::scalar_op::select, placed.emit(expr::scalar_op::greater, placed.add_input(arguments.size()), placed.add_constant(0)), result,
                           arguments[i]);
    placed.add_output(result);
  }
  if constexpr (Accumulates) {
    const int sum = placed.emit(expr::scalar_op::add, placed.add_input(slots + 1), placed.add_input(arguments.size() + 1));
    placed.add_output(placed.emit(expr::scalar_op::select, placed.add_input(arguments.size() + 2), placed.add_constant(0), sum));
  }
  return g.intern(expr::pruned(placed));
}

/// The node that holds Optimizer::ratio of the norms of one variable; `operands` as of the optimizer's functions.
template <class Optimizer>
constexpr int measured_ratio(graph::graph& g, const int* operands, int count, int scope) {
  rule_recorder<Optimizer> r;
  expr::symbol measured[4] = {0.0, 0.0, 0.0, 0.0};
  Optimizer::measure(r.weight(), r.gradient(), r.state, r.number, measured);
  int squares[4]{};
  for (int i = 0; i < Optimizer::norms; ++i) {
    r.function.output_count = 0;
    r.function.add_output((measured[i] * measured[i]).in(r.function));
    squares[i] = graph::reduce(g, expr::pruned(r.function), operands, count, {}, scope);
  }
  expr::scalar_function ratio;
  expr::symbol norm[4] = {0.0, 0.0, 0.0, 0.0};
  for (int i = 0; i < Optimizer::norms; ++i) norm[i] = sqrt(expr::symbol(&ratio, ratio.add_input(i)));
  ratio.add_output(Optimizer::ratio(norm).in(ratio));
  return graph::map(g, ratio, squares, Optimizer::norms, scope);
}

/// What the updates were made from.
struct transformed_gradients {
  list<variable_gradient> all;  // as the optimizer sees them, in the order of the variables
  int norm = -1;                // node: that of all together before clipping by it, or −1
};

/// The gradients of this process, of its weighted loss, become sums over all processes. They are asked for in the order in which backward passes end: the last variables first.
constexpr void exchange_gradients(graph::graph& g, list<variable_gradient>& gradients) {
  const auto for_each_part = [&](variable_gradient& one, const auto& step) {
    const int scope = g.variables[one.variable].scope;
    one.raw = step(one.raw, scope);
    if (one.looked_up >= 0) one.looked_up = step(one.looked_up, scope);
  };
  for (variable_gradient& one : gradients)
    for_each_part(one, [&](int part, int scope) { return op::all_reduce_start::add(g, part, scope, part == one.looked_up); });
  for (int i = gradients.size() - 1; i >= 0; --i) for_each_part(gradients[i], [&](int part, int scope) { return op::all_reduce::add(g, part, scope); });
}

template <class Optimizer>
concept leaves_rows_alone = Optimizer::by_row;

/// Adds the gathers' gradients that gradient `node` is a sum of to `lookups`, in their order. False when it is anything else.
constexpr bool find_lookups(const graph::graph& g, int node, list<int>& lookups) {
  const graph::node& n = g.nodes[node];
  if (n.kind == op::gather_gradient::kind && !n.batched) {
    lookups.push(node);
    return true;
  }
  // Sums of gradients begin with what was there first: their second term is that of one reader.
  if (n.kind != graph::kind::map || n.operand_count != 2 || g.nodes[n.operands[1]].kind != op::gather_gradient::kind) return false;
  const expr::scalar_function& f = g.functions[n.function];
  return f.nodes[f.outputs[0]].op == expr::scalar_op::add && f.nodes.size() == 3 && find_lookups(g, n.operands[0], lookups) &&
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

/// One update for each variable in `trained` that the loss depends on. `gradient` holds for each node that of the loss, or −1.
template <class Optimizer, class Options = train_options<>>
constexpr transformed_gradients add_updates(graph::graph& g, const list<int>& gradient, const list<char>& trained) {
  constexpr bool accumulates = Options::template has<learning::accumulate_gradients>;
  int numbers[Optimizer::numbers + Options::numbers + 1]{};
  for (int i = 0; i < Optimizer::numbers + Options::numbers; ++i) numbers[i] = graph::add_leaf(g, graph::kind::scalar, false, {}, i);
  g.scalars = Optimizer::numbers + Options::numbers;
  const auto option_number = [&](int i) { return numbers[Optimizer::numbers + i]; };

  transformed_gradients result;
  list<variable_gradient>& gradients = result.all;
  list<int> sums;
  list<char> reached = trained;
  for (int v = 0; v < g.variables.size(); ++v) {
    const int node = g.variables[v].node;
    reached[v] = trained[v] && node < gradient.size() && gradient[node] >= 0;
    if (!reached[v]) continue;
    sums.push(accumulates ? graph::add_leaf(g, graph::kind::slot, false, g.variables[v].extent, v, Optimizer::slots) : -1);
    gradients.push({v, gradient[node], -1});
    if constexpr (leaves_rows_alone<Optimizer> && !accumulates && !Options::template has<learning::gradient_noise_scale>)
      update_rows(g, gradients.back(), Options::exchanges || Options::template has<learning::summarize_gradients>);
  }
  if constexpr (Options::exchanges) exchange_gradients(g, gradients);
  for (int i = 0; i < gradients.size(); ++i) gradients[i].node = accumulates ? sums[i] : gradients[i].raw;
  result.norm = transform_gradients<Options>(g, gradients, reached, option_number);

  const int function = update_function<Optimizer, accumulates>(g);
  int of_some_rows = -1;
  for (int i = 0; i < gradients.size(); ++i) {
    const graph::variable_entry variable = g.variables[gradients[i].variable];
    graph::node n;
    n.kind = graph::kind::update, n.extent = variable.extent, n.function = function;
    const auto add = [&](int operand) { n.operands[n.operand_count++] = operand; };
    add(variable.node);
    for (int s = 0; s < Optimizer::slots; ++s) add(graph::add_leaf(g, graph::kind::slot, false, n.extent, gradients[i].variable, s));
    const int first_slots = n.operand_count;
    add(gradients[i].node);
    for (int k = 0; k < Optimizer::numbers; ++k) add(numbers[k]);
    if constexpr (measures_variables<Optimizer>) add(measured_ratio<Optimizer>(g, n.operands, n.operand_count, variable.scope));
    if constexpr (accumulates) {
      for (int k = n.operand_count++; k > first_slots; --k) n.operands[k] = n.operands[k - 1];
      n.operands[first_slots] = sums[i];
      add(gradients[i].raw);
      add(option_number(Options::template first_number<learning::accumulate_gradients> + 1));
    }
    if (gradients[i].looked_up >= 0) {
      if (of_some_rows < 0) of_some_rows = update_function<Optimizer, false>(g, true);
      n.function = of_some_rows;
      add(gradients[i].looked_up);
    }
    if (gradients[i].ids >= 0) {
      graph::node rows;
      rows.kind = op::gather_gradient::kind, rows.extent = n.extent, rows.by_row = true;
      rows.operand_count = 2, rows.operands[0] = gradients[i].node, rows.operands[1] = gradients[i].ids;
      n = graph::with_update(g, rows, n, first_slots);
    }
    graph::add_node(g, n, variable.scope);
  }
  return result;
}

}  // namespace slim::detail

#include "slim/core/end.hpp"
