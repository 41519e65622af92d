#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/depthwise_convolution.hpp"
#include "slim/op/operation.hpp"
#include "slim/op/window.hpp"

namespace slim::op {

namespace detail {
constexpr const char* depthwise_fault(node_view n, const slim::shape& in, const slim::shape& out, const slim::shape& weights) {
  const window w = n.self.attributes.as<window_attributes>().window;
  if (n.self.body() != 2 || weights.rank != 4 || !(extent2(weights[0], weights[1]) == w.kernel) || weights[2] != in.channels() ||
      weights[2] * weights[3] != out.channels())
    return "a depthwise convolution with weights that do not fit";
  return window_fault(in, out, w);
}
constexpr double depthwise_work(node_view n, const slim::shape& out) {
  return 2 * static_cast<double>(out.size()) * cells(n.self.attributes.as<window_attributes>().window);
}
}  // namespace detail

/// Operands: x, dy.
struct depthwise_convolution_weights_gradient : operation<"depthwise_convolution_weights_gradient", window_attributes> {
  static constexpr const char* fault(node_view n) { return detail::depthwise_fault(n, n.extent(0), n.extent(1), n.extent()); }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return detail::depthwise_work(n, n.extent(1)); }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::depthwise_convolution_weights_gradient<T>(kernel::convolution_geometry_of(r.extent(0), r.extent(1), attributes_of(r.node()).window), r.batch(),
                                                      r.in(0), r.in(1), r.out(), r.threads());
  }
};

/// Operands: dy, weights.
struct depthwise_convolution_data_gradient : operation<"depthwise_convolution_data_gradient", window_attributes, stores::functions> {
  static constexpr const char* fault(node_view n) { return detail::depthwise_fault(n, n.extent(), n.extent(0), n.extent(1)); }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return detail::depthwise_work(n, n.extent(0)); }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::depthwise_convolution_data_gradient<T>(kernel::convolution_geometry_of(r.extent(), r.extent(0), attributes_of(r.node()).window), r.batch(), r.in(0),
                                                   r.in(1), r.out(), e.call, r.threads());
  }
};

/// A convolution of each channel with windows of its own, [h, w, c] and [kh, kw, c, multiplier] → [h', w', c · multiplier]: the results of a channel
/// lie side by side.
struct depthwise_convolution : operation<"depthwise_convolution", window_attributes, stores::functions> {
  static constexpr int add(graph::graph& g, int x, int weights, const window& placed, const slim::shape& result, int scope) {
    return add_operation(g, kind, {true, result}, {batched(g, x, scope), weights}, scope, attributes{placed});
  }
  static constexpr const char* fault(node_view n) { return detail::depthwise_fault(n, n.extent(0), n.extent(), n.extent(1)); }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 1, depthwise_convolution_weights_gradient::kind, {n.operands[0], dy});
    to.derive(n, 0, depthwise_convolution_data_gradient::kind, {dy, n.operands[1]});
  }
  static constexpr double work(node_view n) { return detail::depthwise_work(n, n.extent()); }
  SLIM_ALWAYS_INLINE static constexpr kernel::convolution_geometry geometry(node_view n) {
    return kernel::convolution_geometry_of(n.extent(0), n.extent(), attributes_of(n.self).window);
  }
  template <class T>
  static void run(const invocation<T>& r) {
    const auto e = r.epilogue();
    kernel::depthwise_convolution<T>(geometry(r.view()), r.batch(), r.in(0), r.in(1), r.out(), e.call, r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
