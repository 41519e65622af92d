#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/softmax.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

/// (softmax(logits) − labels) · dy in each row, for labels that sum to one. Operands: logits, labels, dy.
struct softmax_cross_entropy_gradient : operation<"softmax_cross_entropy_gradient"> {
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 3 && n.extent(0).size() == n.extent().size() && n.extent(1).size() == n.extent().size() &&
                   n.extent(2).size() == n.extent().size() / n.extent().channels()
               ? nullptr
               : "the gradient of a cross entropy with operands that do not fit";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return 4 * static_cast<double>(n.extent().size()); }
  static constexpr unsigned variants(node_view n) { return kernel::row_lengths(n.extent().channels()); }
  template <class T, unsigned Variants>
  static void run(const invocation<T>& r) {
    kernel::softmax_cross_entropy_gradient<T, Variants>(r.rows(), r.channels(), r.in(0), r.in(1), r.in(2), r.out(), r.threads());
  }
};

/// −Σ labels · log softmax(logits) over the last extent: [..., classes] twice → [...]. No gradient flows to labels.
struct softmax_cross_entropy : operation<"softmax_cross_entropy"> {
  static constexpr int add(graph::graph& g, int logits, int labels, const slim::shape& result, int scope) {
    return add_operation(g, kind, {true, result}, {batched(g, logits, scope), broadcast(g, labels, {true, g.nodes[logits].extent}, scope)}, scope);
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 2 && n.extent(0).size() == n.extent(1).size() && n.extent().size() == n.extent(0).size() / n.extent(0).channels()
               ? nullptr
               : "a cross entropy with operands that do not fit";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 0, softmax_cross_entropy_gradient::kind, {n.operands[0], n.operands[1], dy});
  }
  static constexpr double work(node_view n) { return 4 * static_cast<double>(n.extent(0).size()); }
  static constexpr unsigned variants(node_view n) { return kernel::row_lengths(n.extent(0).channels()); }
  template <class T, unsigned Variants>
  static void run(const invocation<T>& r) {
    kernel::softmax_cross_entropy<T, Variants>(r.rows(r.operand(0)), r.extent(0).channels(), r.in(0), r.in(1), r.out(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
