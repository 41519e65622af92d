#pragma once
#include "slim/core/begin.hpp"
// Graphs as text: formulas of scalar functions, and Graphviz DOT.

#include <cstdio>
#include <string>

#include "slim/core/number_text.hpp"
#include "slim/graph/program.hpp"
#include "slim/op/list.hpp"

namespace slim::graph {

namespace detail {

template <class Program, class Operand>
std::string formula(const Program& p, const function_entry& f, int at, const Operand& operand) {
  using enum expr::scalar_op;
  const expr::scalar_node& n = p.function_nodes[f.first + at];
  const auto part = [&](int i) { return formula(p, f, i, operand); };
  const auto call = [&](const char* name) {
    std::string text = std::string(name) + "(" + part(n.a);
    if (n.b >= 0) text += ", " + part(n.b);
    if (n.c >= 0) text += ", " + part(n.c);
    return text + ")";
  };
  const auto infix = [&](const char* sign) { return "(" + part(n.a) + sign + part(n.b) + ")"; };
  switch (n.op) {
    case input: return operand(static_cast<int>(n.value));
    case constant: return number_text(n.value);
    case position: return "position";
    case uniform: return "uniform";
    case negate: return "-" + part(n.a);
    case add: return infix(" + ");
    case subtract: return infix(" - ");
    case multiply: return infix("*");
    case divide: return infix("/");
    case greater: return infix(" > ");
    case equal: return infix(" == ");
    case absolute: return call("abs");
    case square_root: return call("sqrt");
    case exponential: return call("exp");
    case logarithm: return call("log");
    case logarithm_of_one_plus: return call("log1p");
    case hyperbolic_tangent: return call("tanh");
    case logistic: return call("sigmoid");
    case error_function: return call("erf");
    case sine: return call("sin");
    case cosine: return call("cos");
    case power: return call("pow");
    case floor: return call("floor");
    case finite: return call("finite");
    case maximum: return call("max");
    case minimum: return call("min");
    case select: return call("select");
  }
  return "?";
}

}  // namespace detail

/// "28x28x32" or "1" for one number.
inline std::string shape_text(const slim::shape& s) {
  std::string text;
  for (int i = 0; i < s.rank; ++i) {
    if (i > 0) text += 'x';
    text += std::to_string(s[i]);
  }
  return s.rank == 0 ? "1" : text;
}

/// What a node is called: the variable's name, or its layer's.
template <class Program>
std::string node_name(const Program& p, int i) {
  const node& n = p.nodes[i];
  if (n.kind == kind::variable) return variable_name(p.scopes, p.variables[n.index()]).c_str();
  if (n.kind == kind::slot) return std::string(variable_name(p.scopes, p.variables[n.index()]).c_str()) + " (state " + std::to_string(n.slot()) + ")";
  if (n.kind == kind::input) return "input " + std::to_string(n.index());
  if (n.kind == kind::scalar) return "number " + std::to_string(n.index());
  if (n.kind == kind::batch_size) return (n.index() == 1 ? "" : std::to_string(n.index()) + " × ") + "batch size";
  if (n.kind == kind::constant) return number_text(n.value());
  return scope_name(p.scopes, n.scope).c_str();
}

/// The function of a node (or what it does at the store) as a formula in its operands; `acc` is the result of the operation itself, %5.1 the second result of
/// operation 5.
template <class Program>
std::string function_text(const Program& p, int i, bool epilogue) {
  const node& n = p.nodes[i];
  const function_entry& f = p.functions[epilogue ? n.epilogue : n.function];
  const auto operand = [&](int k) {
    if (epilogue && k == 0) return std::string("acc");
    int index = n.operands[epilogue ? n.body() + k - 1 : k];
    while (p.nodes[index].kind == kind::reshape) index = p.nodes[index].operands[0];
    const node& read = p.nodes[index];
    if (read.kind == kind::result) return "%" + std::to_string(read.operands[0]) + "." + std::to_string(read.index());
    return is_leaf(read.kind) ? "{" + node_name(p, index) + "}" : "%" + std::to_string(index);
  };
  std::string text;
  for (int o = 0; o < f.output_count; ++o) text += (o > 0 ? "; " : "") + detail::formula(p, f, f.outputs[o], operand);
  return text;
}

/// The live nodes of a program in Graphviz DOT; boxes do work, ellipses are data.
template <class Program>
std::string dot(const Program& p, const std::string& title) {
  std::string text = "digraph \"" + title + "\" {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=10];\n";
  for (int i = 0; i < p.sizes.nodes; ++i) {
    const node& n = p.nodes[i];
    if (n.dead) continue;
    std::string label = op::name_of(n.kind);
    if (const std::string name = node_name(p, i); !name.empty()) label += "\\n" + name;
    label += "\\n" + shape_text(n.extent) + (n.batched ? " per example" : "");
    if (n.function >= 0) label += "\\n" + function_text(p, i, false);
    if (n.kind == kind::result) label += "\\nnumber " + std::to_string(n.index());
    if (n.epilogue >= 0) label += (n.updates ? "\\nupdate: " : "\\nstore: ") + function_text(p, i, true);
    if (n.in_bands) label += "\\nin bands of rows, in the step of its reader";
    if (n.pool > 1) label += "\\nstore: the largest of " + std::to_string(n.pool) + " × " + std::to_string(n.pool);
    text += "  n" + std::to_string(i) + " [label=\"" + label + "\", shape=" + (is_leaf(n.kind) || is_view(n.kind) ? "ellipse" : "box") + "];\n";
    for (int k = 0; k < n.operand_count; ++k) text += "  n" + std::to_string(n.operands[k]) + " -> n" + std::to_string(i) + ";\n";
  }
  return text + "}\n";
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
