#pragma once
#include "slim/core/begin.hpp"
// The loop that a scalar function becomes: evaluation of a code on vectors, over rectangles of rows × columns.

#include <array>
#include <utility>

#include "slim/core/config.hpp"
#include "slim/expr/code.hpp"
#include "slim/kernel/expression_context.hpp"
#include "slim/simd/math.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

namespace detail {

/// Where the values of a code's nodes are. What follows works on them and is compiled once for each kind of instruction, not for each node of each code.
template <class T>
struct registers {
  const expression_context<T>& context;
  simd::batch<T>* values;  // one for each node
  const T** rows;          // where this row of an operand begins
  std::uint32_t* keys;     // of random numbers
};

/// Operands that do not change within a row are loaded once per row.
template <expr::instruction What, class T>
SLIM_ALWAYS_INLINE void begin_row(const registers<T>& in, int node, double number, long row) {
  using expr::access;
  const expression_context<T>& context = in.context;
  if constexpr (What.op == expr::scalar_op::constant) {
    in.values[node] = simd::broadcast(static_cast<T>(number));
  } else if constexpr (What.op == expr::scalar_op::input) {
    const int k = static_cast<int>(number);
    if constexpr (What.how == access::scalar) in.values[node] = simd::broadcast(context.inputs[k][0]);
    if constexpr (What.how == access::example) in.values[node] = simd::broadcast(context.inputs[k][row / context.rows_per_example]);
    if constexpr (What.how == access::row) in.rows[k] = context.inputs[k] + context.places[k](row);
    if constexpr (What.how == access::row_number) in.values[node] = simd::broadcast(context.inputs[k][context.places[k](row)]);
  } else if constexpr (What.op == expr::scalar_op::uniform) {
    in.keys[node] = simd::mix(static_cast<std::uint32_t>(context.function[node].value)) ^ context.seed;
  }
}

/// `yes` where a > b or a == b, as `Comparison` says, else `no`; of another one `yes` where a ≠ 0, what is not a number included: xsimd's != leaves that out
/// on vectors of AVX and AVX-512, and on others not.
template <expr::scalar_op Comparison, class V>
SLIM_ALWAYS_INLINE V chosen(const V& a, const V& b, const V& yes, const V& no) {
  if constexpr (Comparison == expr::scalar_op::greater) return simd::choose(a > b, yes, no);
  else if constexpr (Comparison == expr::scalar_op::equal) return simd::choose(a == b, yes, no);
  else return simd::choose(a == V(0), no, yes);
}

/// The value of a node for some columns of a row, from the values of those it reads.
template <expr::instruction What, class T, class Lanes>
SLIM_ALWAYS_INLINE void compute(const registers<T>& in, int node, double number, const expr::instruction_operands& of, long row, long column, Lanes lanes) {
  using enum expr::scalar_op;
  using vector = simd::batch<T>;
  constexpr expr::scalar_op op = What.op;
  const expression_context<T>& context = in.context;
  const vector &a = in.values[of.a], &b = in.values[of.b];
  vector& result = in.values[node];
  if constexpr (op == input) {
    using expr::access;
    const int k = static_cast<int>(number);
    if constexpr (What.how == access::element) result = simd::load(context.inputs[k] + row * context.width + column, lanes);
    if constexpr (What.how == access::column) result = simd::load(context.inputs[k] + column, lanes);
    if constexpr (What.how == access::row) result = simd::load(in.rows[k] + column, lanes);
  } else if constexpr (op == position) result = simd::iota<T>() + simd::broadcast(static_cast<T>(column));
  else if constexpr (op == uniform) result = simd::uniform<T>(in.keys[node], context.first_element + static_cast<std::uint32_t>(row * context.width + column));
  else if constexpr (op == negate) result = -a;
  else if constexpr (op == absolute) result = simd::absolute(a);
  else if constexpr (op == square_root) result = simd::square_root(a);
  else if constexpr (op == exponential) result = simd::exponential(a);
  else if constexpr (op == logarithm) result = simd::logarithm(a);
  else if constexpr (op == logarithm_of_one_plus) result = simd::logarithm_of_one_plus(a);
  else if constexpr (op == hyperbolic_tangent) result = simd::hyperbolic_tangent(a);
  else if constexpr (op == logistic) result = simd::quotient(vector(1), vector(1) + simd::exponential(-a));
  else if constexpr (op == error_function) result = simd::error_function(a);
  else if constexpr (op == sine) result = simd::sine(a);
  else if constexpr (op == cosine) result = simd::cosine(a);
  else if constexpr (op == power) result = simd::power(a, b);
  else if constexpr (op == finite) result = simd::finite(a);
  else if constexpr (op == floor) result = simd::round_down(a);
  else if constexpr (op == add) result = a + b;
  else if constexpr (op == subtract) result = a - b;
  else if constexpr (op == multiply) result = a * b;
  else if constexpr (op == divide) result = simd::quotient(a, b);
  // x86 hands on the second operand where one is not a number: that must not hide it.
  else if constexpr (op == maximum) result = What.first == constant ? simd::maximum(a, b) : simd::larger_or_none(a, b);
  else if constexpr (op == minimum) result = What.first == constant ? simd::minimum(a, b) : simd::smaller_or_none(a, b);
  else if constexpr (op == select) result = chosen<What.first>(a, b, in.values[of.c], in.values[of.d]);
  else if constexpr ((op == greater || op == equal) && What.stored) result = chosen<op>(a, b, vector(1), vector(0));
}

/// Those of a code, those that have a value for each element, the others.
enum class nodes { all, of_elements, of_columns };

template <class T, auto Code>
struct evaluation {
  expression_context<T> context;  // a copy, or g++ would fetch each address again for each vector: what is stored might change it
  simd::batch<T> values[Code.node_count];
  const T* rows[Code.by_row() ? Code.input_count : 1]{};
  std::uint32_t keys[Code.draws() ? Code.node_count : 1]{};

