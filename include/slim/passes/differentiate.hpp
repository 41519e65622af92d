#pragma once
// Reverse-mode differentiation of the graph: one rule per operation, written with the constructors of build.hpp. New nodes are appended.

#include "slim/expr/differentiate.hpp"
#include "slim/graph/build.hpp"

namespace slim::graph {

namespace detail {

constexpr expr::scalar_function sum_of_two() {
  expr::scalar_function f;
  const int a = f.add_input(0), b = f.add_input(1);
  f.add_output(f.emit(expr::scalar_op::add, a, b));
  return f;
}

/// Adjoints while the graph is walked backwards.
class reverse_sweep {
public:
  constexpr reverse_sweep(graph& where, int loss, const list<char>& wanted) : g(where), needs(wanted) {
    adjoint.resize(loss + 1, -1);
    adjoint[loss] = constant(g, 1);
  }

  constexpr void run(int loss) {
    for (int i = loss; i >= 0; --i)
      if (adjoint[i] >= 0 && !is_leaf(g.nodes[i].kind)) pull_back(i);
  }
  list<int> adjoint;

private:
  constexpr bool flows_to(const node& n, int operand) const { return needs[n.operands[operand]] && (n.ignored >> operand & 1) == 0; }

  constexpr void accumulate(int operand, int term) {
    if (adjoint[operand] < 0) {
      adjoint[operand] = term;
      return;
    }
    const int both[] = {adjoint[operand], term};
    adjoint[operand] = map(g, sum_of_two(), both, 2, g.nodes[operand].scope);
  }

  constexpr int derived(op kind, const node& from, const domain& result, int a, int b = -1, int c = -1) {
    node n;
    n.kind = kind, n.batched = result.batched, n.extent = result.extent, n.window = from.window, n.number = from.number;
    for (int i = 0; i < 3; ++i) n.parameters[i] = from.parameters[i];
    n.operands[n.operand_count++] = a;
    if (b >= 0) n.operands[n.operand_count++] = b;
    if (c >= 0) n.operands[n.operand_count++] = c;
    return add_node(g, n, from.scope);
  }

  /// A product of data (operand 0) and weights (operand 1).
  constexpr void pull_back_product(const node& n, int gradient, op data_gradient, op weights_gradient) {
    if (flows_to(n, 1)) accumulate(n.operands[1], derived(weights_gradient, n, domain_of(g.nodes[n.operands[1]]), n.operands[0], gradient));
    if (flows_to(n, 0)) accumulate(n.operands[0], derived(data_gradient, n, domain_of(g.nodes[n.operands[0]]), gradient, n.operands[1]));
  }

  constexpr void pull_back(int i) {
    const node n = g.nodes[i];
    const int gradient = adjoint[i];
    const auto operand_domain = [&](int k) { return domain_of(g.nodes[n.operands[k]]); };
    switch (n.kind) {
      case op::map:
      case op::reduce: pull_back_function(i, n, gradient); break;
      case op::convolution: pull_back_product(n, gradient, op::convolution_data_gradient, op::convolution_weights_gradient); break;
      case op::matmul: pull_back_product(n, gradient, op::matmul_data_gradient, op::matmul_weights_gradient); break;
      case op::depthwise_convolution:
        pull_back_product(n, gradient, op::depthwise_convolution_data_gradient, op::depthwise_convolution_weights_gradient);
        break;
      case op::max_pool: accumulate(n.operands[0], derived(op::max_pool_gradient, n, operand_domain(0), n.operands[0], i, gradient)); break;
      case op::average_pool: accumulate(n.operands[0], derived(op::average_pool_gradient, n, operand_domain(0), gradient)); break;
      case op::softmax: accumulate(n.operands[0], derived(op::softmax_gradient, n, operand_domain(0), i, gradient)); break;
      case op::softmax_cross_entropy:
        if (flows_to(n, 0)) accumulate(n.operands[0], derived(op::softmax_cross_entropy_gradient, n, operand_domain(0), n.operands[0], n.operands[1], gradient));
        break;
      case op::local_response_normalization:
        accumulate(n.operands[0], derived(op::local_response_normalization_gradient, n, operand_domain(0), n.operands[0], gradient));
        break;
      case op::concat: {
        int first = 0;
        for (int k = 0; k < n.operand_count; ++k) {
          if (flows_to(n, k)) {
            const int part = derived(op::slice, n, operand_domain(k), gradient);
            g.nodes[part].number = first;
            accumulate(n.operands[k], part);
          }
          first += operand_domain(k).extent.channels();
        }
        break;
      }
      case op::moments: pull_back_moment(i, 0, gradient); break;
      case op::result: pull_back_moment(n.operands[0], n.number, gradient); break;  // nothing else has several results yet
      case op::reshape: accumulate(n.operands[0], reshape(g, gradient, operand_domain(0).extent, n.scope)); break;
      default: break;
    }
  }

