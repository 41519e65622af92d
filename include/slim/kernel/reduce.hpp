#pragma once
#include "slim/core/begin.hpp"
// Sums of scalar functions: per column (bias gradients, batch statistics), per example, over everything (losses), or over any of the axes.
// Rows are cut into blocks whose number depends on the shape only, so that results are the same for every number of threads.

#include "slim/core/room_for.hpp"
#include "slim/kernel/expression.hpp"
#include "slim/kernel/parallel.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

inline constexpr long reduce_blocks = 32;      // partial sums at most
inline constexpr long reduce_block_rows = 64;  // rows of a block at least
inline constexpr long reduce_stretch = 2048;   // elements summed in T before they go to a double

inline constexpr long reduce_rows = 4;  // rows that are read side by side: more, some KiB apart, would push each other out of a cache set

/// Blocks of rows for partial sums.
constexpr long reduce_blocks_of(long rows) {
  const long blocks = rows / reduce_block_rows;
  return blocks < 1 ? 1 : blocks > reduce_blocks ? reduce_blocks : blocks;
}

/// Elements of workspace that reduce_columns needs for `outputs` sums.
constexpr long reduce_columns_workspace(long width, int outputs) { return reduce_blocks * width * outputs; }

// What follows comes in two parts: the loop of a function over some rows, and how these are shared out, which is compiled once for all functions.

/// to[o][c] = Σ of output o of Code over rows [begin, end).
template <class T, auto Code>
void column_sums(const expression_context<T>& context, long begin, long end, T* const* to) {
  constexpr int outputs = Code.output_count;
  for (long first = begin; first < end; first += reduce_rows) {
    const long last = first + reduce_rows < end ? first + reduce_rows : end;
    detail::for_each_column<T, Code>(context.width, [&](long column, auto lanes) {
      detail::evaluation<T, Code> e{context, {}};
      simd::batch<T> totals[room_for(outputs)];
      for (int o = 0; o < outputs; ++o) totals[o] = first == begin ? simd::batch<T>(T(0)) : simd::load(to[o] + column, lanes);
      for (long row = first; row < last; ++row) {
        e.row(row, detail::node_indices<Code>{});
        e.elements(row, column, lanes, detail::node_indices<Code>{});
        for (int o = 0; o < outputs; ++o) totals[o] += e.values[Code.outputs[o]];
      }
      for (int o = 0; o < outputs; ++o) simd::store(to[o] + column, totals[o], lanes);
    });
  }
}

/// Σ of Code over a rectangle, collected in double.
template <class T, auto Code>
double rectangle_sum(const expression_context<T>& context, long row_begin, long row_end, long column_begin, long column_end) {
  double result = 0;
  detail::evaluation<T, Code> e{context, {}};
  for (long row = row_begin; row < row_end; ++row) {
    e.row(row, detail::node_indices<Code>{});
    for (long first = column_begin; first < column_end; first += reduce_stretch) {
      const long last = first + reduce_stretch < column_end ? first + reduce_stretch : column_end;
      simd::batch<T> total(T(0));
      T tail = 0;
      simd::for_each_stretch<T>(last - first, [&](long offset, long count) {
        e.elements(row, first + offset, count, detail::node_indices<Code>{});
        if (count == simd::width<T>) {
          total += e.values[Code.outputs[0]];
        } else {
          alignas(64) T lanes[simd::width<T>];
          simd::store(lanes, e.values[Code.outputs[0]]);
          for (long lane = 0; lane < count; ++lane) tail += lanes[lane];
        }
      });
      result += static_cast<double>(simd::sum(total)) + static_cast<double>(tail);
    }
  }
  return result;
}

/// The rows of the loop that one result is the sum of: the first, and how much further the others are.
struct summed_rows {
  long begin, terms;
  const expr::row_places& next;
};

/// to[c] = Σ of Code over some rows.
template <class T, auto Code>
void row_sums(const expression_context<T>& context, const summed_rows& rows, T* to) {
  for (long done = 0; done < rows.terms; done += reduce_rows) {
    const long last = done + reduce_rows < rows.terms ? done + reduce_rows : rows.terms;
    detail::for_each_column<T, Code>(context.width, [&](long column, auto lanes) {
      detail::evaluation<T, Code> e{context, {}};
      simd::batch<T> total(T(0));
      for (long term = done; term < last; ++term) {
        const long row = rows.begin + rows.next(term);
        e.row(row, detail::node_indices<Code>{});
        e.elements(row, column, lanes, detail::node_indices<Code>{});
        total += e.values[Code.outputs[0]];
      }
      simd::store(to + column, done == 0 ? total : simd::load(to + column, lanes) + total, lanes);
    });
  }
}

