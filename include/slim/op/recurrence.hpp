#pragma once
#include "slim/core/begin.hpp"
// A recurrent layer over a sequence as one node: neither compile time nor the size of a program depends on the number of steps.

#include "slim/kernel/recurrence.hpp"
#include "slim/op/concat.hpp"
#include "slim/op/matmul.hpp"

namespace slim::op {

struct recurrence_attributes {
  kernel::recurrent_cell cell = kernel::recurrent_cell::simple_rnn;
  bool bias = false, state = false;
};

namespace detail {

/// Operands: x [time, inputs], weights, recurrent weights, then the bias and the state if there are any.
SLIM_ALWAYS_INLINE constexpr kernel::recurrence_geometry recurrence_of(node_view n) {
  return {n.self.attributes.as<recurrence_attributes>().cell, n.extent(0)[0], n.extent(0)[1], n.extent(2)[0]};
}
constexpr bool is_recurrence(node_view n) {
  const auto with = n.self.attributes.as<recurrence_attributes>();
  if (n.self.operand_count < 3 + with.bias + with.state || n.extent(0).rank != 2 || n.extent(1).rank != 2 || n.extent(2).rank != 2) return false;
  const kernel::recurrence_geometry g = recurrence_of(n);
  const slim::shape weights{static_cast<int>(g.inputs), static_cast<int>(g.gates() * g.units)},
      recurrent{static_cast<int>(g.units), static_cast<int>(g.gates() * g.units)};
  return n.operand(0).batched && n.self.batched && n.extent(1) == weights && n.extent(2) == recurrent && (!with.bias || n.extent(3).size() == g.biases()) &&
         (!with.state || (n.operand(3 + with.bias).batched && n.extent(3 + with.bias).size() == g.state_rows() * g.units));
}
template <class T>
kernel::recurrence_operands<T> recurrence_operands(const invocation<T>& r) {
  const auto with = r.node().attributes.template as<recurrence_attributes>();
  return {r.in(0), r.in(1), r.in(2), with.bias ? r.in(3) : nullptr, with.state ? r.in(3 + with.bias) : nullptr};
}

}  // namespace detail

/// Of the sums of all gates. Operands: those of the recurrence, y, dy.
struct recurrence_gradient : operation<"recurrence_gradient", recurrence_attributes> {
  static constexpr const char* fault(node_view n) {
    const auto with = attributes_of(n.self);
    const int count = 3 + with.bias + with.state;
    if (!detail::is_recurrence(n) || n.self.operand_count != count + 2) return "the gradient of a recurrence of operands that do not fit";
    const kernel::recurrence_geometry g = detail::recurrence_of(n);
    const slim::shape y{static_cast<int>(g.result_rows(with.state)), static_cast<int>(g.units)},
        sums{static_cast<int>(g.time) + with.state, static_cast<int>(g.gradient_columns())};
    return n.extent(count) == y && n.extent(count + 1) == y && n.extent() == sums ? nullptr : "the gradient of a recurrence of another shape";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) {
    const kernel::recurrence_geometry g = detail::recurrence_of(n);
    return 2.0 * static_cast<double>(g.time * g.gates() * g.units) * static_cast<double>(g.inputs + 2 * g.units);
  }
  template <class T>
  static constexpr long workspace(node_view n, const largest_run& most) {
    return most.threads * kernel::recurrence_gradient_workspace(detail::recurrence_of(n));
  }
  template <class T>
  static void run(const invocation<T>& r) {
    const int count = 3 + attributes_of(r.node()).bias + attributes_of(r.node()).state;
    kernel::recurrence_gradient<T>(detail::recurrence_of(r.view()), r.batch(), detail::recurrence_operands(r), r.in(count), r.in(count + 1), r.out(),
                                   r.workspace(), r.threads());
  }
};

/// [time, inputs] → [time, units], by one cell from step to step. With a state, [1, units] or for lstm output and cell [2, units], the sequence continues it,
/// and the last rows of the result are the next one.
struct recurrence : operation<"recurrence", recurrence_attributes> {
  static constexpr int add(graph::graph& g, kernel::recurrent_cell cell, int x, int weights, int recurrent, int bias, int state, int scope) {
    const attributes with{cell, bias >= 0, state >= 0};
    node n;
    n.kind = kind, n.batched = true, n.attributes = with;
    for (const int operand : {batched(g, x, scope), weights, recurrent, bias, state})
      if (operand >= 0) n.operands[n.operand_count++] = operand;
    const kernel::recurrence_geometry of = detail::recurrence_of({g.nodes.begin(), n});
    n.extent = {static_cast<int>(of.result_rows(with.state)), static_cast<int>(of.units)};
    return add_node(g, n, scope);
  }
  static constexpr const char* fault(node_view n) {
    const auto with = attributes_of(n.self);
    if (!detail::is_recurrence(n) || n.self.operand_count != 3 + with.bias + with.state) return "a recurrence of operands that do not fit";
    const kernel::recurrence_geometry g = detail::recurrence_of(n);
    return n.extent() == slim::shape{static_cast<int>(g.result_rows(with.state)), static_cast<int>(g.units)} ? nullptr : "a recurrence to another shape";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    graph::graph& g = to.g;
    const node n = g.nodes[y];
    const attributes with = attributes_of(n);
    const kernel::recurrence_geometry of = detail::recurrence_of({g.nodes.begin(), n});
    const int time = static_cast<int>(of.time), units = static_cast<int>(of.units), columns = static_cast<int>(of.gates()) * units;
    const bool gru = of.cell == kernel::recurrent_cell::gru;
    node gradient = n;
    gradient.kind = recurrence_gradient::kind, gradient.extent = {time + with.state, static_cast<int>(of.gradient_columns())};
    for (const int operand : {y, dy}) gradient.operands[gradient.operand_count++] = operand;
    const int all = add_node(g, gradient, n.scope);
    const auto part = [&](int from, int count) { return slice::add(g, all, {0, from}, {time, count}, n.scope); };
    // What reaches the sums through the input, and through the state.
    const int of_input = part(0, columns), ends[] = {gru ? part(0, 2 * units) : -1, gru ? part(columns, units) : -1};
    const int of_state = gru ? concat::add(g, ends, 2, n.scope, 1) : of_input;
    derive(to, n, 0, matmul_data_gradient::kind, {of_input, n.operands[1]});
    derive(to, n, 1, matmul_weights_gradient::kind, {n.operands[0], of_input});
    if (to.flows_to(n, 2)) {
      const int kept = time > 1 ? slice::add(g, y, {0, 0}, {time - 1, units}, n.scope) : -1;
      int before = -1;  // the output that each step saw
      if (with.state) {
        const int rows[] = {slice::add(g, n.operands[3 + with.bias], {0, 0}, {1, units}, n.scope), kept};
        before = time > 1 ? concat::add(g, rows, 2, n.scope, 0) : rows[0];
      } else {
        before = time > 1 ? pad::add(g, kept, {1, 0}, {0, 0}, 0, n.scope) : graph::filled_like(g, y, 0, n.scope);
      }
      derive(to, n, 2, matmul_weights_gradient::kind, {before, of_state});
    }
    if (with.state && to.flows_to(n, 3 + with.bias)) {
      const int rows = static_cast<int>(of.state_rows());
      to.accumulate(n.operands[3 + with.bias], reshape(g, slice::add(g, all, {time, 0}, {1, rows * units}, n.scope), {rows, units}, n.scope));
    }
    if (with.bias && to.flows_to(n, 3)) {
      const auto total = [&](int from) {
        return reshape(g, sum_of_rows(g, from, columns, n.scope), gru ? slim::shape{1, columns} : slim::shape{columns}, n.scope);
      };
      const int both[] = {total(of_input), gru ? total(of_state) : -1};
      to.accumulate(n.operands[3], gru ? concat::add(g, both, 2, n.scope, 0) : both[0]);
    }
  }
  static constexpr double work(node_view n) {
    const kernel::recurrence_geometry g = detail::recurrence_of(n);
    return 2.0 * static_cast<double>(g.time * g.gates() * g.units) * static_cast<double>(g.inputs + g.units);
  }
  template <class T>
  static constexpr long workspace(node_view n, const largest_run& most) {
    return most.threads * kernel::recurrence_workspace(detail::recurrence_of(n));
  }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::recurrence<T>(detail::recurrence_of(r.view()), r.batch(), detail::recurrence_operands(r), r.out(), r.workspace(), r.threads());
  }

private:
  static constexpr void derive(adjoints& to, const node& n, int k, graph::kind operation, std::initializer_list<int> operands) {
    if (to.flows_to(n, k))
      to.accumulate(n.operands[k], add_operation(to.g, operation, domain_of(to.g.nodes[n.operands[k]]), operands, n.scope, no_attributes{}));
  }
  static constexpr int sum_of_rows(graph::graph& g, int x, int columns, int scope) {
    expr::scalar_function identity;
    identity.add_output(identity.add_input(0));
    return graph::reduce(g, identity, &x, 1, {false, {columns}}, scope);
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
