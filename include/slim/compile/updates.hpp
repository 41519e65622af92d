#pragma once
#include "slim/core/begin.hpp"
// From gradients to updates: the optimizer as one sweep over each variable.

#include "slim/compile/gradients.hpp"
#include "slim/passes/fuse.hpp"

namespace slim::detail {

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

template <class Optimizer>
concept leaves_rows_alone = Optimizer::by_row;
template <class Optimizer>
concept only_inspects = Optimizer::only_inspects;

/// One update for each variable in `trained` that the loss depends on. `gradient` holds for each node that of the loss, or −1; of several processes that of
/// the loss times node `weight`.
template <class Optimizer, class Options = train_options<>>
constexpr transformed_gradients add_updates(graph::graph& g, const list<int>& gradient, const list<char>& trained, int weight = -1) {
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
  expect_gradients<Options>(g, trained, reached, only_inspects<Optimizer>);
  if constexpr (Options::exchanges) exchange_gradients(g, gradients, weight);
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
      n = graph::with_update(rows, n, first_slots, graph::update_of(g, n, first_slots));
    }
    graph::add_node(g, n, variable.scope);
  }
  return result;
}

}  // namespace slim::detail

#include "slim/core/end.hpp"
