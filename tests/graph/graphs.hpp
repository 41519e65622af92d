#pragma once
// Small graphs written by hand, and questions about what a pass made of them.

#include "slim/passes/differentiate.hpp"
#include "slim/trace/tensor.hpp"

namespace graphs {

using slim::graph::kind;
using slim::graph::node;

/// A trace with constructors of leaves.
struct sketch {
  slim::tracer trace;
  int inputs = 0;

  constexpr slim::tensor input(const slim::shape& extent) { return {trace, slim::graph::add_leaf(trace.g, kind::input, true, extent, inputs++)}; }
  constexpr slim::tensor variable(const slim::shape& extent) {
    const int index = trace.g.variables.size();
    const int made = slim::graph::add_leaf(trace.g, kind::variable, false, extent, index);
    trace.g.variables.push({-1, "v", extent, {}, -1, true, made});
    return {trace, made};
  }
  constexpr slim::tensor convolution(const slim::tensor& x, const slim::tensor& weights, const slim::shape& output) {
    slim::window w;
    w.kernel = {weights.shape()[0], weights.shape()[1]}, w.stride = 1, w.rate = 1;
    w.pad_top = w.kernel.height / 2, w.pad_left = w.kernel.width / 2;
    return {trace, slim::op::convolution::add(trace.g, x.node, weights.node, w, output, -1)};
  }
  constexpr slim::tensor matmul(const slim::tensor& x, const slim::tensor& weights) {
    return {trace, slim::op::matmul::add(trace.g, x.node, weights.node, {weights.shape()[1]}, -1)};
  }
  /// Gradients of `loss` by all variables; index = node.
  constexpr slim::graph::list<int> gradients(const slim::tensor& loss) {
    slim::graph::list<char> wanted;
    wanted.resize(trace.g.nodes.size(), 0);
    for (const slim::graph::variable_entry& v : trace.g.variables) wanted[v.node] = 1;
    return slim::graph::gradients(trace.g, loss.node, wanted);
  }
  constexpr void output(const slim::tensor& x) { trace.g.outputs.push(x.node); }
};

/// Live nodes of one kind.
constexpr int count(const slim::graph::graph& g, kind of) {
  int n = 0;
  for (const node& one : g.nodes) n += !one.dead && one.kind == of ? 1 : 0;
  return n;
}
/// Live nodes that do work.
constexpr int work(const slim::graph::graph& g) {
  int n = 0;
  for (const node& one : g.nodes) n += !one.dead && !slim::graph::is_leaf(one.kind) && !slim::graph::is_view(one.kind) ? 1 : 0;
  return n;
}
constexpr int live(const slim::graph::graph& g) {
  int n = 0;
  for (const node& one : g.nodes) n += one.dead ? 0 : 1;
  return n;
}

}  // namespace graphs
