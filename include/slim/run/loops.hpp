#pragma once
#include "slim/core/begin.hpp"
// How nodes that are scalar functions run. The loop of a function is a pointer in its step: nothing here is compiled for each of them.

#include "slim/graph/program.hpp"
#include "slim/kernel/map.hpp"
#include "slim/kernel/reduce.hpp"
#include "slim/op/invocation.hpp"

namespace slim::detail {

/// What a sum that is not one of some axes goes over.
enum class sums_over { example, all, columns };
constexpr sums_over sums_of(const graph::node& n) { return n.batched ? sums_over::example : n.extent.size() == 1 ? sums_over::all : sums_over::columns; }

inline namespace SLIM_LEVEL {

template <class T>
struct loops {
  using state = run_state<T>;
  using node = graph::node;

  static const node& of(const state& s, const op::step<T>& at) { return s.nodes[at.node]; }

  SLIM_ONE_COPY static kernel::expression_context<T> function_context(const state& s, const op::step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c;
    for (int k = 0; k < n.operand_count; ++k) c.inputs[k] = s[n.operands[k]];
#pragma GCC unroll 1
    for (int o = 0; o < kernel::max_expression_outputs; ++o)
      if (n.kind == graph::kind::update) c.outputs[o] = const_cast<T*>(c.inputs[o]);  // of the function's outputs
      else if (o < n.results) c.outputs[o] = op::invocation<T>{s, at}.out(o);
    c.width = at.width, c.rows_per_example = at.rows_per_example, c.function = at.function, c.seed = s.seed;
    if (at.batched) c.first_element = s.elements_before(at.rows_per_example * at.width);
    return c;
  }
  /// The step of a node that is made in bands: its reader looks there for its store and for its weights.
  static void made_by_reader(const state&, const op::step<T>&) {}

  static long loop_rows(const state& s, const op::step<T>& at) { return at.batched ? s.batch * at.rows_per_example : at.rows_per_example; }
  static graph::loop_shape loop_of(const state& s, const op::step<T>& at) { return {graph::loop_domain(s, of(s, at)), at.width, at.rows_per_example}; }

  static double work_of(const op::step<T>& at) { return 4.0 * at.operations; }

  /// The row_places of all operands; nothing for loops that do not need them.
  template <bool ByRow>
  struct operand_places {
    expr::row_places all[ByRow ? node::max_operands : 1];

    operand_places(const state& s, const op::step<T>& at, kernel::expression_context<T>& context) {
      if constexpr (ByRow) {
        for (int k = 0; k < of(s, at).operand_count; ++k) all[k] = graph::rows_of(s.nodes[of(s, at).operands[k]], loop_of(s, at));
        context.places = all;
      }
    }
  };

  template <bool ByRow>
  static void map(const state& s, const op::step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<ByRow> places(s, at, c);
    kernel::map(c, loop_rows(s, at), at.evaluate, work_of(at), s.threads);
  }
  template <bool ByRow, sums_over Over>
  static void reduce(const state& s, const op::step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<ByRow> places(s, at, c);
    if constexpr (Over == sums_over::example) kernel::reduce_examples(c, s.batch, at.sum, work_of(at), s.threads);
    else if constexpr (Over == sums_over::all) kernel::reduce_all(c, loop_rows(s, at), at.sum, work_of(at), s.threads);
    else kernel::reduce_columns(c, loop_rows(s, at), at.column_sums, of(s, at).results, work_of(at), s.workspace, s.threads);
  }
  template <bool ByRow, bool ToNumber>
  static void reduce_rows(const state& s, const op::step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<ByRow> places(s, at, c);
    const graph::loop_shape loop = loop_of(s, at);
    const long results = n.extent.size() / (ToNumber ? 1 : at.width) * (n.batched ? s.batch : 1);
    kernel::reduce_rows_of(c, loop_rows(s, at), results, graph::rows_of(n, loop, true, false), graph::rows_of(n, loop, true, true),
                           ToNumber ? nullptr : at.row_sums, ToNumber ? at.sum : nullptr, work_of(at), s.threads);
  }
};

}  // namespace SLIM_LEVEL

}  // namespace slim::detail

#include "slim/core/end.hpp"
