#pragma once
#include "slim/core/begin.hpp"
// A function of a few scalars as a value: the unit of everything element-wise in slim. Activations, regularizers,
// optimizer updates, losses and all that fusion composes are scalar functions; SIMD loops are generated from them.

#include "slim/core/list.hpp"

namespace slim::expr {

using slim::detail::list;

enum class scalar_op : unsigned char {
  input,     // value = index of the argument
  constant,  // value
  position,  // column of the element: its index within the last dimension
  uniform,   // a uniform number in [0, 1) for each element and step, value = key of the stream
  negate,
  absolute,
  square_root,
  exponential,
  logarithm,
  logarithm_of_one_plus,  // log(1 + a), also of a that vanish beside 1
  hyperbolic_tangent,
  logistic,
  error_function,
  sine,
  cosine,
  floor,
  finite,  // 1 where a is neither NaN nor infinite, else 0
  add,
  subtract,
  multiply,
  divide,
  maximum,
  minimum,
  power,    // a to the power of b
  greater,  // 1 where a > b, else 0
  equal,    // 1 where a == b, else 0
  select,   // a != 0 ? b : c
};

constexpr int operand_count(scalar_op op) {
  if (op < scalar_op::negate) return 0;
  if (op < scalar_op::add) return 1;
  return op == scalar_op::select ? 3 : 2;
}

struct scalar_node {
  scalar_op op = scalar_op::constant;
  short a = -1, b = -1, c = -1;
  double value = 0;

  constexpr bool operator==(const scalar_node&) const = default;
};

/// A directed acyclic graph of scalar operations with one or more outputs. Nodes are in topological order and unique:
/// `emit` simplifies and shares, so equal sub-expressions are computed once.
struct scalar_function {
  list<scalar_node> nodes;
  int outputs[4]{-1, -1, -1, -1};
  int output_count = 0;
  int inputs = 0;
  bool has_condition = false;  ///< what was recorded asks whether a number is true: `if (x > 0)`

  constexpr bool operator==(const scalar_function& other) const {
    if (nodes.size() != other.nodes.size() || inputs != other.inputs || output_count != other.output_count) return false;
    for (int i = 0; i < output_count; ++i)
      if (outputs[i] != other.outputs[i]) return false;
    const scalar_node *const own = nodes.begin(), *const others = other.nodes.begin();
    for (int i = 0, count = nodes.size(); i < count; ++i)
      if (!(own[i] == others[i])) return false;
    return true;
  }
  /// Equal functions have equal signatures, and others hardly ever.
  constexpr unsigned long signature() const {
    unsigned long all = static_cast<unsigned long>(inputs << 3 | output_count);
    for (const scalar_node& n : nodes) all = all * 31 + static_cast<unsigned long>(static_cast<int>(n.op) + (n.a << 5) + (n.b << 10) + (n.c << 15));
    return all;
  }

  constexpr bool is_constant(int node, double value) const { return nodes[node].op == scalar_op::constant && nodes[node].value == value; }

  constexpr int add_input(int index) {
    if (index >= inputs) inputs = index + 1;
    return share({scalar_op::input, -1, -1, -1, static_cast<double>(index)});
  }
  constexpr int add_constant(double value) { return share({scalar_op::constant, -1, -1, -1, value}); }
  constexpr void add_output(int node) { outputs[output_count++] = node; }

  /// Adds an operation after algebraic simplification; returns the node that holds its value.
  constexpr int emit(scalar_op op, int a = -1, int b = -1, int c = -1, double value = 0) {
    const int simpler = simplified(op, a, b, c);
    if (simpler >= 0) return simpler;
    return share({op, static_cast<short>(a), static_cast<short>(b), static_cast<short>(c), value});
  }

private:
  constexpr int share(const scalar_node& node) {
    const scalar_node* const begin = nodes.begin();
    const scalar_node* const end = nodes.end();
    for (const scalar_node* known = begin; known != end; ++known)
      if (known->op == node.op && *known == node) return static_cast<int>(known - begin);
    return nodes.push(node);
  }

  /// A factor that neither is infinite nor vanishes as a float.
  static constexpr bool is_ordinary(double x) { return (x < 0 ? -x : x) > 1e-30 && (x < 0 ? -x : x) < 1e30; }

  constexpr bool constant_at(int node) const { return node >= 0 && nodes[node].op == scalar_op::constant; }

