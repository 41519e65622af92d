#pragma once
#include "slim/core/begin.hpp"
// One kernel call of a program, and the function that follows it on the same data.

#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/expression.hpp"
#include "slim/kernel/pooled_store.hpp"
#include "slim/kernel/reduce.hpp"
#include "slim/op/run_state.hpp"
#include "slim/simd/batch.hpp"

namespace slim {

namespace op {

/// One kernel call of a program.
template <class T>
struct step {
  void (*run)(const run_state<T>&, const step&) = nullptr;
  union {  // the loop of a map, an update or an epilogue; else that of a sum
    typename kernel::epilogue<T>::function* evaluate = nullptr;
    typename kernel::summation<T>::rectangle* sum;
    typename kernel::summation<T>::columns* column_sums;
    typename kernel::summation<T>::rows* row_sums;
  };
  const expr::scalar_node* function = nullptr;  // of that loop
  int operations = 0;                           // in it, for each element
  int node = -1;
  long width = 1, rows_per_example = 1;  // loop of the function or epilogue
  bool batched = false;                  // whether that loop runs over the examples
  int index = 0;                         // in the table
};

}  // namespace op

namespace detail::inline SLIM_LEVEL {

/// The epilogue of a step and the operands it reads. Where it is an update, the kernel calls it row by row of the gradient.
template <class T>
struct bound_epilogue {
  const run_state<T>& state;
  const graph::node& node;
  kernel::expression_context<T> context;
  kernel::epilogue<T> call;

  SLIM_ONE_COPY bound_epilogue(const run_state<T>& s, const op::step<T>& at) : state(s), node(s.nodes[at.node]) {
    if (at.evaluate == nullptr) return;
    context.inputs[0] = context.outputs[0] = s[at.node];
#pragma GCC unroll 1
    for (int k = node.body(); k < node.operand_count; ++k) context.inputs[k - node.body() + 1] = s[node.operands[k]];
    context.width = at.width, context.rows_per_example = at.rows_per_example, context.function = at.function, context.seed = s.seed;
    if (at.batched) context.first_element = s.elements_before(at.rows_per_example * at.width);
    call = {at.evaluate, &context};
  }
  bound_epilogue(const bound_epilogue&) = delete;  // `call` points to `context`

  /// The same for a kernel that stores the largest of each square of pixels. All operands are of channels, or single numbers: see fuse_pools.
  kernel::pooled_epilogue<T> pooled() const {
    const long cells = node.results > 1 ? graph::aligned(node.extent.size()) * state.capacity : 0;
    return {node.pool, call.apply != nullptr ? &apply_to_scratch : nullptr, this, cells};
  }

  /// Updates elements [column, last_column) of one row of the weights, a matrix with as many columns as they have channels, from their gradient.
  SLIM_ONE_COPY void update_row(const T* gradient, long row, long column, long last_column) const {
    const long columns = node.extent.channels();
    kernel::expression_context<T> one = context;  // of this row: all operands that have rows are moved there
    one.inputs[0] = one.outputs[0] = nullptr;
    for (int k = node.body(); k < node.operand_count; ++k) {
      const long size = state.nodes[node.operands[k]].extent.size();
      const T*& input = one.inputs[k - node.body() + 1];
      if (size == node.extent.size()) input += row * columns + column;
      else if (size == columns) input += column;
      if (k - node.body() < kernel::max_expression_outputs) one.outputs[k - node.body()] = const_cast<T*>(input);
    }
    one.inputs[0] = gradient;
    call.apply(&one, 0, 1, 0, last_column - column);
  }

  /// Asks for what update_row will read there.
  SLIM_ONE_COPY void prefetch_row(long row, long column, long last_column) const {
    constexpr long line = 64 / static_cast<long>(sizeof(T));
    for (int k = node.body(); k < node.operand_count; ++k)
      if (state.nodes[node.operands[k]].extent.size() == node.extent.size())
        for (long c = column; c < last_column; c += line) simd::prefetch_for_write(context.inputs[k - node.body() + 1] + row * node.extent.channels() + c);
  }

private:
  static void apply_to_scratch(const void* self, T* values, long rows, long columns, long first_column) {
    const bound_epilogue& e = *static_cast<const bound_epilogue*>(self);
    kernel::expression_context<T> one = e.context;
    one.inputs[0] = one.outputs[0] = values, one.width = columns;
    for (int k = e.node.body(); k < e.node.operand_count; ++k)
      if (e.state.nodes[e.node.operands[k]].extent.size() > 1) one.inputs[k - e.node.body() + 1] += first_column;
    e.call.apply(&one, 0, rows, 0, columns);
  }
};

}  // namespace detail::inline SLIM_LEVEL

}  // namespace slim

#include "slim/core/end.hpp"