  /// From moment `number`, 0 the mean and 1 the variance: gradient / count, and 2 · (x − mean) · gradient / count, where what is divided is one
  /// number per channel. The variance does not change with the mean, Σ −2(x − mean) = 0.
  constexpr void pull_back_moment(int moments, int number, int gradient) {
    using enum expr::scalar_op;
    const int x = g.nodes[moments].operands[0], scope = g.nodes[moments].scope;
    if (!needs[x]) return;
    const domain over = domain_of(g.nodes[x]);
    expr::scalar_function share, slope;
    const int all = share.add_input(0), examples = share.add_input(1);
    const int cells = share.add_constant(static_cast<double>(over.extent.size()) / over.extent.channels() / (number + 1));
    share.add_output(share.emit(divide, all, over.batched ? share.emit(multiply, cells, examples) : cells));
    const int per_count[] = {gradient, batch_size(g)};
    const int value = slope.add_input(0), mean = slope.add_input(1), part = slope.add_input(2);
    slope.add_output(number == 0 ? part : slope.emit(multiply, slope.emit(subtract, value, mean), part));
    const int operands[] = {x, moments, map(g, share, per_count, 2, scope)};
    accumulate(x, spread(g.intern(expr::pruned(slope)), operands, 3, over, over, scope));
  }

  /// The derivative of function number `f` by argument `k`, as a function of its operands, the gradient and the value (a sum has no
  /// stored summand: it is computed again where the slope needs it). −1 when it is zero.
  constexpr int slope_of(int f, int operand_count, int k, bool of_sum) {
    for (int d = g.known[f].derivatives; d >= 0; d = g.derivatives[d].next)
      if (g.derivatives[d].argument == k && g.derivatives[d].operands == operand_count && g.derivatives[d].of_sum == of_sum) return g.derivatives[d].result;
    const expr::scalar_function function = g.functions[f];
    expr::scalar_function slope;
    if (k < function.inputs) {
      slope = expr::derivative(function, k);
      expr::scalar_function placed;  // a function may read fewer arguments than the node has operands
      list<int> arguments;
      for (int a = 0; a < function.inputs; ++a) arguments.push(placed.add_input(a));
      arguments.push(placed.add_input(operand_count));
      if (of_sum) {
        list<int> own;
        for (int a = 0; a < function.inputs; ++a) own.push(arguments[a]);
        arguments.push(expr::inline_into(placed, function, 0, own));
      } else {
        arguments.push(placed.add_input(operand_count + 1));
      }
      placed.add_output(expr::inline_into(placed, slope, 0, arguments));
      placed.inputs = operand_count + 2;
      slope = expr::pruned(placed);
    }
    const bool zero = k >= function.inputs || slope.is_constant(slope.outputs[0], 0);
    const int result = zero ? -1 : g.intern(slope);
    g.known[f].derivatives = g.derivatives.push({k, operand_count, result, of_sum, g.known[f].derivatives});
    return result;
  }

  /// d function(operands) / d operand for every operand, times the gradient; summed where the operand was broadcast.
  constexpr void pull_back_function(int i, const node& n, int gradient) {
    const domain over = n.kind == op::map ? domain_of(n) : joint_domain(g, n.operands, n.operand_count);
    int operands[node::max_operands + 2]{};
    for (int k = 0; k < n.operand_count; ++k) operands[k] = n.operands[k];
    operands[n.operand_count] = gradient;
    operands[n.operand_count + 1] = i;
    const int count = n.operand_count + 2;
    for (int k = 0; k < n.operand_count; ++k) {
      if (!flows_to(n, k)) continue;
      const int slope = slope_of(n.function, n.operand_count, k, n.kind == op::reduce);
      if (slope < 0) continue;
      const domain target = domain_of(g.nodes[n.operands[k]]);
      const bool broadcast = !same_loop(target, over);
      accumulate(n.operands[k], broadcast ? reduce_over(g, slope, operands, count, over, target, n.scope) : spread(slope, operands, count, over, target, n.scope));
    }
  }

  /// map_over, with its result in the shape of the operand even where that differs in extents of 1 only, or where all that varies was
  /// simplified away (the gradient of a plain sum).
  constexpr int spread(int slope, const int* operands, int count, const domain& over, const domain& target, int scope) {
    const int result = map_over(g, slope, operands, count, over, scope);
    if (g.nodes[result].extent == target.extent && g.nodes[result].batched == target.batched) return result;
    if (g.nodes[result].batched == target.batched && g.nodes[result].extent.size() == target.extent.size()) return reshape(g, result, target.extent, scope);
    node n;
    n.kind = op::map, n.batched = target.batched, n.extent = target.extent, n.scope = scope;
    expr::scalar_function identity;
    if (g.nodes[result].kind == op::constant) {
      identity.add_output(identity.add_constant(g.nodes[result].value));
    } else {
      identity.add_output(identity.add_input(0));
      n.operand_count = 1, n.operands[0] = result;
    }
    n.function = g.intern(identity);
    return g.nodes.push(n);
  }

  graph& g;
  const list<char>& needs;
};

}  // namespace detail

/// Appends the gradient of the scalar node `loss` with respect to each node that `wanted` marks; returns, for each node up to the
/// loss, the node that holds its gradient, or −1.
constexpr list<int> gradients(graph& g, int loss, const list<char>& wanted) {
  list<char> needs;
  for (int i = 0; i <= loss; ++i) {
    const node& n = g.nodes[i];
    char flows = wanted[i];
    if (n.kind != op::update)
      for (int k = 0; k < n.operand_count && !flows; ++k) flows = needs[n.operands[k]];
    needs.push(flows);
  }
  detail::reverse_sweep sweep(g, loss, needs);
  sweep.run(loss);
  return static_cast<list<int>&&>(sweep.adjoint);
}

}  // namespace slim::graph
