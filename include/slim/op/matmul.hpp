#pragma once
#include "slim/core/begin.hpp"

#include "slim/kernel/matmul.hpp"
#include "slim/kernel/matmul_weights_gradient.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

namespace detail {

/// What is wrong with a product of rows `a` and matrix `b` to rows `c`; null: nothing.
constexpr const char* product_fault(node_view n, const slim::shape& a, const slim::shape& b, const slim::shape& c) {
  if (n.self.body() != 2 || b.rank != 2) return "a product of other operands than rows and a matrix";
  return a.channels() == b[0] && c.channels() == b[1] && a.size() / b[0] == c.size() / b[1] ? nullptr : "a product of shapes that do not fit";
}

/// dweights = aᵀ · dc, or the update that takes the place of storing it.
template <class T>
void product_weights_gradient(const invocation<T>& r, long rows, long inner, long columns, const T* a, const T* dc) {
  if (!r.node().updates) return kernel::matmul_weights_gradient<T>(rows, inner, columns, a, dc, r.out(), r.threads());
  const auto e = r.epilogue();
  kernel::matmul_weights_gradient_in_pieces<T>(
      rows, inner, columns, a, dc, r.threads(), [&](long row, long column, long count) { e.prefetch_row(row, column, column + count); },
      [&](const T* piece, long distance, long row, long last_row, long column, long last_column) {
        for (; row < last_row; ++row, piece += distance) e.update_row(piece, row, column, last_column);
      });
}

/// Elements of a matrix that is packed ahead for a few rows, at most: a second copy of a larger one, which is limited by memory, gains little.
inline constexpr long packed_for_few_rows = 1 << 22;

/// Rows of a product by operand 1 when there are as many examples as there is room for.
template <class T>
long most_rows(const invocation<T>& r) {
  return r.state.capacity * (r.extent().size() / r.channels());
}

/// Packs operand 1 for products with several rows; 0 elements when there are few.
template <class T>
long pack_weights(const invocation<T>& r, T* ahead) {
  const long columns = r.channels(), inner = r.extent(1).size() / columns, rows = most_rows(r);
  const bool few = kernel::serves_few_rows<T>(rows, inner) && inner * columns <= packed_for_few_rows;
  if (rows <= (few ? kernel::few_rows_ahead : kernel::few_rows)) return 0;
  if (ahead != nullptr) kernel::pack_matrix<T>(rows, inner, columns, r.in(1), ahead, r.threads());
  return kernel::packed_matrix_elements<T>(inner, columns);
}

/// The product of operand 0, as so many rows, by operand 1, then the epilogue.
template <class T>
void product(const invocation<T>& r, long rows, long inner, long columns) {
  const auto e = r.epilogue();
  kernel::matmul<T>(rows, inner, columns, r.in(0), r.in(1), {r.prepared(), most_rows(r)}, r.out(), e.call, r.threads());
}

}  // namespace detail

/// xᵀ · dy over all rows. Operands: x, dy.
struct matmul_weights_gradient : operation<"matmul_weights_gradient"> {
  static constexpr const char* fault(node_view n) { return detail::product_fault(n, n.extent(0), n.extent(), n.extent(1)); }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return 2 * static_cast<double>(n.extent().size()) * static_cast<double>(n.extent(0).size() / n.extent()[0]); }
  static constexpr graph::algorithm choose(node_view, bool) { return graph::algorithm::product; }
  static constexpr bool takes_updates(node_view n) { return n.extent(1).size() == n.extent().channels(); }
  template <class T>
  static void run(const invocation<T>& r) {
    const long inner = r.extent()[0];
    detail::product_weights_gradient(r, r.batch() * (r.extent(0).size() / inner), inner, r.extent()[1], r.in(0), r.in(1));
  }
};

/// dy · weightsᵀ. Operands: dy, weights.
struct matmul_data_gradient : operation<"matmul_data_gradient", no_attributes, stores::functions> {
  static constexpr const char* fault(node_view n) { return detail::product_fault(n, n.extent(), n.extent(1), n.extent(0)); }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return 2 * static_cast<double>(n.extent().size()) * n.extent(1)[1]; }
  static constexpr graph::algorithm choose(node_view, bool) { return graph::algorithm::product; }
  template <class T>
  static void run(const invocation<T>& r) {
    const long inner = r.extent(1)[0], columns = r.extent(1)[1];
    const auto e = r.epilogue();
    kernel::matmul_data_gradient<T>(r.batch() * (r.extent().size() / inner), inner, columns, r.in(0), r.in(1), r.out(), e.call, r.threads());
  }
};

/// Rows by a matrix, over the last extent: [..., in] and [in, out] → [..., out].
struct matmul : operation<"matmul", no_attributes, stores::functions> {
  static constexpr int add(graph::graph& g, int x, int weights, const slim::shape& result, int scope) {
    return add_operation(g, kind, {true, result}, {batched(g, x, scope), weights}, scope);
  }
  static constexpr const char* fault(node_view n) { return detail::product_fault(n, n.extent(0), n.extent(1), n.extent()); }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 1, matmul_weights_gradient::kind, {n.operands[0], dy});
    to.derive(n, 0, matmul_data_gradient::kind, {dy, n.operands[1]});
  }
  static constexpr double work(node_view n) { return 2 * static_cast<double>(n.extent().size()) * n.extent(1)[0]; }
  static constexpr graph::algorithm choose(node_view, bool) { return graph::algorithm::product; }
  template <class T>
  static long prepare(const invocation<T>& r, T* ahead) {
    return detail::pack_weights(r, ahead);
  }
  template <class T>
  static void run(const invocation<T>& r) {
    const long inner = r.extent(1)[0], columns = r.extent(1)[1];
    detail::product(r, r.batch() * (r.extent().size() / columns), inner, columns);
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
