#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/batch_loss.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct batch_loss_attributes {
  kernel::batch_loss_kind kind = kernel::batch_loss_kind::triplet_semihard;
  double margin = 1;
  bool by_b = false;  // of gradients: by the second embedding
};

namespace detail {

/// Operands: labels, embeddings, and for npairs embeddings again.
constexpr int embeddings_of(node_view n) { return n.self.attributes.as<batch_loss_attributes>().kind == kernel::batch_loss_kind::npairs ? 2 : 1; }
constexpr bool is_batch_loss(node_view n) {
  if (n.self.operand_count < 1 + embeddings_of(n)) return false;
  for (int k = 0; k < 1 + embeddings_of(n); ++k)
    if (!n.operand(k).batched) return false;
  return embeddings_of(n) == 1 ? n.extent(0).size() == 1 : n.extent(1).size() == n.extent(2).size();
}
constexpr double batch_loss_work(node_view n) { return 3 * static_cast<double>(n.extent(1).size()); }

template <class T>
kernel::batch_loss_operands<T> batch_loss_operands(const invocation<T>& r) {
  const auto with = r.node().attributes.template as<batch_loss_attributes>();
  return {with.kind,
          static_cast<T>(with.margin),
          r.batch(),
          r.extent(0).size(),
          r.extent(1).size(),
          r.in(0),
          r.in(1),
          embeddings_of(r.view()) == 2 ? r.in(2) : nullptr};
}

}  // namespace detail

/// Operands: those of the loss, dy.
struct batch_loss_gradient : operation<"batch_loss_gradient", batch_loss_attributes> {
  static constexpr const char* fault(node_view n) {
    const int count = 1 + detail::embeddings_of(n);
    return detail::is_batch_loss(n) && n.self.operand_count == count + 1 && n.self.batched && n.extent() == n.extent(1 + attributes_of(n.self).by_b) &&
                   n.extent(count).size() == 1
               ? nullptr
               : "the gradient of a loss between examples of operands that do not fit";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return 2 * detail::batch_loss_work(n); }
  template <class T>
  static constexpr long workspace(node_view, const largest_run& most) {
    return kernel::batch_loss_workspace(most.capacity);
  }
  template <class T>
  static void run(const invocation<T>& r) {
    kernel::batch_loss_gradient<T>(detail::batch_loss_operands(r), attributes_of(r.node()).by_b, *r.in(1 + detail::embeddings_of(r.view())), r.out(),
                                   r.workspace(), r.threads());
  }
};

/// One number for a batch, of what lies between its examples. No gradient flows to labels.
struct batch_loss : operation<"batch_loss", batch_loss_attributes> {
  static constexpr int add(graph::graph& g, kernel::batch_loss_kind of, double margin, int labels, int a, int b, int scope) {
    node n;
    n.kind = kind, n.attributes = attributes{of, margin};
    for (const int operand : {labels, a, b})
      if (operand >= 0) n.operands[n.operand_count++] = batched(g, operand, scope);
    return add_node(g, n, scope);
  }
  static constexpr const char* fault(node_view n) {
    return detail::is_batch_loss(n) && n.self.operand_count == 1 + detail::embeddings_of(n) && !n.self.batched && n.extent().size() == 1
               ? nullptr
               : "a loss between examples of operands that do not fit";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    attributes with = attributes_of(n);
    for (int k = 1; k < n.operand_count; ++k) {
      if (!to.flows_to(n, k)) continue;
      node gradient = n;
      with.by_b = k == 2;
      gradient.kind = batch_loss_gradient::kind, gradient.attributes = with, gradient.batched = true, gradient.extent = to.g.nodes[n.operands[k]].extent;
      gradient.operands[gradient.operand_count++] = dy;
      to.accumulate(n.operands[k], add_node(to.g, gradient, n.scope));
    }
  }
  static constexpr double work(node_view n) { return detail::batch_loss_work(n); }
  template <class T>
  static constexpr long workspace(node_view, const largest_run& most) {
    return kernel::batch_loss_workspace(most.capacity);
  }
  template <class T>
  static void run(const invocation<T>& r) {
    *r.out() = kernel::batch_loss<T>(detail::batch_loss_operands(r), r.workspace(), r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