  SLIM_ALWAYS_INLINE registers<T> all() { return {context, values, rows, keys}; }

  template <int... I>
  SLIM_ALWAYS_INLINE void row(long r, std::integer_sequence<int, I...>) {
    (begin_row<Code.instruction_of(I)>(all(), I, Code.number(I), r), ...);
  }
  template <nodes Which = nodes::all, class Lanes, int... I>
  SLIM_ALWAYS_INLINE void elements(long r, long column, Lanes lanes, std::integer_sequence<int, I...>) {
    (element<Which, I>(r, column, lanes), ...);
  }

private:
  template <nodes Which, int I, class Lanes>
  SLIM_ALWAYS_INLINE void element(long r, long column, Lanes lanes) {
    if constexpr (Which == nodes::all || is_of_elements[I] == (Which == nodes::of_elements))
      compute<Code.instruction_of(I)>(all(), I, Code.number(I), operands[I], r, column, lanes);
  }

  static constexpr auto is_of_elements = Code.of_elements();
  static constexpr auto operands = [] {
    std::array<expr::instruction_operands, Code.node_count> of{};
    for (int i = 0; i < Code.node_count; ++i) of[static_cast<std::size_t>(i)] = Code.operands_of(i);
    return of;
  }();
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

/// Rows that are worked on together, where they have the same operands: what belongs to a channel is loaded once for all of them.
inline constexpr long rows_together = 8;

/// Writes every output of `Code` for the rectangle of rows and columns. Outputs may be the element-wise inputs themselves. With `LooksAhead` it asks for the
/// operands behind the first, which come from far away, of the rectangle below, where the next call will be.
template <class T, auto Code, bool LooksAhead = false>
SLIM_ALWAYS_INLINE void evaluate(const expression_context<T>& context, long row_begin, long row_end, long column_begin, long column_end) {
  using detail::nodes;
  constexpr detail::node_indices<Code> indices{};
  constexpr bool together = Code.has_columns() && Code.has_rows_alike();
  detail::evaluation<T, Code> e{context, {}};
  for (long row = row_begin; row < row_end;) {
    const long next = together && row + rows_together < row_end ? row + rows_together : together ? row_end : row + 1;
    e.row(row, indices);
    detail::for_each_column<T, Code>(column_end - column_begin, [&](long offset, auto lanes) {
      const long column = column_begin + offset;
      e.template elements<nodes::of_columns>(row, column, lanes, indices);
      for (long r = row; r < next; ++r) {
        e.template elements<nodes::of_elements>(r, column, lanes, indices);
#pragma GCC unroll 16
        for (int k = 1; LooksAhead && k < Code.input_count; ++k)
          if (Code.inputs[k] == expr::access::element)
            simd::prefetch_to_second_level(e.context.inputs[k] + (r + row_end - row_begin) * e.context.width + column);
        for (int o = 0; o < Code.output_count; ++o) simd::store(e.context.outputs[o] + r * e.context.width + column, e.values[Code.outputs[o]], lanes);
      }
    });
    row = next;
  }
}

/// As `epilogue::apply`: the context is an expression_context whose first input and output are the kernel's result.
template <class T, auto Code>
void evaluate_epilogue(const void* context, long row_begin, long row_end, long column_begin, long column_end) {
  evaluate<T, Code, true>(*static_cast<const expression_context<T>*>(context), row_begin, row_end, column_begin, column_end);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
