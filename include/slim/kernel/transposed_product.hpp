#pragma once
#include "slim/core/begin.hpp"
// left · rightᵀ with a right operand so large that it is streamed as it lies in memory: the register tile computes the
// transposed result, right · leftᵀ, for which only the small left operand is repacked.

#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/panel.hpp"
#include "slim/kernel/parallel.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Left rows that share one pass over the right operand.
inline constexpr long transposed_group = 128;

/// Rows of the right operand that a task has at least, if there are so many for each thread.
inline constexpr long transposed_least_strip = 192;

/// result (rows × inner) = left (rows × columns) · rightᵀ, right (inner × columns). The right operand is read once per group of at least
/// 32 (float) or 16 (double) left rows, up to `transposed_group`.
template <class T>
void multiply_transposed(long rows, long inner, long columns, const T* left, const T* right, T* result, const epilogue<T>& after, int threads) {
  const long depth = even_part(columns, smaller(columns, reduction_limit));
  const long group = smaller(panel_group_columns<T>(rows, depth), transposed_group), groups = parts_of(rows, group);
  // Some tasks per thread, unless their packing of the left operand would count.
  const long share = parts_of(inner, threads > 1 ? threads : 1), quarter = parts_of(share, 4);
  const long strip = parts_of(quarter < transposed_least_strip ? share : quarter, tile_rows) * tile_rows, strips = parts_of(inner, strip);

  parallel_for(groups * strips, 2.0 * static_cast<double>(smaller(rows, group) * strip) * static_cast<double>(columns), threads, [&](long task) {
    alignas(64) T panels[panel_buffer_size<T>];
    alignas(64) T products[tile_rows][transposed_group];
    const long first_row = task / strips * group, some_rows = smaller(group, rows - first_row);
    const long first = task % strips * strip, last = smaller(first + strip, inner);
    for (long start = 0; start < columns; start += depth) {
      const long size = smaller(depth, columns - start);
      const stretch all{0, size};
      lookahead<T> nothing;
      pack_panels_transposed(left + first_row * columns + start, columns, size, some_rows, panels, 0, size);
      for (long j = first, finished = first; j < last; j += tile_rows) {
        const int valid = static_cast<int>(smaller(tile_rows, last - j));
        const T* from[tile_rows];
        T* to[tile_rows];
#pragma GCC unroll 1
        for (int k = 0; k < tile_rows; ++k) {
          from[k] = right + (j + (k < valid ? k : 0)) * columns + start;
          to[k] = products[k];
        }
        tile_row<T>({&all, 1, 1}, size, from, panels, to, valid, some_rows, false, nothing);
        T* out = result + first_row * inner + j;
        for (long i = 0; i < some_rows; ++i, out += inner)
          for (int k = 0; k < valid; ++k) out[k] = start == 0 ? products[k][i] : out[k] + products[k][i];
        if (start + size == columns && ((j + valid - finished) * some_rows >= 1024 || j + valid == last)) {
          after(first_row, first_row + some_rows, finished, j + valid);
          finished = j + valid;
        }
      }
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
