#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/softmax.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

namespace detail {
/// What rules of operations on rows share: each operand has the shape of the result.
constexpr const char* rows_fault(node_view n, int operands) {
  if (n.self.operand_count != operands) return "an operation on rows with another number of operands";
  for (int k = 0; k < operands; ++k)
    if (n.extent(k).size() != n.extent().size() || n.operand(k).batched != n.self.batched) return "an operation on rows with an operand of another shape";
  return nullptr;
}
}  // namespace detail

/// dx = y · (dy − Σ dy·y), sums over the last extent. Operands: y, dy.
struct softmax_gradient : operation<"softmax_gradient"> {
  static constexpr const char* fault(node_view n) { return detail::rows_fault(n, 2); }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return 4 * static_cast<double>(n.extent().size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::softmax_gradient<T>(r.rows(), r.channels(), r.in(0), r.in(1), r.out(), r.threads());
  }
};

/// exp(x) / Σ exp(x), sums over the last extent.
struct softmax : operation<"softmax"> {
  static constexpr int add(graph::graph& g, int x, int scope) { return add_operation(g, kind, domain_of(g.nodes[x]), {x}, scope); }
  static constexpr const char* fault(node_view n) { return detail::rows_fault(n, 1); }
  static constexpr void pull_back(adjoints& to, int y, int dy) { to.derive(node(to.g.nodes[y]), 0, softmax_gradient::kind, {y, dy}); }
  static constexpr double work(node_view n) { return 4 * static_cast<double>(n.extent().size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::softmax<T>(r.rows(), r.channels(), r.in(0), r.out(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
