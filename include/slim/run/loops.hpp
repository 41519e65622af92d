#pragma once
#include "slim/core/begin.hpp"
// From nodes that are scalar functions to their loops: one instantiation for each function and way of reading its operands.

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

  static const node& of(const state& s, const step<T>& at) { return s.nodes[at.node]; }

  SLIM_ONE_COPY static kernel::expression_context<T> function_context(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c;
    for (int k = 0; k < n.operand_count; ++k) c.inputs[k] = s[n.operands[k]];
    for (int r = 0; r < n.results; ++r) c.outputs[r] = op::invocation<T>{s, at}.out(r);
    c.width = at.width, c.rows_per_example = at.rows_per_example, c.seed = s.seed;
    if (at.batched) c.first_element = s.elements_before(at.rows_per_example * at.width);
    return c;
  }
  static long loop_rows(const state& s, const step<T>& at) { return at.batched ? s.batch * at.rows_per_example : at.rows_per_example; }
  static graph::loop_shape loop_of(const state& s, const step<T>& at) { return {graph::loop_domain(s, of(s, at)), at.width, at.rows_per_example}; }

  /// The row_places of all operands; nothing where the loop of `Code` does not need them.
  template <auto Code>
  struct operand_places {
    expr::row_places all[Code.by_row() ? Code.input_count : 1];

    operand_places(const state& s, const step<T>& at, kernel::expression_context<T>& context) {
      if constexpr (Code.by_row()) {
        for (int k = 0; k < of(s, at).operand_count; ++k) all[k] = graph::rows_of(s.nodes[of(s, at).operands[k]], loop_of(s, at));
        context.places = all;
      }
    }
  };

  template <auto Code>
  static void map(const state& s, const step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    kernel::map<T, Code>(c, loop_rows(s, at), s.threads);
  }
  template <auto Code>
  static void update(const state& s, const step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    for (int o = 0; o < Code.output_count; ++o) c.outputs[o] = s[of(s, at).operands[o]];
    kernel::map<T, Code>(c, loop_rows(s, at), s.threads);
  }
  template <auto Code, sums_over Over>
  static void reduce(const state& s, const step<T>& at) {
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    if constexpr (Over == sums_over::example) kernel::reduce_examples<T, Code>(c, s.batch, s.threads);
    else if constexpr (Over == sums_over::all) kernel::reduce_all<T, Code>(c, loop_rows(s, at), s.threads);
    else kernel::reduce_columns<T, Code>(c, loop_rows(s, at), s.workspace, s.threads);
  }
  template <auto Code>
  static void reduce_rows(const state& s, const step<T>& at) {
    const node& n = of(s, at);
    kernel::expression_context<T> c = function_context(s, at);
    const operand_places<Code> places(s, at, c);
    const graph::loop_shape loop = loop_of(s, at);
    const bool to_number = graph::loop_access(n, loop) == expr::access::row_number;
    const long results = n.extent.size() / (to_number ? 1 : at.width) * (n.batched ? s.batch : 1);
    kernel::reduce_rows_of<T, Code>(c, loop_rows(s, at), results, to_number, graph::rows_of(n, loop, true, false), graph::rows_of(n, loop, true, true),
                                    s.threads);
  }
};

}  // namespace SLIM_LEVEL

}  // namespace slim::detail

#include "slim/core/end.hpp"
