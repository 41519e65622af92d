#pragma once
#include "slim/core/begin.hpp"
// Update operations of one's own: what a training step writes besides the weights. TF-Slim sections 6.2 (update_ops) and 10.

#include "slim/trace/tensor.hpp"

namespace slim {

/// The mean of `x` over the examples of the batch, of the shape of one example.
constexpr tensor mean_over_batch(const tensor& x) {
  tracer& trace = *x.trace;
  if (!trace.g.nodes[x.node].batched) return x;
  const int nodes[] = {x.node};
  expr::scalar_function same;
  same.add_output(same.add_input(0));
  const tensor total(trace, graph::reduce(trace.g, same, nodes, 1, {false, x.shape()}, trace.scope));
  return total / tensor(trace, graph::batch_size(trace.g));
}

/// Each training step leaves `value` in `target`, a variable that is not trained; all that reads it in the step reads what was there before, so
/// that the order of calls does not matter; it may be assigned once. `value` has the variable's shape and no batch: mean_over_batch and sum take it away.
/// Inference and evaluation change nothing. No gradient flows.
constexpr void assign(const tensor& target, const tensor& value) {
  tracer& trace = *target.trace;
  const graph::node& kept = trace.g.nodes[target.node];
  if (kept.kind != graph::kind::variable || trace.g.variables[kept.index()].trainable) return trace.fail(graph::rule::assigned_is_trained);
  const int from = value.in(trace);
  if (trace.g.nodes[from].batched) return trace.fail(graph::rule::assigned_has_batch, trace.g.nodes[from].extent, target.shape());
  if (trace.g.nodes[from].extent.size() != 1 && !(trace.g.nodes[from].extent == target.shape()))
    return trace.fail(graph::rule::shape_mismatch, trace.g.nodes[from].extent, target.shape());
  for (const graph::node& other : trace.g.nodes)
    if (other.kind == graph::kind::update && other.operands[0] == target.node)
      return trace.fail(graph::rule::assigned_twice, {}, {}, trace.g.variables[kept.index()].name);
  graph::node n;
  n.kind = graph::kind::update, n.extent = target.shape();
  n.operand_count = 2, n.operands[0] = target.node, n.operands[1] = from;
  n.function = recorded<2>(trace.g, [](auto, auto next) { return next; });
  graph::add_node(trace.g, n, trace.scope);
}

/// target ← target · kept + value · (1 − kept), after each training step: `kept` is what others call decay.
constexpr void assign_moving_average(const tensor& target, const tensor& value, double kept) { assign(target, target * kept + value * (1 - kept)); }

}  // namespace slim

#include "slim/core/end.hpp"