/// The loops above without the type of their function, which takes `work` operations for each element.
template <class T>
struct summation {
  using rectangle = double(const expression_context<T>&, long row_begin, long row_end, long column_begin, long column_end);
  using columns = void(const expression_context<T>&, long begin, long end, T* const* to);
  using rows = void(const expression_context<T>&, const summed_rows&, T* to);
};
/// outputs[o][c] = Σ over rows of output o of the function at (row, c). `workspace` has reduce_columns_workspace(width, outputs) elements.
template <class T>
SLIM_ONE_COPY void reduce_columns(const expression_context<T>& context, long rows, typename summation<T>::columns* sums, int outputs, double work, T* workspace,
                                  int threads) {
  const long width = context.width, blocks = reduce_blocks_of(rows);
  parallel_for(blocks, work * static_cast<double>(rows / blocks * width), threads, [&](long block) {
    T* to[max_expression_outputs];
    for (int o = 0; o < outputs; ++o) to[o] = blocks == 1 ? context.outputs[o] : workspace + (block * outputs + o) * width;
    sums(context, rows * block / blocks, rows * (block + 1) / blocks, to);
  });
  if (blocks == 1) return;
  for (int o = 0; o < outputs; ++o)
    for (long column = 0; column < width; ++column) {
      T total = 0;
      for (long block = 0; block < blocks; ++block) total += workspace[(block * outputs + o) * width + column];
      context.outputs[o][column] = total;
    }
}

/// outputs[0][0] = Σ over rows × width.
template <class T>
SLIM_ONE_COPY void reduce_all(const expression_context<T>& context, long rows, typename summation<T>::rectangle* sum, double work, int threads) {
  double partial[reduce_blocks]{};
  const bool by_row = rows >= reduce_blocks;
  const long extent = by_row ? rows : context.width;
  const long blocks = extent < reduce_blocks ? extent : reduce_blocks;
  parallel_for(blocks, work * static_cast<double>(rows * context.width) / static_cast<double>(blocks), threads, [&](long block) {
    const long first = extent * block / blocks, last = extent * (block + 1) / blocks;
    partial[block] = by_row ? sum(context, first, last, 0, context.width) : sum(context, 0, rows, first, last);
  });
  double total = 0;
  for (long block = 0; block < blocks; ++block) total += partial[block];
  context.outputs[0][0] = static_cast<T>(total);
}

/// outputs[0][e] = Σ over the rows of example e.
template <class T>
SLIM_ONE_COPY void reduce_examples(const expression_context<T>& context, long examples, typename summation<T>::rectangle* sum, double work, int threads) {
  parallel_for(examples, work * static_cast<double>(context.rows_per_example * context.width), threads, [&](long example) {
    const long first = example * context.rows_per_example;
    context.outputs[0][example] = static_cast<T>(sum(context, first, first + context.rows_per_example, 0, context.width));
  });
}

/// Result r is the sum of `rows / results` rows of the loop, as a row by `sums` or, where that is null, as one number by `sum`: the first of them is row
/// first(r), the others are next(1), next(2) … rows further.
template <class T>
SLIM_ONE_COPY void reduce_rows_of(const expression_context<T>& context, long rows, long results, const expr::row_places& first, const expr::row_places& next,
                                  typename summation<T>::rows* sums, typename summation<T>::rectangle* sum, double work, int threads) {
  const long width = context.width, terms = rows / results;
  parallel_for(results, work * static_cast<double>(terms * width), threads, [&](long r) {
    const long begin = first(r);
    if (sums != nullptr) return sums(context, {begin, terms, next}, context.outputs[0] + r * width);
    double total = 0;
    for (long term = 0; term < terms; ++term) {
      const long row = begin + next(term);
      total += sum(context, row, row + 1, 0, width);
    }
    context.outputs[0][r] = static_cast<T>(total);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
