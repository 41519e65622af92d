#pragma once
#include "slim/core/begin.hpp"
// Product of a few rows with a transposed matrix, by dot products along the contiguous dimension of both: reads the matrix
// once, in memory order, at the speed of memory.

#include "slim/core/config.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Rows of the left and of the right operand in one tile: 4 × 3 accumulators and 4 operands fit 16 registers.
inline constexpr int dot_left = 4;
inline constexpr int dot_right = 3;

/// Steps of the dot product per pass: bounds the length of a float sum and keeps the left rows in the first-level cache.
inline constexpr long dot_depth = 2048;

/// Right rows of one task.
inline constexpr long dot_strip = 96;

/// Whether this way beats packed panels: more than one group of left rows pays only for dot products that are long.
constexpr bool prefers_dot_tiles(long rows, long columns) { return rows <= dot_left || (rows <= 2 * dot_left && columns >= 512); }

/// result[i][j] (+)= Σ_e left[i][e] · right[j][e], e < size, written for i < valid_left and j < valid_right; result rows lie
/// `stride` apart. All pointers must be readable (repeat one to fill
/// up): a tile with one row costs as much as a full one, which reading the right operand hides.
template <class T>
SLIM_ONE_COPY void dot_tile(long size, const T* const* left, const T* const* right, T* result, long stride, int valid_left, int valid_right, bool accumulate) {
  using vector = simd::batch<T>;
  constexpr long width = simd::width<T>;
  vector sums[dot_left][dot_right];
  const T *l[dot_left], *r[dot_right];
#pragma GCC unroll 8
  for (int i = 0; i < dot_left; ++i) {
    l[i] = left[i];
#pragma GCC unroll 8
    for (int j = 0; j < dot_right; ++j) sums[i][j] = simd::broadcast(T{});
  }
#pragma GCC unroll 8
  for (int j = 0; j < dot_right; ++j) r[j] = right[j];

  long e = 0;
  for (; e + width <= size; e += width) {
    vector b[dot_right];
#pragma GCC unroll 8
    for (int j = 0; j < dot_right; ++j) b[j] = simd::load(r[j] + e);
#pragma GCC unroll 8
    for (int i = 0; i < dot_left; ++i) {
      const vector a = simd::load(l[i] + e);
#pragma GCC unroll 8
      for (int j = 0; j < dot_right; ++j) sums[i][j] = simd::multiply_add(a, b[j], sums[i][j]);
    }
  }
  vector finished[dot_left][dot_right];
#pragma GCC unroll 8
  for (int i = 0; i < dot_left; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < dot_right; ++j) finished[i][j] = sums[i][j];
  T totals[dot_left][dot_right];
#pragma GCC unroll 1
  for (int i = 0; i < dot_left; ++i)
#pragma GCC unroll 1
    for (int j = 0; j < dot_right; ++j) totals[i][j] = simd::sum(finished[i][j]);
  for (; e < size; ++e)
#pragma GCC unroll 1
    for (int i = 0; i < dot_left; ++i)
#pragma GCC unroll 1
      for (int j = 0; j < dot_right; ++j) totals[i][j] += left[i][e] * right[j][e];
  for (int i = 0; i < valid_left; ++i)
    for (int j = 0; j < valid_right; ++j) {
      T& out = result[i * stride + j];
      out = accumulate ? out + totals[i][j] : totals[i][j];
    }
}

/// result (rows × inner) = left (rows × columns) · rightᵀ, right (inner × columns), for a few rows.
template <class T>
void multiply_transposed_few_rows(long rows, long inner, long columns, const T* left, const T* right, T* result, const epilogue<T>& after, int threads) {
  const long strips = parts_of(inner, dot_strip);
  parallel_for(strips, 2.0 * static_cast<double>(rows * dot_strip) * static_cast<double>(columns), threads, [&](long task) {
    const long first = task * dot_strip, last = smaller(first + dot_strip, inner);
    for (long e = 0; e < columns; e += dot_depth)
      for (long j = first; j < last; j += dot_right) {
        const int valid = static_cast<int>(smaller(dot_right, last - j));
        const long size = smaller(dot_depth, columns - e);
        const T *l[dot_left], *r[dot_right];
        for (int k = 0; k < dot_right; ++k) r[k] = right + (j + (k < valid ? k : 0)) * columns + e;
        for (long i = 0; i < rows; i += dot_left) {
          for (long k = 0; k < dot_left; ++k) l[k] = left + (i + k < rows ? i + k : i) * columns + e;
          dot_tile(size, l, r, result + i * inner + j, inner, static_cast<int>(smaller(dot_left, rows - i)), valid, e > 0);
        }
      }
    after(0, rows, first, last);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
