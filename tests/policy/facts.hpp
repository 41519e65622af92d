#pragma once
// What layers were told, read from the traced program.

#include "slim/layers/activations.hpp"
#include "slim/layers/basic.hpp"
#include "slim/layers/batch_norm.hpp"
#include "slim/layers/conv2d.hpp"
#include "slim/layers/dropout.hpp"
#include "slim/layers/fully_connected.hpp"
#include "slim/layers/pool2d.hpp"
#include "slim/compile/compile.hpp"
#include "slim/compose/branches.hpp"
#include "slim/compose/compose.hpp"
#include "slim/policy/arg_scope.hpp"
#include "slim/regularizers/regularizers.hpp"

namespace facts {

using slim::expr::scalar_op;
using slim::graph::rule;

template <const auto& Net, class... Options>
static constexpr const auto& program = slim::traced<Net, slim::model_options<Options...>>::program;

/// The rule that `Net` breaks.
template <const auto& Net, class... Options>
static constexpr rule broken = program<Net, Options...>.error.broken;

/// Index of a variable, −1 when there is none.
template <class Program>
constexpr int variable(const Program& p, const char* name) {
  for (int i = 0; i < p.sizes.variables; ++i)
    if (slim::equal(slim::graph::variable_name(p.scopes, p.variables[i]).c_str(), name)) return i;
  return -1;
}
template <class Program>
constexpr slim::initializer initial(const Program& p, const char* name) {
  return p.variables[variable(p, name)].initial;
}
/// The initial value of a variable is this constant.
template <class Program>
constexpr bool starts_at(const Program& p, const char* name, double value) {
  return initial(p, name).kind == slim::distribution::constant && initial(p, name).a == value;
}
/// The first number in the regularizer of a variable; 0 without one. For l2_regularizer(s) that is s/2, for l1_regularizer(s) it is s.
template <class Program>
constexpr double penalty(const Program& p, const char* name) {
  const int f = p.variables[variable(p, name)].regularizer;
  if (f < 0) return 0;
  for (int i = p.functions[f].first; i < p.functions[f].first + p.functions[f].count; ++i)
    if (p.function_nodes[i].op == scalar_op::constant) return p.function_nodes[i].value;
  return -1;
}

template <class Program>
constexpr int end_point(const Program& p, const char* name) {
  for (int i = 0; i < p.sizes.end_points; ++i)
    if (slim::equal(slim::graph::scope_name(p.scopes, p.end_points[i].scope).c_str(), name)) return i;
  return -1;
}
template <class Program>
constexpr slim::shape extent(const Program& p, const char* name) {
  return p.end_points[end_point(p, name)].extent;
}
/// The operation a layer ends in: `add` for biases without activation, `maximum` for relu.
template <class Program>
constexpr scalar_op last_operation(const Program& p, const char* name) {
  const slim::graph::node& n = p.nodes[p.end_points[end_point(p, name)].node];
  if (n.function < 0) return scalar_op::input;
  const slim::graph::function_entry& f = p.functions[n.function];
  return p.function_nodes[f.first + f.outputs[0]].op;
}

}  // namespace facts
