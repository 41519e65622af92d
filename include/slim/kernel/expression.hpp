#pragma once
#include "slim/core/begin.hpp"
// The loop that a scalar function becomes: evaluation of a code on vectors, over rectangles of rows × columns.

#include <utility>

#include "slim/core/config.hpp"
#include "slim/expr/code.hpp"
#include "slim/kernel/expression_context.hpp"
#include "slim/simd/math.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

namespace detail {

template <class T, auto Code>
struct evaluation {
  expression_context<T> context;  // a copy, or g++ would fetch each address again for each vector: what is stored might change it
  simd::batch<T> values[Code.node_count];
  const T* rows[Code.by_row() ? Code.input_count : 1]{};     // where this row of an operand begins
  std::uint32_t keys[Code.draws() ? Code.node_count : 1]{};  // of random numbers

  /// Operands that do not change within a row are loaded once per row.
  template <int I>
  SLIM_ALWAYS_INLINE void begin_row(long row) {
    using enum expr::scalar_op;
    if constexpr (Code.op[I] == constant) {
      values[I] = simd::broadcast(static_cast<T>(Code.number(I)));
    } else if constexpr (Code.op[I] == input) {
      constexpr int k = Code.input_of(I);
      if constexpr (Code.inputs[k] == expr::access::scalar) values[I] = simd::broadcast(context.inputs[k][0]);
      if constexpr (Code.inputs[k] == expr::access::example) values[I] = simd::broadcast(context.inputs[k][row / context.rows_per_example]);
      if constexpr (Code.inputs[k] == expr::access::row) rows[k] = context.inputs[k] + context.places[k](row);
      if constexpr (Code.inputs[k] == expr::access::row_number) values[I] = simd::broadcast(context.inputs[k][context.places[k](row)]);
    } else if constexpr (Code.op[I] == uniform) {
      keys[I] = simd::mix(static_cast<std::uint32_t>(context.function[I].value)) ^ context.seed;
    }
  }

  template <int Condition>
  SLIM_ALWAYS_INLINE simd::mask<T> holds() const {
    if constexpr (Code.op[Condition] == expr::scalar_op::greater) return values[Code.a[Condition]] > values[Code.b[Condition]];
    else if constexpr (Code.op[Condition] == expr::scalar_op::equal) return values[Code.a[Condition]] == values[Code.b[Condition]];
    else return values[Condition] != simd::broadcast(T(0));
  }

  template <int I, class Lanes>
  SLIM_ALWAYS_INLINE void compute(long row, long column, Lanes lanes) {
    using enum expr::scalar_op;
    constexpr expr::scalar_op op = Code.op[I];
    constexpr int a = Code.a[I] < 0 ? 0 : Code.a[I], b = Code.b[I] < 0 ? 0 : Code.b[I], c = Code.c[I] < 0 ? 0 : Code.c[I];
    if constexpr (op == input) {
      constexpr int k = Code.input_of(I);
      if constexpr (Code.inputs[k] == expr::access::element) values[I] = simd::load(context.inputs[k] + row * context.width + column, lanes);
      if constexpr (Code.inputs[k] == expr::access::column) values[I] = simd::load(context.inputs[k] + column, lanes);
      if constexpr (Code.inputs[k] == expr::access::row) values[I] = simd::load(rows[k] + column, lanes);
    } else if constexpr (op == position) {
      values[I] = simd::iota<T>() + simd::broadcast(static_cast<T>(column));
    } else if constexpr (op == uniform) {
      values[I] = simd::uniform<T>(keys[I], context.first_element + static_cast<std::uint32_t>(row * context.width + column));
    } else if constexpr (op == negate) {
      values[I] = -values[a];
    } else if constexpr (op == absolute) {
      values[I] = simd::absolute(values[a]);
    } else if constexpr (op == square_root) {
      values[I] = simd::square_root(values[a]);
    } else if constexpr (op == exponential) {
      values[I] = simd::exponential(values[a]);
    } else if constexpr (op == logarithm) {
      values[I] = simd::logarithm(values[a]);
    } else if constexpr (op == hyperbolic_tangent) {
      values[I] = simd::hyperbolic_tangent(values[a]);
    } else if constexpr (op == logistic) {
      values[I] = simd::broadcast(T(1)) / (simd::broadcast(T(1)) + simd::exponential(-values[a]));
    } else if constexpr (op == error_function) {
      values[I] = simd::error_function(values[a]);
    } else if constexpr (op == sine) {
      values[I] = simd::sine(values[a]);
    } else if constexpr (op == cosine) {
      values[I] = simd::cosine(values[a]);
    } else if constexpr (op == power) {
      values[I] = simd::power(values[a], values[b]);
    } else if constexpr (op == finite) {
      values[I] = simd::finite(values[a]);
    } else if constexpr (op == floor) {
      values[I] = simd::round_down(values[a]);
    } else if constexpr (op == add) {
      values[I] = values[a] + values[b];
    } else if constexpr (op == subtract) {
      values[I] = values[a] - values[b];
    } else if constexpr (op == multiply) {
      values[I] = values[a] * values[b];
    } else if constexpr (op == divide) {
      values[I] = values[a] / values[b];
    } else if constexpr (op == maximum || op == minimum) {
      // x86 hands on the second operand where one is not a number: that must not hide it.
      constexpr int first = Code.op[a] == constant ? a : b, second = Code.op[a] == constant ? b : a;
      if constexpr (Code.op[first] == constant)
        values[I] = op == maximum ? simd::maximum(values[first], values[second]) : simd::minimum(values[first], values[second]);
      else values[I] = op == maximum ? simd::larger_or_none(values[first], values[second]) : simd::smaller_or_none(values[first], values[second]);
    } else if constexpr (op == greater || op == equal) {
      if constexpr (numeric<I>()) values[I] = simd::choose(holds<I>(), simd::broadcast(T(1)), simd::broadcast(T(0)));
    } else if constexpr (op == select) {
      values[I] = simd::choose(holds<a>(), values[b], values[c]);
    }
  }

