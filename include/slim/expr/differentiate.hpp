#pragma once
#include "slim/core/begin.hpp"
// Symbolic reverse-mode differentiation of scalar functions.

#include "slim/expr/scalar_function.hpp"

namespace slim::expr {

/// The derivative of output 0 of `f` by argument `with_respect_to`, times an incoming gradient.
/// Arguments of the result: those of `f`, then the incoming gradient (index f.inputs), then the value of `f` itself (index
/// f.inputs + 1), which is used wherever it saves recomputation: relu's mask is `value > 0`, sigmoid's slope value·(1 − value).
/// At kinks the slope is TensorFlow's: of |x| at 0 it is 0, where both operands of max or min are equal the first has all of the gradient, and no
/// gradient stays none through √0.
constexpr scalar_function derivative(const scalar_function& f, int with_respect_to) {
  using enum scalar_op;
  scalar_function result;
  const int gradient_argument = f.inputs, value_argument = f.inputs + 1;
  const int root = f.outputs[0];

  // The function's own nodes, re-emitted; the root is read from the value argument.
  list<int> own;
  for (int i = 0; i < f.nodes.size(); ++i) {
    const scalar_node& node = f.nodes[i];
    if (node.op == constant) own.push(result.add_constant(node.value));
    else if (i == root && node.op != input) own.push(result.add_input(value_argument));
    else if (node.op == input) own.push(result.add_input(static_cast<int>(node.value)));
    else own.push(result.emit(node.op, node.a < 0 ? -1 : own[node.a], node.b < 0 ? -1 : own[node.b], node.c < 0 ? -1 : own[node.c], node.value));
  }

  list<int> adjoint;
  adjoint.resize(f.nodes.size(), -1);
  adjoint[root] = result.add_input(gradient_argument);
  const auto accumulate = [&](int node, int term) { adjoint[node] = adjoint[node] < 0 ? term : result.emit(add, adjoint[node], term); };
  const int zero = result.add_constant(0), one = result.add_constant(1);
  // A node whose comparison with `bound` decides like node `i` itself, preferring the stored value: for
  // min(6, max(0, x)) the sign of the inner maximum is the sign of the whole.
  const auto witness = [&](int i, double bound) {
    const auto above = [&](int j) { return f.nodes[j].op == constant && f.nodes[j].value > bound; };
    for (int j = i + 1; j < f.nodes.size(); ++j)
      if (const scalar_node& outer = f.nodes[j]; outer.op == minimum && ((outer.a == i && above(outer.b)) || (outer.b == i && above(outer.a)))) return own[j];
    return own[i];
  };

  for (int i = root; i >= 0; --i) {
    const scalar_node& node = f.nodes[i];
    const int g = adjoint[i];
    if (g < 0 || operand_count(node.op) == 0) continue;
    const int x = own[node.a], y = node.b < 0 ? -1 : own[node.b];
    switch (node.op) {
      case negate: accumulate(node.a, result.emit(negate, g)); break;
      case absolute: accumulate(node.a, result.emit(multiply, g, result.emit(subtract, result.emit(greater, x, zero), result.emit(greater, zero, x)))); break;
      case square_root:  // nothing flows where nothing comes in, even at 0
        accumulate(node.a, result.emit(select, g, result.emit(divide, result.emit(multiply, result.add_constant(0.5), g), own[i]), zero));
        break;
      case exponential: accumulate(node.a, result.emit(multiply, g, own[i])); break;
      case logarithm: accumulate(node.a, result.emit(divide, g, x)); break;
      case logarithm_of_one_plus: accumulate(node.a, result.emit(divide, g, result.emit(add, one, x))); break;
      case hyperbolic_tangent: accumulate(node.a, result.emit(multiply, g, result.emit(subtract, one, result.emit(multiply, own[i], own[i])))); break;
      case logistic: accumulate(node.a, result.emit(multiply, g, result.emit(multiply, own[i], result.emit(subtract, one, own[i])))); break;
      case error_function: {  // 2/sqrt(pi) exp(-x²)
        const int bell = result.emit(exponential, result.emit(negate, result.emit(multiply, x, x)));
        accumulate(node.a, result.emit(multiply, result.add_constant(1.1283791670955126), result.emit(multiply, g, bell)));
        break;
      }
      case sine: accumulate(node.a, result.emit(multiply, g, result.emit(cosine, x))); break;
      case cosine: accumulate(node.a, result.emit(negate, result.emit(multiply, g, result.emit(sine, x)))); break;
      case power: {  // TensorFlow's: nothing flows to the exponent of what is not positive
        accumulate(node.a, result.emit(multiply, g, result.emit(multiply, y, result.emit(power, x, result.emit(subtract, y, one)))));
        const int positive = result.emit(greater, x, zero);
        accumulate(node.b, result.emit(multiply, g,
                                       result.emit(multiply, own[i],
                                                   result.emit(select, positive, result.emit(logarithm, result.emit(select, positive, x, one)), zero))));
        break;
      }
      case add:
        accumulate(node.a, g);
        accumulate(node.b, g);
        break;
      case subtract:
        accumulate(node.a, g);
        accumulate(node.b, result.emit(negate, g));
        break;
      case multiply:
        accumulate(node.a, result.emit(multiply, g, y));
        accumulate(node.b, result.emit(multiply, g, x));
        break;
      case divide: {
        const int quotient = result.emit(divide, g, y);
        accumulate(node.a, quotient);
        accumulate(node.b, result.emit(negate, result.emit(multiply, quotient, own[i])));
        break;
      }
      case maximum:
      case minimum: {
        const bool by_value = f.nodes[node.a].op == constant;  // max(c, y) > c decides like y > c
        const int second = !by_value ? y : node.op == maximum ? witness(i, f.nodes[node.a].value) : own[i];
        const int chosen = node.op == maximum ? result.emit(greater, second, x) : result.emit(greater, x, second);
        if (!by_value) accumulate(node.a, result.emit(select, chosen, zero, g));
        accumulate(node.b, result.emit(select, chosen, g, zero));
        break;
      }
      case select:
        accumulate(node.b, result.emit(select, own[node.a], g, zero));
        accumulate(node.c, result.emit(select, own[node.a], zero, g));
        break;
      default: break;  // floor, finite, greater and equal are piecewise constant
    }
  }

  int total = zero;
  for (int i = 0; i < f.nodes.size(); ++i)
    if (f.nodes[i].op == input && static_cast<int>(f.nodes[i].value) == with_respect_to && adjoint[i] >= 0) total = adjoint[i];
  result.add_output(total);
  if (result.inputs < f.inputs + 2) result.inputs = f.inputs + 2;
  return pruned(result);
}

}  // namespace slim::expr

#include "slim/core/end.hpp"
