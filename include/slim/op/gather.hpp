#pragma once
#include "slim/core/begin.hpp"

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

/// The gradient of a table: rows of dy are added to those with their numbers. Operands: dy, ids.
struct gather_gradient : operation<"gather_gradient"> {
  static constexpr const char* fault(node_view n) { return n.self.operand_count == 2 ? detail::rows_of_table_fault(n.operand(0), n.self, n.operand(1)) : "rows that are added with other operands"; }
  static constexpr void pull_back(adjoints& to, int y, int) { no_gradient(to, y); }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent(0).size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    const long rows = r.extent()[0], width = r.extent().size() / rows, ids = r.extent(1).size();
    if (!r.node().batched) return kernel::scatter_add_rows<T>(r.batch() * ids, rows, width, r.in(0), r.in(1), r.out(), r.threads());
    for (long e = 0; e < r.batch(); ++e) kernel::scatter_add_rows<T>(ids, rows, width, r.in(0) + e * ids * width, r.in(1) + e * ids, r.out() + e * rows * width, r.threads());
  }
};

/// Rows of a table [rows, width...], one for all examples or one for each, by their numbers [...]: [..., width...]. Numbers of no row are reported as class
/// numbers are, see graph::class_labels; no gradient flows to them.
struct gather : operation<"gather"> {
  static constexpr int add(graph::graph& g, int table, int ids, int scope) {
    const int numbers = graph::batched(g, ids, scope);
    const slim::shape rows = g.nodes[table].extent;
    slim::shape result = g.nodes[numbers].extent;
    if (rows.rank < 1 || result.rank + rows.rank - 1 > slim::shape::max_rank) {
      g.fail(graph::rule::rank_mismatch, scope, {rows.rank < 1 ? 0 : result.rank}, {rows.rank < 1 ? 1 : slim::shape::max_rank + 1 - rows.rank});
      return table;
    }
    if (rows[0] > 1 << 24 && !g.failed()) g.error = {graph::rule::number_wrong, scope, "rows of a table", {}, {}, "at most 16777216, which floats tell apart", static_cast<double>(rows[0])};
    for (int i = 1; i < rows.rank; ++i) result.extents[result.rank++] = rows[i];
    const int made = add_operation(g, kind, {true, result}, {table, numbers}, scope);
    g.labels.push({.labels = numbers, .loss = made, .classes = rows[0], .of_table = true});
    return made;
  }
  static constexpr const char* fault(node_view n) { return n.self.operand_count == 2 ? detail::rows_of_table_fault(n.self, n.operand(0), n.operand(1)) : "rows that are looked up with other operands"; }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    to.derive(n, 0, gather_gradient::kind, {dy, n.operands[1]});
    if (to.flows_to(n, 1)) no_gradient(to, y);
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    const long rows = r.extent(0)[0], width = r.extent(0).size() / rows, ids = r.extent(1).size();
    if (!r.operand(0).batched) return kernel::gather_rows<T>(r.batch() * ids, rows, width, r.in(0), r.in(1), r.out(), r.threads());
    for (long e = 0; e < r.batch(); ++e) kernel::gather_rows<T>(ids, rows, width, r.in(0) + e * rows * width, r.in(1) + e * ids, r.out() + e * ids * width, r.threads());
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
