#pragma once
#include "slim/core/begin.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

#include "slim/kernel/gather.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

namespace detail {
/// What is wrong with rows [ids..., width...] of a table [rows, width...].
constexpr const char* rows_of_table_fault(const node& rows, const node& table, const node& ids) {
  if (!rows.batched || !ids.batched || table.extent.rank < 1) return "rows that are looked up for no examples";
  return rows.extent.size() == ids.extent.size() * (table.extent.size() / table.extent[0]) ? nullptr : "rows that are looked up in a table of others";
}
}  // namespace detail

/// Floats tell numbers of so many rows apart.
inline constexpr int most_rows = 1 << 24;

struct gather_attributes {
  bool skips = false;  // numbers below 0 are those of no row: zeros are looked up there, and no row gets their gradient
};

namespace detail {
/// Scratch memory to add up rows with equal numbers.
template <class T>
constexpr long row_sum_elements(const node& ids, const largest_run& most) {
  return kernel::row_sum_workspace(most.capacity * ids.extent.size()) * 4 / static_cast<long>(sizeof(T)) + 1;
}
/// See kernel::for_each_row_sum, for a node with operands dy, ids.
template <class T, class Use>
void for_each_row_sum(const invocation<T>& r, long rows, long width, const Use& use) {
  kernel::for_each_row_sum<T>(r.batch() * r.extent(1).size(), rows, width, r.in(0), r.in(1), reinterpret_cast<std::int32_t*>(r.workspace()), r.threads(), use);
}
}  // namespace detail

/// The gradient of a table: rows of dy are added to those with their numbers; or, where `node::by_row` is on, the update of the rows that have a number, which
/// takes the place of storing it. Operands: dy, ids.
struct gather_gradient : operation<"gather_gradient", gather_attributes> {
  static constexpr const char* fault(node_view n) {
    return n.self.body() == 2 ? detail::rows_of_table_fault(n.operand(0), n.self, n.operand(1)) : "rows that are added with other operands";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent(0).size()); }
  template <class T>
  static constexpr long workspace(node_view n, const largest_run& most) {
    return n.self.by_row ? detail::row_sum_elements<T>(n.operand(1), most) : 0;
  }
  template <class T>
  static void run(const invocation<T>& r) {
    const long rows = r.extent()[0], width = r.extent().size() / rows, ids = r.extent(1).size();
    if (r.node().by_row) {
      const auto e = r.epilogue();  // of variable, slots and numbers: the table is one line
      return detail::for_each_row_sum(
          r, rows, width, [&](long, long row, long first, long last, const T* sum) { e.update_row(sum, 0, row * width + first, row * width + last); });
    }
    if (!r.node().batched) return kernel::scatter_add_rows<T>(r.batch() * ids, rows, width, r.in(0), r.in(1), r.out(), r.threads());
    for (long e = 0; e < r.batch(); ++e)
      kernel::scatter_add_rows<T>(ids, rows, width, r.in(0) + e * ids * width, r.in(1) + e * ids, r.out() + e * rows * width, r.threads());
  }
};

/// The same as rows [..., width...] for each example: the sum of all rows of dy with one number at the first of its places, zeros at the others. Operands: dy,
/// ids. Its norm is that of the gradient, without a pass over the table.
struct gather_gradient_rows : operation<"gather_gradient_rows"> {
  static constexpr int add(graph::graph& g, int dy, int ids, int scope) { return add_operation(g, kind, graph::domain_of(g.nodes[dy]), {dy, ids}, scope, {}); }
  static constexpr const char* fault(node_view n) {
    const bool fits = n.self.operand_count == 2 && n.self.batched && n.operand(0).batched && n.operand(1).batched && n.extent() == n.extent(0);
    return fits && n.extent().size() % n.extent(1).size() == 0 ? nullptr : "rows that are added with other operands";
  }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent().size()); }
  template <class T>
  static constexpr long workspace(node_view n, const largest_run& most) {
    return detail::row_sum_elements<T>(n.operand(1), most);
  }
  template <class T>
  static void run(const invocation<T>& r) {
    const long width = r.extent().size() / r.extent(1).size();
    T* const y = r.out();
    std::memset(y, 0, static_cast<std::size_t>(r.batch() * r.extent().size()) * sizeof(T));
    detail::for_each_row_sum(r, most_rows, width, [&](long i, long, long first, long last, const T* sum) {
      std::memcpy(y + i * width + first, sum, static_cast<std::size_t>(last - first) * sizeof(T));
    });
  }
};

/// Rows of a table [rows, width...], one for all examples or one for each, by their numbers [...]: [..., width...]. Numbers of no row are reported as class
/// numbers are, see graph::class_labels; no gradient flows to them.
struct gather : operation<"gather", gather_attributes> {
  static constexpr int add(graph::graph& g, int table, int ids, int scope) { return add(g, table, ids, ids, false, scope); }
  /// `checked`: the numbers that are looked at in place of `ids`, which are made of them.
  static constexpr int add(graph::graph& g, int table, int ids, int checked, bool skips, int scope) {
    const int numbers = graph::batched(g, ids, scope);
    const slim::shape rows = g.nodes[table].extent;
    slim::shape result = g.nodes[numbers].extent;
    if (rows.rank < 1 || result.rank + rows.rank - 1 > slim::shape::max_rank) {
      g.fail(graph::rule::rank_mismatch, scope, {rows.rank < 1 ? 0 : result.rank}, {rows.rank < 1 ? 1 : slim::shape::max_rank + 1 - rows.rank});
      return table;
    }
    if (rows[0] > most_rows && !g.failed())
      g.error = {graph::rule::number_wrong, scope, "rows of a table", {}, {}, "at most 16777216, which floats tell apart", static_cast<double>(rows[0])};
    for (int i = 1; i < rows.rank; ++i) result.extents[result.rank++] = rows[i];
    const int made = add_operation(g, kind, {true, result}, {table, numbers}, scope, attributes{skips});
    g.labels.push({.labels = checked == ids ? numbers : graph::batched(g, checked, scope), .loss = made, .classes = rows[0], .of_table = true});
    return made;
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 2 ? detail::rows_of_table_fault(n.self, n.operand(0), n.operand(1)) : "rows that are looked up with other operands";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 0, gather_gradient::kind, {dy, n.operands[1]});
    if (to.flows_to(n, 1)) no_gradient(to, y);
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    const long rows = r.extent(0)[0], width = r.extent(0).size() / rows, ids = r.extent(1).size();
    const T otherwise = attributes_of(r.node()).skips ? T(0) : T(std::numeric_limits<float>::quiet_NaN());
    if (!r.operand(0).batched) return kernel::gather_rows<T>(r.batch() * ids, rows, width, r.in(0), r.in(1), otherwise, r.out(), r.threads());
    for (long e = 0; e < r.batch(); ++e)
      kernel::gather_rows<T>(ids, rows, width, r.in(0) + e * rows * width, r.in(1) + e * ids, otherwise, r.out() + e * ids * width, r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
