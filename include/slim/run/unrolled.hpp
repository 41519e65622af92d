#pragma once
#include "slim/core/begin.hpp"
// Small programs as straight-line code: one function per program in which every step, shape and offset is a constant. The table of
// steps.hpp costs about as much per step as a layer of 32 × 32 numbers.

#include <utility>

#include "slim/kernel/small_matmul.hpp"
#include "slim/run/steps.hpp"

namespace slim {

/// Programs with at most so many steps, whose products have matrices of at most so many elements, are unrolled: more code would cost
/// compile time and instruction cache, and on larger matrices the general kernels win.
inline constexpr int unrolled_steps = 64;
inline constexpr long unrolled_matrix = 1 << 17;
/// Multiplications up to which a product is done by the small kernels, on one thread: in training, where weights that change would go from core to core, so
/// many vectors of them, and where weights do not change and may be packed ahead. Measured with vectors of 16 and 8 floats; not by the number of threads nor
/// by what was packed, which may not change the bits.
template <class T>
inline constexpr double unrolled_work = (1 << 18) * simd::width<T>;
inline constexpr double unrolled_constant_work = 1 << 19;
/// Elements up to which an element-wise loop runs in line, on one thread.
inline constexpr long unrolled_elements = 4096;

namespace detail {

constexpr bool is_product(graph::kind kind) {
  return kind == op::matmul::kind || kind == op::matmul_data_gradient::kind || kind == op::matmul_weights_gradient::kind;
}
/// Shape of the weights of a product, or of their gradient.
template <class Program>
constexpr slim::shape matrix_of(const Program& p, const graph::node& n) {
  return n.kind == op::matmul_weights_gradient::kind ? n.extent : p.nodes[n.operands[1]].extent;
}

}  // namespace detail

template <class T, const auto& Program>
struct unrolled {
  /// True when `run` is to take the place of the table.
  static constexpr bool worthwhile = [] {
    if (Program.sizes.steps > unrolled_steps || Program.exchanged_elements > 0) return false;
    for (int i = 0; i < Program.sizes.steps; ++i) {
      const graph::node& n = Program.nodes[Program.order[i]];
      if (n.how != graph::algorithm::automatic && (!detail::is_product(n.kind) || detail::matrix_of(Program, n).size() > unrolled_matrix)) return false;
    }
    return true;
  }();

  static void run(const run_state<T>& s) {
    [&]<int... I>(std::integer_sequence<int, I...>) { (step<I>(s), ...); }(std::make_integer_sequence<int, Program.sizes.steps>{});
  }

private:
  /// run_state::operator[], worked out in the compiler: it is half of what a small net costs.
  template <int Node>
  static T* at(const run_state<T>& s) {
    using enum graph::region;
    constexpr graph::place p = Program.places[Node];
    if constexpr (p.where == examples) return s.examples + p.offset * s.capacity;
    else if constexpr (p.where == fixed) return s.fixed + p.offset;
    else if constexpr (p.where == variables) return s.variables + p.offset;
    else if constexpr (p.where == slots) return s.slots + std::integral_constant<int, Program.nodes[Node].slot()>() * s.slot_stride + p.offset;
    else if constexpr (p.where == input) return const_cast<T*>(s.inputs[p.offset]);
    else if constexpr (p.where == scalars) return const_cast<T*>(s.scalars + p.offset);
    else if constexpr (p.where == batch_size) return const_cast<T*>(s.batch_size + p.offset);
    else return nullptr;
  }

  struct places_of_operands {
    expr::row_places all[graph::node::max_operands];
  };
  template <int Index>
  static constexpr places_of_operands operand_places = [] {
    const graph::node& n = Program.nodes[Index];
    places_of_operands places;
    for (int k = 0; k < n.operand_count; ++k) places.all[k] = graph::rows_of(Program.nodes[n.operands[k]], graph::loop_of(Program, n, false));
    return places;
  }();

  /// What the function of a node, or its epilogue, reads and writes: addresses only, worked out in the compiler.
  template <int Index, bool Epilogue>
  static kernel::expression_context<T> context(const run_state<T>& s, T* result) {
    constexpr const graph::node& n = Program.nodes[Index];
    constexpr int first = Epilogue ? n.body() : 0, shift = Epilogue ? 1 : 0;
    constexpr graph::loop_shape loop = graph::loop_of(Program, n, Epilogue);
    kernel::expression_context<T> c;
    c.inputs[0] = c.outputs[0] = result;
    [&]<int... K>(std::integer_sequence<int, K...>) {
      ((c.inputs[K + shift] = at<n.operands[first + K]>(s)), ...);
    }(std::make_integer_sequence<int, n.operand_count - first>{});
    if constexpr (n.kind == graph::kind::update)
      for (int o = 0; o < Program.functions[n.function].output_count; ++o) c.outputs[o] = const_cast<T*>(c.inputs[o]);
    c.width = loop.width, c.rows_per_example = loop.rows_per_example, c.seed = s.seed;
    c.function = Program.function_nodes + Program.functions[Epilogue ? n.epilogue : n.function].first;
    if constexpr (loop.over.batched) c.first_element = s.elements_before(loop.rows_per_example * loop.width);
    if constexpr (graph::code_of<Program, Index, Epilogue>().by_row()) c.places = operand_places<Index>.all;
    return c;
  }

