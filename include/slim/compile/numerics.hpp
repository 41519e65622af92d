#pragma once
#include "slim/core/begin.hpp"
// What a training program tells besides its loss: how many numbers of each tensor are not finite, and the gradients. These are outputs:
//   0                   the total loss
//   with check_numerics       a count for each variable, each input, each end point, each gradient
//   with summarize_gradients  each gradient
//   with clip_global_norm or adaptive_clipping  the norm of all gradients before it

#include <string>

#include "slim/compile/train_options.hpp"
#include "slim/core/room_for.hpp"
#include "slim/graph/program.hpp"
#include "slim/op/joint_weights_gradient.hpp"
#include "slim/trace/tensor.hpp"

namespace slim::detail {

/// The node to read in place of `i` after a run: inputs, variables, constants, what travels between processes, and views of them have no memory of the
/// program's own, so they are copied.
constexpr int readable(graph::graph& g, int i) {
  int root = i;
  while (graph::is_view(g.nodes[root].kind)) root = g.nodes[root].operands[0];
  if (!graph::is_leaf(g.nodes[root].kind) && !op::ends_travel(g.nodes[root].kind)) return i;
  graph::node copy;
  copy.kind = graph::kind::map, copy.batched = g.nodes[i].batched, copy.extent = g.nodes[i].extent;
  expr::scalar_function identity;
  if (g.nodes[root].kind == graph::kind::constant) {
    identity.add_output(identity.add_constant(g.nodes[root].value()));
  } else {
    identity.add_output(identity.add_input(0));
    copy.operand_count = 1, copy.operands[0] = i;
  }
  copy.function = g.intern(identity);
  return graph::add_node(g, copy, g.nodes[i].scope);
}

/// One more output: how many elements of a node are NaN or infinite.
constexpr void add_check(graph::graph& g, int node) {
  constexpr auto not_finite = [](auto x) { return 1.0 - finite(x); };
  const int operands[] = {g.nodes[node].kind == graph::kind::constant ? readable(g, node) : node};
  g.outputs.push(graph::reduce(g, recorded<1>(g, not_finite), operands, 1, {}, g.nodes[node].scope));
}

/// The checks of everything that is known before the gradients.
constexpr void add_forward_checks(graph::graph& g) {
  for (const graph::variable_entry& v : g.variables) add_check(g, v.node);
  for (int i = 0; i < g.inputs; ++i)
    for (int n = 0; n < g.nodes.size(); ++n)
      if (g.nodes[n].kind == graph::kind::input && g.nodes[n].index() == i) {
        add_check(g, n);
        break;
      }
  for (const graph::named_node& point : g.end_points) add_check(g, point.node);
}

/// For each variable of a training program whether the program changes it by its gradient. One walk: a constant evaluation of variables × steps
/// would be most of what a deep network costs.
template <int Variables>
struct trained_variables_of {
  bool is[room_for(Variables)]{};
};
template <const auto& Program>
inline constexpr auto trained_in = [] {
  trained_variables_of<Program.sizes.variables> trained;
  for (int s = 0; s < Program.sizes.steps; ++s) {
    const graph::node& n = Program.nodes[Program.order[s]];
    if (!n.is_update()) continue;
    const graph::node& replaced = Program.nodes[n.operands[n.first_replaced()]];
    if (replaced.kind == graph::kind::variable) trained.is[replaced.index()] = Program.variables[replaced.index()].trainable;
  }
  return trained;
}();
template <const auto& Program>
constexpr bool is_trained(int v) {
  return trained_in<Program>.is[v];
}

/// The outputs of a training program with these options.
template <const auto& Program, class Options>
struct training_outputs {
  static constexpr bool checks = Options::template has<learning::check_numerics>, summarizes = Options::template has<learning::summarize_gradients>;
  static constexpr int variables = Program.sizes.variables, inputs = Program.inputs, end_points = Program.sizes.end_points;
  static constexpr int first_gradient_check = 1 + (checks ? variables + inputs + end_points : 0);

  /// Position of variable `v` among those that are trained; −1 when it is not.
  static constexpr int position(int v) {
    int before = 0;
    for (int i = 0; i < v; ++i) before += is_trained<Program>(i);
    return v < variables && !is_trained<Program>(v) ? -1 : before;
  }
  static constexpr int trained = position(variables);
  static constexpr int first_gradient = first_gradient_check + (checks ? trained : 0);
  static constexpr int norm = first_gradient + (summarizes ? trained : 0);
  static constexpr bool has_norm = norm < Program.sizes.outputs;

  /// The first tensor with numbers that are not finite, in the order in which a step meets them; empty when there is none.
  /// `value` gives the number at an output.
  template <class Value>
  static std::string first_not_finite(const Value& value) {
    const auto found = [&](int output, const char* kind, const std::string& name) -> std::string {
      const double count = static_cast<double>(value(Program.outputs[output]));
      return count > 0 ? std::to_string(static_cast<long long>(count)) + " NaN or infinite in " + kind + " " + name : "";
    };
    const auto variable = [](int v) { return std::string(graph::variable_name(Program.scopes, Program.variables[v]).c_str()); };
    std::string text;
    int output = 1;
    for (int i = 0; i < variables && text.empty(); ++i) text = found(output++, "variable", variable(i));
    for (int i = 0; i < inputs && text.empty(); ++i) text = found(output++, "input", std::to_string(i));
    for (int i = 0; i < end_points && text.empty(); ++i)
      text = found(output++, "layer", graph::scope_name(Program.scopes, Program.end_points[i].scope).c_str());
    for (int i = 0; i < variables && text.empty(); ++i)
      if (is_trained<Program>(i)) text = found(output++, "the gradient of", variable(i));
    return text;
  }
};

}  // namespace slim::detail

#include "slim/core/end.hpp"