  /// True when comparison `I` is used as a number, not only as the condition of a select.
  template <int I>
  static consteval bool numeric() {
    for (int i = 0; i < Code.node_count; ++i) {
      const bool chooses = Code.op[i] == expr::scalar_op::select;
      if ((Code.a[i] == I && !chooses) || Code.b[i] == I || Code.c[i] == I) return true;
    }
    for (int o = 0; o < Code.output_count; ++o)
      if (Code.outputs[o] == I) return true;
    return false;
  }

  template <int... I>
  SLIM_ALWAYS_INLINE void row(long r, std::integer_sequence<int, I...>) {
    (begin_row<I>(r), ...);
  }
  template <class Lanes, int... I>
  SLIM_ALWAYS_INLINE void elements(long r, long column, Lanes lanes, std::integer_sequence<int, I...>) {
    (compute<I>(r, column, lanes), ...);
  }
};

template <auto Code>
using node_indices = std::make_integer_sequence<int, Code.node_count>;

/// Calls body(column, lanes) for consecutive columns. Rows of channels are in the cache: their loop is compiled for whole vectors, and once more for the tail.
/// Others are limited by memory.
template <class T, auto Code, class Body>
SLIM_ALWAYS_INLINE void for_each_column(long size, Body&& body) {
  if constexpr (Code.has_columns()) simd::for_each_stretch<T>(size, body);
  else simd::for_each_part<T>(size, body);
}

}  // namespace detail

/// Writes every output of `Code` for the rectangle of rows and columns. Outputs may be the element-wise inputs themselves. With `LooksAhead` it asks for the
/// operands behind the first, which come from far away, of the rectangle below, where the next call will be.
template <class T, auto Code, bool LooksAhead = false>
SLIM_ALWAYS_INLINE void evaluate(const expression_context<T>& context, long row_begin, long row_end, long column_begin, long column_end) {
  detail::evaluation<T, Code> e{context, {}};
  for (long row = row_begin; row < row_end; ++row) {
    e.row(row, detail::node_indices<Code>{});
    detail::for_each_column<T, Code>(column_end - column_begin, [&](long offset, auto lanes) {
      const long column = column_begin + offset;
      e.elements(row, column, lanes, detail::node_indices<Code>{});
#pragma GCC unroll 16
      for (int k = 1; LooksAhead && k < Code.input_count; ++k)
        if (Code.inputs[k] == expr::access::element)
          simd::prefetch_to_second_level(e.context.inputs[k] + (row + row_end - row_begin) * e.context.width + column);
      for (int o = 0; o < Code.output_count; ++o) simd::store(e.context.outputs[o] + row * e.context.width + column, e.values[Code.outputs[o]], lanes);
    });
  }
}

/// As `epilogue::apply`: the context is an expression_context whose first input and output are the kernel's result.
template <class T, auto Code>
void evaluate_epilogue(const void* context, long row_begin, long row_end, long column_begin, long column_end) {
  evaluate<T, Code, true>(*static_cast<const expression_context<T>*>(context), row_begin, row_end, column_begin, column_end);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
