#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/local_response_normalization.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct response_normalization_attributes {
  int depth_radius = 5;
  double bias = 1, alpha = 1, beta = 0.5;

  constexpr operator kernel::response_normalization() const { return {depth_radius, bias, alpha, beta}; }
};

/// Operands: x, dy.
struct local_response_normalization_gradient : operation<"local_response_normalization_gradient", response_normalization_attributes> {
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 2 && n.extent(0) == n.extent() && n.extent(1) == n.extent()
               ? nullptr
               : "the gradient of a normalization with operands that do not fit";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent().size()) * (4 * attributes_of(n.self).depth_radius + 6); }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::local_response_normalization_gradient<T>(attributes_of(r.node()), r.rows(), r.channels(), r.in(0), r.in(1), r.out(), r.threads());
  }
};

/// y = x / (bias + alpha·Σ x_j²)^beta over the channels j within `depth_radius`.
struct local_response_normalization : operation<"local_response_normalization", response_normalization_attributes> {
  static constexpr int add(graph::graph& g, int x, const attributes& with, int scope) {
    return add_operation(g, kind, domain_of(g.nodes[x]), {x}, scope, with);
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 1 && n.extent(0) == n.extent() ? nullptr : "a normalization changes the shape";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 0, local_response_normalization_gradient::kind, {n.operands[0], dy});
  }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent().size()) * (4 * attributes_of(n.self).depth_radius + 6); }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::local_response_normalization<T>(attributes_of(r.node()), r.rows(), r.channels(), r.in(0), r.out(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
