#pragma once
#include "slim/core/begin.hpp"
// The rules every graph obeys between passes: a pass that breaks one is caught where it happened.

#include "slim/op/list.hpp"
#include "slim/passes/plan.hpp"

namespace slim::graph {

/// The first fault of `g`, as text; null when there is none. Operands come before their readers, are alive, and fit.
constexpr const char* fault_of(const graph& g) {
  for (int i = 0; i < g.nodes.size(); ++i) {
    const node& n = g.nodes[i];
    if (n.dead) continue;
    if (n.operand_count < 0 || n.operand_count > node::max_operands) return "operand count out of range";
    if (n.body() > n.operand_count) return "epilogue operands without operands";
    for (int k = 0; k < n.operand_count; ++k) {
      if (n.operands[k] < 0 || n.operands[k] >= i) return "an operand does not precede its reader";
      if (g.nodes[n.operands[k]].dead) return "a dead node is read";
    }
    const bool function = is_function(n.kind);
    if (function != (n.function >= 0)) return "function where none belongs, or none where one is needed";
    if (n.function >= g.functions.size() || n.epilogue >= g.functions.size()) return "function index out of range";
    if (function && g.functions[n.function].inputs > n.operand_count) return "a function reads an operand that is not there";
    if (n.updates && n.epilogue < 0) return "an update without a function";
    if (n.is_update())
      for (int o = 0; o < g.functions[n.update_function()].output_count; ++o)
        if (const kind replaced = g.nodes[n.operands[n.first_replaced() + o]].kind; replaced != kind::variable && replaced != kind::slot) return "an update replaces neither a variable nor a slot";
    if (n.epilogue >= 0 && g.functions[n.epilogue].inputs > n.operand_count - n.body() + 1) return "an epilogue reads an operand that is not there";
    if (n.kind == kind::map)
      for (int k = 0; k < n.operand_count; ++k)
        if (!access_of(g.nodes[n.operands[k]], domain_of(n)).fits) return "an element-wise operand does not fit";
    if (n.epilogue >= 0)
      for (int k = n.body(); k < n.operand_count; ++k)
        if (!access_of(g.nodes[n.operands[k]], domain_of(n)).fits) return "an epilogue operand does not fit";
    if (n.kind == kind::reduce && !access_of(n, joint_domain(g, n.operands, n.operand_count)).fits) return "a sum has another shape than what is summed";
    if (n.results > 1 && n.batched) return "several results for each example";
    if (n.kind == kind::reduce && g.functions[n.function].output_count != n.results) return "a reduction has not one result for each output of its function";
    if (n.kind == kind::result && (n.index() >= g.nodes[n.operands[0]].results || !(g.nodes[n.operands[0]].extent == n.extent))) return "a result that its operation does not have";
    if (is_operation(n.kind))
      if (const char* const fault = op::description_of(n.kind).fault({g.nodes.begin(), n})) return fault;
    if (n.kind == kind::reshape && g.nodes[n.operands[0]].extent.size() != n.extent.size()) return "a reshape changes the number of elements";
  }
  return nullptr;
}

/// The same for a plan: every step and every operand of one, every output and what is kept has memory.
constexpr const char* fault_of(const graph& g, const memory_plan& plan) {
  const auto stored = [&](int i) { return plan.places[i].where != region::nowhere; };
  for (int step : plan.order) {
    const node& n = g.nodes[step];
    if (!n.is_update() && !stored(step)) return "a step has no memory for its result";
    for (int k = 0; k < n.operand_count; ++k)
      if (!stored(n.operands[k])) return "an operand has no memory";
  }
  const auto readable = [&](int i) { return plan.places[i].where == region::examples || plan.places[i].where == region::fixed; };
  for (int output : g.outputs)
    if (!readable(output)) return "an output has no memory of its own";
  for (int i = 0; i < g.nodes.size(); ++i)
    if (g.nodes[i].kept && !g.nodes[i].dead && !readable(i)) return "a kept node has no memory of its own";
  return nullptr;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
