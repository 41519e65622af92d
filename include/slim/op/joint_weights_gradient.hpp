#pragma once
#include "slim/core/begin.hpp"
// The gradient of a matrix over the examples of several processes, where each example gives one row: xᵀ · dy. What travels is the rows x and dy, which are far
// fewer numbers than the gradient ("sufficient factors", Xie et al. 2014, Zhang et al. 2017); each process makes the whole gradient of them, and updates the
// matrix by it piece by piece. With too many examples sums travel instead, as those of other gradients do.

#include "slim/op/all_reduce.hpp"
#include "slim/op/convolution.hpp"

namespace slim::op {

/// Smaller matrices are summed; so are those that have fewer elements than so many rows of both factors.
inline constexpr long least_joint_elements = 1 << 17, least_joint_rows = 64;

namespace detail {
/// Whether the operands of `n` are one row each of every example, and its result is as large as their product.
constexpr bool multiplies_rows(node_view n) {
  return n.self.operand_count == 2 && !n.self.batched && n.operand(0).batched && n.operand(1).batched && n.extent(1).size() == n.extent().channels() &&
         n.extent(0).size() * n.extent(1).size() == n.extent().size();
}
}  // namespace detail

/// Whether `n` is a gradient that can be made jointly, and is worth it: of a layer that is one matrix product with one row for each example.
constexpr bool can_be_joint(node_view n) {
  const bool product = n.self.kind == matmul_weights_gradient::kind ||
                       (n.self.kind == convolution_weights_gradient::kind && convolution_weights_gradient::choose(n, true) == graph::algorithm::product);
  if (!product || !detail::multiplies_rows(n)) return false;
  const long elements = n.extent().size(), of_rows = n.extent(0).size() + n.extent(1).size();
  return elements >= least_joint_elements && elements >= least_joint_rows * of_rows;
}

/// Hands over the rows of this process or, where the exchange takes none, their product. Operands: x, dy. Like all_reduce_start it runs as soon as it can.
struct joint_weights_gradient_start : operation<"joint_weights_gradient_start"> {
  static constexpr int add(graph::graph& g, int gradient) {
    const node n = g.nodes[gradient];
    return add_operation(g, kind, {false, n.extent}, {n.operands[0], n.operands[1]}, n.scope);
  }
  static constexpr const char* fault(node_view n) { return detail::multiplies_rows(n) ? nullptr : "a joint gradient of what is not one row of each example"; }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    const long inner = r.extent(0).size(), columns = r.extent(1).size(), end = r.state.places[r.at.node].offset + graph::aligned(r.extent().size());
    exchange* const together = r.state.together;
    const exchange::rows rows = together != nullptr ? together->rows_of(end) : exchange::rows{};
    if (T* const x = static_cast<T*>(rows.memory)) {
      std::memcpy(x + rows.own * inner, r.in(0), sizeof(T) * static_cast<std::size_t>(r.batch() * inner));
      std::memcpy(x + rows.count * inner + rows.own * columns, r.in(1), sizeof(T) * static_cast<std::size_t>(r.batch() * columns));
    } else {
      detail::product_weights_gradient(r, r.batch(), inner, columns, r.in(0), r.in(1));
    }
    if (together != nullptr) together->start(end);
  }
};

/// The gradient, of what joint_weights_gradient_start has handed over. In the same memory, unless an update takes its place.
struct joint_weights_gradient : operation<"joint_weights_gradient"> {
  static constexpr int add(graph::graph& g, int started) {
    const node n = g.nodes[started];
    return add_operation(g, kind, {false, n.extent}, {started}, n.scope);
  }
  static constexpr const char* fault(node_view n) {
    return n.self.body() == 1 && n.operand(0).kind == joint_weights_gradient_start::kind && n.extent() == n.extent(0)
               ? nullptr
               : "a joint gradient that nothing has started";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return 2 * static_cast<double>(n.extent().size()); }
  static constexpr bool takes_updates(node_view) { return true; }
  template <class T>
  static void run(const invocation<T>& r) {
    exchange* const together = r.state.together;
    const long columns = r.channels(), inner = r.extent().size() / columns, end = r.state.places[r.node().operands[0]].offset + graph::aligned(inner * columns);
    if (together != nullptr) together->wait(end);
    const exchange::rows rows = together != nullptr ? together->rows_of(end) : exchange::rows{};
    if (const T* const x = static_cast<const T*>(rows.memory)) {
      detail::product_weights_gradient(r, rows.count, inner, columns, x, x + rows.count * inner);
    } else if (r.node().updates) {
      const auto e = r.epilogue();
      kernel::parallel_for(inner, 4.0 * static_cast<double>(columns), r.threads(), [&](long row) { e.update_row(r.in(0) + row * columns, row, 0, columns); });
    }
  }
};

/// What hands something over to other processes, and what waits for it.
constexpr bool starts_travel(graph::kind k) { return k == all_reduce_start::kind || k == joint_weights_gradient_start::kind; }
constexpr bool ends_travel(graph::kind k) { return k == all_reduce::kind || k == joint_weights_gradient::kind; }

}  // namespace slim::op

#include "slim/core/end.hpp"