  static constexpr bool trains = [] {
    for (int i = 0; i < Program.sizes.nodes; ++i)
      if (Program.nodes[i].is_update()) return true;
    return false;
  }();

  /// Rows of a product, and whether the small kernels do it.
  template <int I>
  static long rows_of(const run_state<T>& s) {
    constexpr const graph::node& n = Program.nodes[Program.order[I]];
    constexpr slim::shape matrix = detail::matrix_of(Program, n);
    constexpr long rows_each = n.kind == op::matmul::kind
                                   ? n.extent.size() / matrix[1]
                                   : Program.nodes[n.operands[0]].extent.size() / matrix[n.kind == op::matmul_weights_gradient::kind ? 0 : 1];
    return s.batch * rows_each;
  }
  template <int I>
  static bool is_small(const run_state<T>& s) {
    constexpr const graph::node& n = Program.nodes[Program.order[I]];
    const long rows = rows_of<I>(s);
    if (n.kind == op::matmul_weights_gradient::kind && rows > kernel::reduction_limit) return false;  // longer sums are cut
    return static_cast<double>(rows) * detail::matrix_of(Program, n).size() <= (trains ? unrolled_work<T> : unrolled_constant_work);
  }

  /// The operand of the next step, an update, that is the weights gradient of step `I`, which nothing else reads; −1 where it is not so.
  template <int I>
  static constexpr int updates_next = [] {
    constexpr bool last = I + 1 >= Program.sizes.steps;
    const int index = Program.order[I], next = Program.order[last ? I : I + 1];
    const graph::node& n = Program.nodes[index];
    if (last || n.kind != op::matmul_weights_gradient::kind || n.updates || n.kept || Program.nodes[next].kind != graph::kind::update) return -1;
    if (graph::loop_of(Program, Program.nodes[next], false).width != n.extent.size()) return -1;
    for (int o = 0; o < Program.sizes.outputs; ++o)
      if (Program.outputs[o] == index) return -1;
    int found = -1;
    for (int i = 0; i < Program.sizes.nodes; ++i)
      for (int k = 0; k < Program.nodes[i].operand_count; ++k)
        if (Program.nodes[i].operands[k] == index) {
          if (i != next || found >= 0) return -1;
          found = k;
        }
    return found;
  }();

  template <int I>
  static void step(const run_state<T>& s) {
    constexpr int index = Program.order[I];
    constexpr const graph::node& n = Program.nodes[index];
    constexpr const auto& call = steps_of<T, Program>.steps[I];
    if constexpr (I > 0)
      if constexpr (updates_next<I - 1> >= 0)
        if (is_small<I - 1>(s)) return;  // done with the gradient
    if constexpr (detail::is_product(n.kind) && !n.updates) {
      if (is_small<I>(s)) {
        constexpr slim::shape matrix = detail::matrix_of(Program, n);
        constexpr long inner = matrix[0], columns = matrix[1];
        const long rows = rows_of<I>(s);
        const T *const first = at<n.operands[0]>(s), *const second = at<n.operands[1]>(s);
        T* const result = at<index>(s);
        if constexpr (updates_next<I> >= 0) {
          // Strip by strip in the first-level cache, each in the place of the one before.
          constexpr int next = Program.order[I + 1];
          auto c = context<next, false>(s, at<next>(s));
          kernel::small_matmul_weights_gradient<T, inner, columns>(
              rows, first, second, [&](long, long) { return result; },
              [&](long begin, long end) {
                c.inputs[updates_next<I>] = result - begin * columns;
                kernel::evaluate<T, graph::code_of<Program, next, false>()>(c, 0, 1, begin * columns, end * columns);
              });
        } else if constexpr (n.kind == op::matmul_weights_gradient::kind) {
          kernel::small_matmul_weights_gradient<T, inner, columns>(
              rows, first, second, [&](long begin, long) { return result + begin * columns; }, [](long, long) {});
        } else if constexpr (n.kind == op::matmul::kind) {
          kernel::small_matmul<T, inner, columns>(rows, first, second, result);
        } else {
          kernel::small_matmul_data_gradient<T, inner, columns>(rows, first, second, result);
        }
        if constexpr (n.epilogue >= 0)
          kernel::evaluate<T, graph::code_of<Program, index, true>()>(context<index, true>(s, result), 0, rows, 0,
                                                                      n.kind == op::matmul::kind ? columns : inner);
        return;
      }
    }
    if constexpr (n.kind == graph::kind::map || n.kind == graph::kind::update) {
      constexpr graph::loop_shape loop = graph::loop_of(Program, n, false);
      const long rows = loop.over.batched ? s.batch * loop.rows_per_example : loop.rows_per_example;
      // A variable is updated where its gradient was made: other threads would take it away from there, and the next step would fetch it back.
      const bool small = n.kind == graph::kind::update && static_cast<double>(s.batch) * static_cast<double>(rows * loop.width) <= unrolled_work<T>;
      if (small || rows * loop.width <= unrolled_elements)
        return kernel::evaluate<T, graph::code_of<Program, index, false>()>(context<index, false>(s, at<index>(s)), 0, rows, 0, loop.width);
    }
    call.run(s, call);
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
