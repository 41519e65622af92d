#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/max_pool.hpp"
#include "slim/op/operation.hpp"
#include "slim/op/window.hpp"

namespace slim::op {

/// The gradient of each window goes to the cell that its maximum came from. Operands: the cells, result 1 of the pool, and dy.
struct max_pool_gradient : operation<"max_pool_gradient", window_attributes, stores::functions> {
  static constexpr const char* fault(node_view n) {
    if (n.self.body() != 2 || !(n.extent(0) == n.extent(1))) return "the gradient of a pool with operands that do not fit";
    return window_fault(n.extent(), n.extent(1), attributes_of(n.self).window);
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent(1).size()) * cells(attributes_of(n.self).window); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::max_pool_gradient<T>(kernel::pool_geometry_of(r.extent(), r.extent(1), attributes_of(r.node()).window), r.batch(), r.in(0), r.in(1), r.out(),
                                 e.call, r.threads());
  }
};

/// The maximum of each window, [h, w, c] → [h', w', c]; cells outside the image do not count. Where there is a gradient there is a second result of
/// the same shape: which of its window's real cells each maximum came from, counted row by row, −1 where it is not a number. So the gradient need not read x.
struct max_pool : operation<"max_pool", window_attributes, stores::functions> {
  static constexpr int add(graph::graph& g, int x, const window& placed, const slim::shape& result, int scope) {
    return add_operation(g, kind, {true, result}, {batched(g, x, scope)}, scope, attributes{placed});
  }
  static constexpr const char* fault(node_view n) {
    if (n.self.body() != 1 || n.extent(0).channels() != n.extent().channels()) return "a pool changes the channels";
    return window_fault(n.extent(0), n.extent(), attributes_of(n.self).window);
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    if (!to.flows_to(n, 0)) return;
    to.g.nodes[y].results = 2;
    to.derive(n, 0, max_pool_gradient::kind, {graph::result_of(to.g, y, 1, n.scope), dy});
  }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent().size()) * cells(attributes_of(n.self).window); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    const auto geometry = kernel::pool_geometry_of(r.extent(0), r.extent(), attributes_of(r.node()).window);
    if (r.node().results == 1) kernel::max_pool<T>(geometry, r.batch(), r.in(0), r.out(), e.call, r.threads());
    else kernel::max_pool_with_cells<T>(geometry, r.batch(), r.in(0), r.out(), r.out(1), e.call, r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