  /// Rules that hold for all floating-point numbers, the sign of a zero aside, and constant folding; −1 when nothing applies. As in TensorFlow 0·x, x − x and
  /// 0/x stay: of infinity and NaN they are NaN.
  constexpr int simplified(scalar_op op, int a, int b, int c) {
    using enum scalar_op;
    if (constant_at(a) && (operand_count(op) == 1 || constant_at(b)) && op != select) {
      const double x = nodes[a].value, y = operand_count(op) > 1 ? nodes[b].value : 0;
      switch (op) {
        case negate: return add_constant(-x);
        case absolute: return add_constant(x < 0 ? -x : x);
        case add: return add_constant(x + y);
        case subtract: return add_constant(x - y);
        case multiply: return add_constant(x * y);
        case divide: return y != 0 ? add_constant(x / y) : -1;
        case maximum: return add_constant(x > y ? x : y);
        case minimum: return add_constant(x < y ? x : y);
        case greater: return add_constant(x > y ? 1 : 0);
        case equal: return add_constant(x == y ? 1 : 0);
        default: return -1;
      }
    }
    switch (op) {
      case add:
        if (is_constant(a, 0)) return b;
        if (is_constant(b, 0)) return a;
        return -1;
      case subtract:
        if (is_constant(b, 0)) return a;
        if (is_constant(a, 0)) return emit(negate, b);
        return -1;
      case multiply:
        if (is_constant(a, 1)) return b;
        if (is_constant(b, 1)) return a;
        if (is_constant(a, -1)) return emit(negate, b);
        if (is_constant(b, -1)) return emit(negate, a);
        if (constant_at(b) && !constant_at(a)) return emit(multiply, b, a);
        if (constant_at(a) && nodes[b].op == multiply && constant_at(nodes[b].a))
          if (const double both = nodes[a].value * nodes[nodes[b].a].value; is_ordinary(both)) return emit(multiply, add_constant(both), nodes[b].b);
        return -1;
      case divide: return is_constant(b, 1) ? a : -1;
      case negate: return nodes[a].op == negate ? nodes[a].a : -1;
      case absolute: return nodes[a].op == absolute ? a : -1;
      case maximum:
      case minimum: return a == b ? a : -1;
      case select:
        if (constant_at(a)) return nodes[a].value != 0 ? b : c;
        return b == c ? b : -1;
      default: return -1;
    }
  }
};

/// Copies the nodes of `source` that output `output` needs into `target`, its input i standing for node `arguments[i]`.
/// Returns the node that holds the output. This is function composition.
constexpr int inline_into(scalar_function& target, const scalar_function& source, int output, const list<int>& arguments) {
  const scalar_node* const nodes = source.nodes.begin();
  const int count = source.nodes.size();
  list<int> all_needed, all_moved;
  all_needed.resize(count, 0), all_moved.resize(count, 0);
  int *const needed = all_needed.begin(), *const moved = all_moved.begin();
  needed[source.outputs[output]] = 1;
  for (int i = count - 1; i >= 0; --i) {
    if (!needed[i]) continue;
    const scalar_node& node = nodes[i];
    if (node.a >= 0) needed[node.a] = 1;
    if (node.b >= 0) needed[node.b] = 1;
    if (node.c >= 0) needed[node.c] = 1;
  }
  for (int i = 0; i < count; ++i) {
    if (!needed[i]) continue;
    const scalar_node& node = nodes[i];
    if (node.op == scalar_op::input) moved[i] = arguments[static_cast<int>(node.value)];
    else if (node.op == scalar_op::constant) moved[i] = target.add_constant(node.value);
    else moved[i] = target.emit(node.op, node.a < 0 ? -1 : moved[node.a], node.b < 0 ? -1 : moved[node.b], node.c < 0 ? -1 : moved[node.c], node.value);
  }
  target.has_condition |= source.has_condition;
  return moved[source.outputs[output]];
}

/// True when some output of `function` reads argument `index`.
constexpr bool reads(const scalar_function& function, int index) {
  for (const scalar_node& node : function.nodes)
    if (node.op == scalar_op::input && static_cast<int>(node.value) == index) return true;
  return false;
}

/// The same function without unreachable nodes.
constexpr scalar_function pruned(const scalar_function& function) {
  scalar_function result;
  const scalar_node* const nodes = function.nodes.begin();
  const int count = function.nodes.size();
  list<int> all_needed, all_moved;
  all_needed.resize(count, 0), all_moved.resize(count, 0);
  int *const needed = all_needed.begin(), *const moved = all_moved.begin();
  for (int o = 0; o < function.output_count; ++o) needed[function.outputs[o]] = 1;
  for (int i = count - 1; i >= 0; --i) {
    if (!needed[i]) continue;
    const scalar_node& node = nodes[i];
    if (node.a >= 0) needed[node.a] = 1;
    if (node.b >= 0) needed[node.b] = 1;
    if (node.c >= 0) needed[node.c] = 1;
  }
  for (int i = 0; i < count; ++i) {
    if (!needed[i]) continue;
    scalar_node node = nodes[i];
    if (node.a >= 0) node.a = static_cast<short>(moved[node.a]);
    if (node.b >= 0) node.b = static_cast<short>(moved[node.b]);
    if (node.c >= 0) node.c = static_cast<short>(moved[node.c]);
    moved[i] = result.nodes.push(node);
  }
  for (int o = 0; o < function.output_count; ++o) result.add_output(moved[function.outputs[o]]);
  result.inputs = function.inputs;
  result.has_condition = function.has_condition;
  return result;
}

}  // namespace slim::expr

#include "slim/core/end.hpp"
