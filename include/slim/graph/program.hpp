#pragma once
// A compiled graph in arrays of exactly the right size: the form that is stored in the program and executed.

#include "slim/expr/code.hpp"
#include "slim/graph/plan.hpp"

namespace slim::graph {

struct program_sizes {
  int nodes = 0, functions = 0, function_nodes = 0, scopes = 0, variables = 0, end_points = 0, losses = 0, steps = 0, outputs = 0;
};

/// Part of `program::function_nodes` that is one scalar function.
struct function_entry {
  int first = 0, count = 0, inputs = 0, output_count = 0;
  int outputs[4]{};
};

template <program_sizes Sizes>
struct program {
  static constexpr program_sizes sizes = Sizes;
  static constexpr int at_least_one(int n) { return n > 0 ? n : 1; }

  node nodes[at_least_one(Sizes.nodes)]{};
  place places[at_least_one(Sizes.nodes)]{};
  function_entry functions[at_least_one(Sizes.functions)]{};
  expr::scalar_node function_nodes[at_least_one(Sizes.function_nodes)]{};
  scope_entry scopes[at_least_one(Sizes.scopes)]{};
  variable_entry variables[at_least_one(Sizes.variables)]{};
  named_node end_points[at_least_one(Sizes.end_points)]{};
  named_node losses[at_least_one(Sizes.losses)]{};
  int order[at_least_one(Sizes.steps)]{};
  int outputs[at_least_one(Sizes.outputs)]{};
  int inputs = 0, scalars = 0, loss_count = 0;
  long example_elements = 0, fixed_elements = 0, example_bound = 0, fixed_bound = 0, parameter_elements = 0;
  violation error{};
};

struct compilation {
  graph g;
  memory_plan plan;
};

constexpr program_sizes sizes_of(const compilation& c) {
  program_sizes s;
  s.nodes = c.g.nodes.size();
  s.functions = c.g.functions.size();
  for (const expr::scalar_function& f : c.g.functions) s.function_nodes += f.nodes.size();
  s.scopes = c.g.scopes.size();
  s.variables = c.g.variables.size();
  s.end_points = c.g.end_points.size();
  s.losses = c.g.losses.size() + c.g.regularization_losses.size();
  s.steps = c.plan.order.size();
  s.outputs = c.g.outputs.size();
  return s;
}

template <program_sizes Sizes>
constexpr program<Sizes> freeze(const compilation& c) {
  program<Sizes> p;
  for (int i = 0; i < Sizes.nodes; ++i) {
    p.nodes[i] = c.g.nodes[i];
    if (i < c.plan.places.size()) p.places[i] = c.plan.places[i];
  }
  int next = 0;
  for (int i = 0; i < Sizes.functions; ++i) {
    const expr::scalar_function& f = c.g.functions[i];
    function_entry& entry = p.functions[i];
    entry = {next, f.nodes.size(), f.inputs, f.output_count, {}};
    for (int o = 0; o < f.output_count; ++o) entry.outputs[o] = f.outputs[o];
    for (const expr::scalar_node& n : f.nodes) p.function_nodes[next++] = n;
  }
  for (int i = 0; i < Sizes.scopes; ++i) p.scopes[i] = c.g.scopes[i];
  for (int i = 0; i < Sizes.variables; ++i) {
    p.variables[i] = c.g.variables[i];
    p.parameter_elements += aligned(p.variables[i].extent.size());
  }
  for (int i = 0; i < Sizes.end_points; ++i) p.end_points[i] = c.g.end_points[i];
  p.loss_count = c.g.losses.size();
  for (int i = 0; i < p.loss_count; ++i) p.losses[i] = c.g.losses[i];
  for (int i = p.loss_count; i < Sizes.losses; ++i) p.losses[i] = c.g.regularization_losses[i - p.loss_count];
  for (int i = 0; i < Sizes.steps; ++i) p.order[i] = c.plan.order[i];
  for (int i = 0; i < Sizes.outputs; ++i) p.outputs[i] = c.g.outputs[i];
  p.inputs = c.g.inputs;
  p.scalars = c.g.scalars;
  p.example_elements = c.plan.example_elements;
  p.fixed_elements = c.plan.fixed_elements;
  p.example_bound = c.plan.example_bound;
  p.fixed_bound = c.plan.fixed_bound;
  p.error = c.g.error;
  return p;
}

/// The loop of an element-wise computation: rows × width, where columns repeat every `width` elements.
struct loop_shape {
  domain over{};
  long width = 1;             // elements of a row
  long rows_per_example = 1;  // rows in one example (or in all, when not batched)
};

/// Domain of the values that function `operands` of node `i` run over.
template <class Program>
constexpr loop_shape loop_of(const Program& p, const node& n, bool epilogue) {
  loop_shape loop;
  const int first = epilogue ? n.body() : 0;
  if (n.kind == op::reduce)
    loop.over = joint_domain(p, n.operands, n.operand_count);
  else if (n.kind == op::update)
    loop.over = domain_of(p.nodes[n.operands[0]]);
  else
    loop.over = domain_of(n);
  const long size = loop.over.extent.size();
  long column = 0;
  for (int k = first; k < n.operand_count; ++k) {
    const node& operand = p.nodes[n.operands[k]];
    if (access_of(operand, loop.over).how == expr::access::column) column = operand.extent.size();
  }
  if (n.kind == op::reduce && !n.batched && n.extent.size() > 1) column = n.extent.size();
  const function_entry& f = p.functions[epilogue ? n.epilogue : n.function];
  for (int i = f.first; i < f.first + f.count; ++i)
    if (p.function_nodes[i].op == expr::scalar_op::position) column = loop.over.extent.channels();
  if (epilogue && column == 0) column = loop.over.extent.channels();
  loop.width = column > 0 ? column : size;
  loop.rows_per_example = size / loop.width;
  return loop;
}

/// The function (or epilogue) of node `Index` as template argument of its loop.
template <const auto& Program, int Index, bool Epilogue>
constexpr auto code_of() {
  constexpr const node& n = Program.nodes[Index];
  constexpr const function_entry& f = Program.functions[Epilogue ? n.epilogue : n.function];
  constexpr int first = Epilogue ? n.body() : 0;
  constexpr int inputs = n.operand_count - first + (Epilogue ? 1 : 0);
  constexpr domain over = loop_of(Program, n, Epilogue).over;
  expr::access accesses[inputs > 0 ? inputs : 1]{};
  for (int k = first; k < n.operand_count; ++k)
    accesses[k - first + (Epilogue ? 1 : 0)] = access_of(Program.nodes[n.operands[k]], over).how;
  return expr::encode<f.count, inputs, f.output_count>(Program.function_nodes + f.first, accesses, f.outputs);
}

}  // namespace slim::graph
