#pragma once
#include "slim/core/begin.hpp"
// A program as a table of kernel calls. Only element-wise loops are instantiated per function, and each of those once.

#include <initializer_list>
#include <utility>

#include "slim/core/room_for.hpp"
#include "slim/op/list.hpp"
#include "slim/run/loops.hpp"

namespace slim {
namespace detail {

/// The element-wise loops of a program, each once: steps whose functions and operand accesses agree share one, so that a deep network
/// instantiates no more than its different layers need.
template <int Steps>
struct loop_variants {
  struct variant {
    int node = -1;
    bool epilogue = false;
    unsigned long key = 0;
    int next = -1;  // with the same function
  };
  variant variants[room_for(2 * Steps + 1)]{};
  int count = 0;
  int of_function[room_for(Steps + 1)]{}, of_epilogue[room_for(Steps + 1)]{};  // for each step
};

template <int Steps, class Program>
constexpr loop_variants<Steps> find_loop_variants(const Program& p) {
  loop_variants<Steps> found;
  list<int> newest;
  newest.resize(p.sizes.functions, -1);
  const auto variant_of = [&](int index, bool epilogue) {
    const graph::node& n = p.nodes[index];
    const int function = epilogue ? n.epilogue : n.function;
    const graph::loop_shape loop = graph::loop_of(p, n, epilogue);
    unsigned long key = epilogue                        ? 1
                        : n.kind == graph::kind::map    ? 2
                        : n.kind == graph::kind::update ? 3
                        : graph::sums_rows(p, n)        ? 4 + static_cast<unsigned long>(graph::loop_access(n, loop) == expr::access::row_number)
                                                        : 6 + static_cast<unsigned long>(sums_of(n));
    for (int k = epilogue ? n.body() : 0; k < n.operand_count; ++k)
      key = key * 8 + static_cast<unsigned long>(graph::loop_access(p.nodes[n.operands[k]], loop));
    for (int v = newest[function]; v >= 0; v = found.variants[v].next)
      if (found.variants[v].key == key) return v;
    found.variants[found.count] = {index, epilogue, key, newest[function]};
    return newest[function] = found.count++;
  };
  for (int s = 0; s < Steps; ++s) {
    const graph::node& n = p.nodes[p.order[s]];
    found.of_function[s] = n.function >= 0 ? variant_of(p.order[s], false) : -1;
    found.of_epilogue[s] = n.epilogue >= 0 ? variant_of(p.order[s], true) : -1;
  }
  return found;
}

template <class T, const auto& Program>
struct step_table {
  static constexpr int count = Program.sizes.steps;
  static constexpr loop_variants<count> variants = find_loop_variants<count>(Program);

  /// What the steps of a variant have in common.
  template <int Variant>
  static constexpr op::step<T> instantiate() {
    constexpr int index = variants.variants[Variant].node;
    constexpr const graph::node& n = Program.nodes[index];
    constexpr bool epilogue = variants.variants[Variant].epilogue;
    constexpr auto code = graph::code_of<Program, index, epilogue>();
    constexpr bool by_row = code.by_row();
    op::step<T> made;
    made.operations = code.node_count;
    if constexpr (n.kind != graph::kind::reduce) {
      made.evaluate = &kernel::evaluate_epilogue<T, code>;
      if constexpr (!epilogue) made.run = &loops<T>::template map<by_row>;
    } else if constexpr (graph::sums_rows(Program, n)) {
      constexpr bool to_number = graph::loop_access(n, graph::loop_of(Program, n, false)) == expr::access::row_number;
      if constexpr (to_number) made.sum = &kernel::rectangle_sum<T, code>;
      else made.row_sums = &kernel::row_sums<T, code>;
      made.run = &loops<T>::template reduce_rows<by_row, to_number>;
    } else {
      if constexpr (sums_of(n) == sums_over::columns) made.column_sums = &kernel::column_sums<T, code>;
      else made.sum = &kernel::rectangle_sum<T, code>;
      made.run = &loops<T>::template reduce<by_row, sums_of(n)>;
    }
    return made;
  }

  op::step<T> steps[room_for(count)]{};

  constexpr step_table() {
    op::step<T> made[variants.count + 1]{};
    [&]<int... V>(std::integer_sequence<int, V...>) {
      (void)std::initializer_list<int>{(made[V] = instantiate<V>(), 0)...};
    }(std::make_integer_sequence<int, variants.count>{});
    for (int s = 0; s < count; ++s) {
      const int index = Program.order[s];
      const graph::node& n = Program.nodes[index];
      if (const int variant = n.epilogue >= 0 ? variants.of_epilogue[s] : variants.of_function[s]; variant >= 0) steps[s] = made[variant];
      steps[s].node = index, steps[s].index = s;
      if (n.function < 0) steps[s].run = n.in_bands ? &loops<T>::made_by_reader : op::runners_of<T, op::needed_by(Program)>.rows[op::position_of(n.kind)];
      if (n.function < 0 && n.epilogue < 0) continue;
      steps[s].function = Program.function_nodes + Program.functions[n.epilogue >= 0 ? n.epilogue : n.function].first;
      const graph::loop_shape shape = graph::loop_of(Program, n, n.epilogue >= 0);
      steps[s].width = shape.width, steps[s].rows_per_example = shape.rows_per_example, steps[s].batched = shape.over.batched;
    }
  }
};

template <class T, const auto& Program>
struct preparer_list {
  op::preparer<T> of_step[room_for(Program.sizes.steps)]{};

  constexpr preparer_list() {
    for (int s = 0; s < Program.sizes.steps; ++s) {
      const graph::node& n = Program.nodes[Program.order[s]];
      if (!graph::is_operation(n.kind)) continue;
      const op::preparer<T> own = op::preparers_of<T, op::needed_by(Program)>.rows[op::position_of(n.kind)];
      if (n.operand_count > 1 && is_variable(n.operands[1])) of_step[s] = own;
    }
  }

private:
  /// Whether the weights are there before a run, and not worked out in it.
  static constexpr bool is_variable(int weights) {
    while (graph::is_view(Program.nodes[weights].kind)) weights = Program.nodes[weights].operands[0];
    return Program.nodes[weights].kind == graph::kind::variable;
  }
};

}  // namespace detail

/// The kernel calls of `Program`, in order.
template <class T, const auto& Program>
inline constexpr detail::step_table<T, Program> steps_of{};
/// What makes the weights of each step ahead of many runs, or null. Not in the table of steps: most programs never ask, and do not compile it.
template <class T, const auto& Program>
inline constexpr detail::preparer_list<T, Program> preparers_of{};

inline namespace SLIM_LEVEL {

/// Elements of scratch memory that any step of `p`, which needs no operations but `Needed`, may need for up to `capacity` examples.
template <class T, op::needed_operations Needed = op::every_operation, class Program>
[[gnu::cold]] constexpr long workspace_elements(const Program& p, long capacity, int threads) {
  long most = 0;
  for (int i = 0; i < p.sizes.steps; ++i) {
    const graph::node& n = p.nodes[p.order[i]];
    const long own = n.kind == graph::kind::reduce ? kernel::reduce_columns_workspace(n.extent.size(), n.results)
                                                   : op::workspace<T, Needed>({p.nodes, n}, {capacity, threads});
    if (own > most) most = own;
  }
  return most;
}

}  // namespace SLIM_LEVEL

}  // namespace slim

#include "slim/core/end.hpp"
