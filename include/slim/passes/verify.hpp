#pragma once
#include "slim/core/begin.hpp"
// The rules every graph obeys between passes: a pass that breaks one is caught where it happened.

#include "slim/op/list.hpp"
#include "slim/passes/plan.hpp"

namespace slim::graph {

/// The first fault of `g`, as text; null when there is none. Operands come before their readers, are alive, and fit.
constexpr const char* fault_of(const graph& g) {
  const node* const nodes = g.nodes.begin();
  const expr::scalar_function* const functions = g.functions.begin();
  const int function_count = g.functions.size();
  for (int i = 0, count = g.nodes.size(); i < count; ++i) {
    const node& n = nodes[i];
    if (n.dead) continue;
    if (n.operand_count < 0 || n.operand_count > node::max_operands) return "operand count out of range";
    for (int k = 0; k < n.operand_count; ++k) {
      if (n.operands[k] < 0 || n.operands[k] >= i) return "an operand does not precede its reader";
      if (nodes[n.operands[k]].dead) return "a dead node is read";
      if (nodes[n.operands[k]].type != n.type) return "an operand of another type";
    }
    if (is_function(n.kind) != (n.function >= 0)) return "function where none belongs, or none where one is needed";
    if (n.function >= function_count || n.epilogue >= function_count) return "function index out of range";
    if (n.function >= 0 && functions[n.function].inputs > n.operand_count) return "a function reads an operand that is not there";
    if (n.updates && n.epilogue < 0) return "an update without a function";
    if (n.body_operands > n.operand_count) return "epilogue operands without operands";
    if (n.kind == kind::update || n.updates)
      for (int o = 0, first = n.first_replaced(), outputs = functions[n.update_function()].output_count; o < outputs; ++o)
        if (const kind replaced = nodes[n.operands[first + o]].kind; replaced != kind::variable && replaced != kind::slot)
          return "an update replaces neither a variable nor a slot";
    if (n.epilogue >= 0) {
      if (functions[n.epilogue].inputs > n.operand_count - n.body() + 1) return "an epilogue reads an operand that is not there";
      const domain over = domain_of(n);
      for (int k = n.body(); k < n.operand_count; ++k)
        if (!access_of(nodes[n.operands[k]], over).fits) return "an epilogue operand does not fit";
    }
    for (int k = 0; k < n.operand_count; ++k)
      if (nodes[n.operands[k]].in_bands && (k > 0 || !(n.in_bands || op::convolution::reads_bands({nodes, n}))))
        return "what is made in bands is read by a step that does not make it";
    if (n.results > 1 && n.batched && n.kind != op::max_pool::kind && n.pool == 1) return "several results for each example";
    if (is_operation(n.kind)) {
      if (const char* const fault = op::description_of(n.kind).fault({nodes, n})) return fault;
    } else if (n.kind == kind::map) {
      const domain over = domain_of(n);
      for (int k = 0; k < n.operand_count; ++k)
        if (!access_of(nodes[n.operands[k]], over).fits) return "an element-wise operand does not fit";
    } else if (n.kind == kind::reduce) {
      const domain over = joint_domain(g, n.operands, n.operand_count);
      if (!access_of(n, over).fits) return "a sum has another shape than what is summed";
      if (same_loop(domain_of(n), over)) return "a sum of nothing but single elements";
      if (functions[n.function].output_count != n.results) return "a reduction has not one result for each output of its function";
    } else if (n.kind == kind::result) {
      if (n.index() >= nodes[n.operands[0]].results || !(nodes[n.operands[0]].extent == n.extent)) return "a result that its operation does not have";
    } else if (n.kind == kind::reshape) {
      if (nodes[n.operands[0]].extent.size() != n.extent.size()) return "a reshape changes the number of elements";
    }
  }
  return nullptr;
}

/// The same for a plan: every step and every operand of one, every output and what is kept has memory.
constexpr const char* fault_of(const graph& g, const memory_plan& plan) {
  const node* const nodes = g.nodes.begin();
  const place* const places = plan.places.begin();
  for (int step : plan.order) {
    const node& n = nodes[step];
    if (places[step].where == region::nowhere && !n.is_update() && !n.in_bands) return "a step has no memory for its result";
    for (int k = 0; k < n.operand_count; ++k)
      if (places[n.operands[k]].where == region::nowhere && !nodes[n.operands[k]].in_bands) return "an operand has no memory";
  }
  const auto readable = [&](int i) { return places[i].where == region::examples || places[i].where == region::fixed; };
  for (int output : g.outputs)
    if (!readable(output)) return "an output has no memory of its own";
  for (int i = 0, count = g.nodes.size(); i < count; ++i)
    if (nodes[i].kept && !nodes[i].dead && !readable(i)) return "a kept node has no memory of its own";
  return nullptr;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
