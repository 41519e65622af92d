#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/average_pool.hpp"
#include "slim/op/max_pool.hpp"

namespace slim::op {

/// The gradient of each window in equal parts to its cells. Operand: dy.
struct average_pool_gradient : operation<"average_pool_gradient", window_attributes, stores::functions> {
  static constexpr const char* fault(node_view n) {
    if (n.self.body() != 1 || n.extent(0).channels() != n.extent().channels()) return "the gradient of a pool changes the channels";
    return window_fault(n.extent(), n.extent(0), attributes_of(n.self).window);
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent(0).size()) * cells(attributes_of(n.self).window); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::average_pool_gradient<T>(kernel::pool_geometry_of(r.extent(), r.extent(0), attributes_of(r.node()).window), r.batch(), r.in(0), r.out(), e.call,
                                     r.threads());
  }
};

/// The mean of each window, [h, w, c] → [h', w', c]; cells outside the image do not count.
struct average_pool : operation<"average_pool", window_attributes, stores::functions> {
  static constexpr int add(graph::graph& g, int x, const window& placed, const slim::shape& result, int scope) {
    return add_operation(g, kind, {true, result}, {batched(g, x, scope)}, scope, attributes{placed});
  }
  static constexpr const char* fault(node_view n) { return max_pool::fault(n); }
  static constexpr void pull_back(adjoints& to, int y, int dy) { to.derive(node(to.g.nodes[y]), 0, average_pool_gradient::kind, {dy}); }
  static constexpr double work(node_view n) { return max_pool::work(n); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::average_pool<T>(kernel::pool_geometry_of(r.extent(0), r.extent(), attributes_of(r.node()).window), r.batch(), r.in(0), r.out(), e.call,
                            r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
