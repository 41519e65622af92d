#pragma once
#include "slim/core/begin.hpp"
// Constructors of nodes: each checks its operands once and works out the shape of its result.

#include <initializer_list>

#include "slim/graph/domain.hpp"

namespace slim::graph {

constexpr bool uses(const expr::scalar_function& f, expr::scalar_op operation) {
  for (const expr::scalar_node& n : f.nodes)
    if (n.op == operation) return true;
  return false;
}
constexpr bool uses_position(const expr::scalar_function& f) { return uses(f, expr::scalar_op::position); }

constexpr int add_node(graph& g, node n, int scope) {
  n.scope = scope;
  return g.add(n);
}

constexpr int add_leaf(graph& g, kind leaf, bool batched, const slim::shape& extent, int index = 0, int slot = 0, int scope = -1) {
  node n;
  n.kind = leaf, n.batched = batched, n.extent = extent, n.attributes = position{index, slot};
  return add_node(g, n, scope);
}

/// A node of an operation of op/list.hpp.
constexpr int add_operation(graph& g, kind operation, const domain& result, std::initializer_list<int> operands, int scope,
                            const attribute_values& attributes = {}) {
  node n;
  n.kind = operation, n.batched = result.batched, n.extent = result.extent, n.attributes = attributes;
  for (const int operand : operands) n.operands[n.operand_count++] = operand;
  return add_node(g, n, scope);
}

constexpr int constant(graph& g, double value) {
  for (int known : g.constants)
    if (g.nodes[known].value() == value) return known;
  node n;
  n.attributes = constant_value{value};
  return g.constants[g.constants.push(add_node(g, n, -1))];
}

/// The number of examples in a run times `each`. A product that is an operand is not a constant of a function: layers of different extents share their loops.
constexpr int batch_size(graph& g, int each = 1) {
  for (const int known : g.batch_sizes)
    if (g.nodes[known].index() == each) return known;
  return g.batch_sizes[g.batch_sizes.push(add_leaf(g, kind::batch_size, false, {}, each))];
}

/// `function` without the arguments it does not read.
constexpr const trimmed_function& trimmed(graph& g, int function) {
  if (g.known[function].trimmed >= 0) return g.trimmed[g.known[function].trimmed];
  trimmed_function made;
  const expr::scalar_function original = g.functions[function];
  expr::scalar_function result;
  list<int> arguments;
  for (int i = 0; i < original.inputs; ++i) {
    const bool used = expr::reads(original, i);
    arguments.push(used ? result.add_input(made.used_count) : -1);
    if (used) made.used[made.used_count++] = static_cast<signed char>(i);
  }
  if (made.used_count == original.inputs) {
    made.result = function;
  } else {
    result.add_output(expr::inline_into(result, original, 0, arguments));
    made.result = g.intern(expr::pruned(result));
  }
  g.known[function].trimmed = g.trimmed.push(made);
  return g.trimmed.back();
}

namespace detail {

/// The operands that `function` reads, when they are distinct and none is a constant: then its trimmed form applies to them as it is.
constexpr bool place_operands(graph& g, const trimmed_function& f, const int* operands, node& n) {
  for (int u = 0; u < f.used_count; ++u) {
    const int operand = operands[static_cast<int>(f.used[u])];
    if (g.nodes[operand].kind == kind::constant) return false;
    for (int k = 0; k < n.operand_count; ++k)
      if (n.operands[k] == operand) return false;
    n.operands[n.operand_count++] = operand;
  }
  n.function = f.result;
  return true;
}

/// The general case: constants become part of the function, equal operands one argument.
constexpr bool place_and_fold(graph& g, int function, const int* operands, int count, node& n) {
  const expr::scalar_function original = g.functions[function];
  expr::scalar_function result;
  list<int> arguments;
  for (int i = 0; i < count; ++i) {
    const node& operand = g.nodes[operands[i]];
    if (operand.kind == kind::constant) {
      arguments.push(result.add_constant(operand.value()));
    } else if (i >= original.inputs || !expr::reads(original, i)) {
      arguments.push(-1);
    } else {
      int index = 0;
      while (index < n.operand_count && n.operands[index] != operands[i]) ++index;
      if (index == n.operand_count) {
        if (n.operand_count == node::max_operands) return false;
        n.operands[n.operand_count++] = operands[i];
      }
      arguments.push(result.add_input(index));
    }
  }
  result.add_output(expr::inline_into(result, original, 0, arguments));
  n.function = g.intern(expr::pruned(result));
  return true;
}

}  // namespace detail

/// Element-wise function number `function` over `over`; the operands are known to fit. Constants are folded into the function, unused
/// operands dropped; a function that only passes an operand on makes no node.
constexpr int map_over(graph& g, int function, const int* operands, int count, const domain& over, int scope) {
  node n;
  n.kind = kind::map, n.batched = over.batched, n.extent = over.extent, n.scope = scope;
  if (!detail::place_operands(g, trimmed(g, function), operands, n)) {
    n.operand_count = 0;
    if (!detail::place_and_fold(g, function, operands, count, n)) {
      g.fail(rule::expression_too_large, scope, {count}, {node::max_operands});
      return operands[0];
    }
  }
  const expr::scalar_function& made = g.functions[n.function];
  const expr::scalar_node& root = made.nodes[made.outputs[0]];
  if (root.op == expr::scalar_op::input) {
    const int passed = n.operands[static_cast<int>(root.value)];
    if (g.nodes[passed].extent == over.extent && g.nodes[passed].batched == over.batched) return passed;
  }
  if (root.op == expr::scalar_op::constant && !over.batched && over.extent.size() == 1) return constant(g, root.value);
  return g.add(n);
}

/// Element-wise `function` of the operands, which must fit each other: see domain.hpp.
constexpr int map(graph& g, int function, const int* operands, int count, int scope) {
  const domain over = joint_domain(g, operands, count);
  for (int i = 0; i < count; ++i) {
    const node& operand = g.nodes[operands[i]];
    if (access_of(operand, over).fits && broadcasts(operand.extent, over.extent)) continue;
    const slim::shape found = operand.extent;
    const bool same_plane = found.rank == 3 && over.extent.rank == 3 && found[0] == over.extent[0] && found[1] == over.extent[1];
    if (same_plane) g.fail(rule::channel_mismatch, scope, {found[2]}, {over.extent[2]});
    else g.fail(rule::shape_mismatch, scope, found, over.extent);
    return operands[0];
  }
  return map_over(g, function, operands, count, over, scope);
}
constexpr int map(graph& g, const expr::scalar_function& function, const int* operands, int count, int scope) {
  return map(g, g.intern(function), operands, count, scope);
}

/// Operations whose result has the shape of their first operand.
constexpr int like_first(graph& g, kind k, const int* operands, int count, int scope) {
  node n;
  n.kind = k, n.batched = g.nodes[operands[0]].batched, n.extent = g.nodes[operands[0]].extent;
  n.operand_count = count;
  for (int i = 0; i < count; ++i) n.operands[i] = operands[i];
  return add_node(g, n, scope);
}

constexpr int reshape(graph& g, int x, const slim::shape& extent, int scope) {
  if (g.nodes[x].extent == extent) return x;
  const int operands[1] = {x};
  const int result = like_first(g, kind::reshape, operands, 1, scope);
  g.nodes[result].extent = extent;
  return result;
}

/// map_over, with its result in the shape of `target` even where that differs in extents of 1 only, or where all that varies was
/// simplified away (the gradient of a plain sum).
constexpr int map_to(graph& g, int function, const int* operands, int count, const domain& over, const domain& target, int scope) {
  const int made = map_over(g, function, operands, count, over, scope);
  const node& found = g.nodes[made];
  if (found.extent == target.extent && found.batched == target.batched) return made;
  if (found.batched == target.batched && found.extent.size() == target.extent.size()) return reshape(g, made, target.extent, scope);
  node n;
  n.kind = kind::map, n.batched = target.batched, n.extent = target.extent, n.scope = scope;
  expr::scalar_function identity;
  if (found.kind == kind::constant) {
    identity.add_output(identity.add_constant(found.value()));
  } else {
    identity.add_output(identity.add_input(0));
    n.operand_count = 1, n.operands[0] = made;
  }
  n.function = g.intern(identity);
  return g.add(n);
}

/// Σ function(operands) over every element of `over` that `result` does not index; `result` fits `over` as an operand does. Operands that the
/// function does not read stay only where they are needed to say what is summed over. Where nothing is summed it is an element-wise function.
constexpr int reduce_over(graph& g, int function, const int* operands, int count, const domain& over, const domain& result, int scope) {
  if (same_loop(over, result)) return map_to(g, function, operands, count, over, result, scope);
  node n;
  n.kind = kind::reduce, n.batched = result.batched, n.extent = result.extent, n.scope = scope;
  if (!detail::place_operands(g, trimmed(g, function), operands, n)) {
    n.operand_count = 0;
    detail::place_and_fold(g, function, operands, count, n);
  }
  const auto lacks = [&] { return !same_loop(joint_domain(g, n.operands, n.operand_count), over); };
  for (int whole = 1; whole >= 0; --whole)  // one operand that says it all, or several
    for (int i = 0; i < count && lacks(); ++i)
      if (g.nodes[operands[i]].kind != kind::constant && (whole == 0 || same_loop(domain_of(g.nodes[operands[i]]), over))) {
        if (n.operand_count == node::max_operands) g.fail(rule::expression_too_large, scope, {count}, {node::max_operands});
        else n.operands[n.operand_count++] = operands[i];
      }
  return g.add(n);
}

constexpr int reduce(graph& g, int function, const int* operands, int count, const domain& result, int scope) {
  return reduce_over(g, function, operands, count, joint_domain(g, operands, count), result, scope);
}
constexpr int reduce(graph& g, const expr::scalar_function& function, const int* operands, int count, const domain& result, int scope) {
  return reduce(g, g.intern(function), operands, count, result, scope);
}

/// `x` as an operand that has an element for each of `over`.
constexpr int broadcast(graph& g, int x, const domain& over, int scope) {
  expr::scalar_function identity;
  identity.add_output(identity.add_input(0));
  return map_over(g, g.intern(identity), &x, 1, over, scope);
}
/// `x` for each example: what is not batched is given to all of them.
constexpr int batched(graph& g, int x, int scope) { return g.nodes[x].batched ? x : broadcast(g, x, {true, g.nodes[x].extent}, scope); }

/// Result `number` of an operation that has several.
constexpr int result_of(graph& g, int operation, int number, int scope) {
  if (number == 0) return operation;
  const int operands[1] = {operation};
  const int view = like_first(g, kind::result, operands, 1, scope);
  g.nodes[view].attributes = position{number};
  return view;
}

/// `value` everywhere, in the extent of node `x`.
constexpr int filled_like(graph& g, int x, double value, int scope) {
  node n;
  n.kind = kind::map, n.batched = g.nodes[x].batched, n.extent = g.nodes[x].extent;
  expr::scalar_function filled;
  filled.add_output(filled.add_constant(value));
  n.function = g.intern(filled);
  return add_node(g, n, scope);
}

/// `x` with another gradient, function number `function` of x and the gradient, or with none for −1: a view that differentiation alone looks at.
constexpr int custom_gradient(graph& g, int x, int function, int scope) {
  const int operands[1] = {x};
  const int result = like_first(g, kind::reshape, operands, 1, scope);
  g.nodes[result].attributes = gradient_rule{function};
  g.nodes[result].ignored = function < 0;
  return result;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
