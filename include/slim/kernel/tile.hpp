#pragma once
// The register tile: the one inner loop of every contraction in the library. A few rows (pixels, or weights) times a
// panel of columns, accumulated over any reduction without leaving the registers.

#include "slim/core/config.hpp"
#include "slim/simd/batch.hpp"

namespace slim::kernel {

/// Rows of a full tile. 6 × 2 vectors of accumulators, two panel vectors and a broadcast fill 16 registers; with 32
/// registers the panel is twice as wide.
inline constexpr int tile_rows = 6;
template<class T>
inline constexpr int tile_vectors = simd::registers<T> >= 32 ? 4 : 2;
template<class T>
inline constexpr long tile_columns = tile_vectors<T> * simd::width<T>;

/// c[i][j] (+)= Σ_e rows[i][steps[e]] · panel[e][j], e < depth in ascending order, for `Rows` rows and `Vectors` vectors of
/// columns. The panel holds `tile_columns` elements per step. The table of steps makes every reduction, over taps, channels,
/// images or pixels, one loop. All `Rows` pointers must be readable (repeat one to fill up); only the first `valid_rows` rows and
/// `valid_columns` columns are written. With `accumulate` the finished sum is added to c.
template<class T, int Rows, int Vectors>
[[gnu::noinline]] void tile(const long* steps, long depth, const T* const* rows, const T* SLIM_RESTRICT panel, T* const* c, int valid_rows,
                            long valid_columns, bool accumulate) {
  using vector = simd::batch<T>;
  constexpr long width = simd::width<T>;

  const T* row[Rows];
  vector sums[Rows][Vectors];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i) {
    row[i] = rows[i];
    simd::prefetch_for_write(c[i]);
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) sums[i][v] = simd::broadcast(T{});
  }

  for (long e = 0; e < depth; ++e, panel += tile_columns<T>) {
    const long at = steps[e];
    vector columns[Vectors];
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) columns[v] = simd::load(panel + v * width);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) {
      const vector scalar = simd::broadcast(row[i][at]);
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) sums[i][v] = simd::multiply_add(scalar, columns[v], sums[i][v]);
    }
  }

  if (valid_rows == Rows && valid_columns >= Vectors * width) {
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
      for (int v = 0; v < Vectors; ++v) {
        T* out = c[i] + v * width;
        simd::store(out, accumulate ? simd::load(out) + sums[i][v] : sums[i][v]);
      }
    return;
  }
  alignas(64) T finished[Rows][Vectors * width];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int v = 0; v < Vectors; ++v) simd::store(finished[i] + v * width, sums[i][v]);
  for (int i = 0; i < valid_rows; ++i)
    for (long j = 0; j < valid_columns; ++j) c[i][j] = accumulate ? c[i][j] + finished[i][j] : finished[i][j];
}

/// One tile against each of consecutive panels of a group; `columns` may end inside the last panel. Short tiles and half-empty panels take a smaller kernel.
template<class T>
void tile_row(const long* steps, long depth, const T* const* rows, const T* panels, T* const* c, int valid_rows, long columns,
              bool accumulate) {
  const long panel_size = depth * tile_columns<T>;
  T* at[tile_rows];
  for (int i = 0; i < tile_rows; ++i) at[i] = c[i < valid_rows ? i : valid_rows - 1];
  for (long first = 0; first < columns; first += tile_columns<T>, panels += panel_size) {
    const long valid = columns - first < tile_columns<T> ? columns - first : tile_columns<T>;
    if (valid_rows <= tile_rows / 2)
      tile<T, tile_rows / 2, tile_vectors<T>>(steps, depth, rows, panels, at, valid_rows, valid, accumulate);
    else if (2 * valid <= tile_columns<T>)
      tile<T, tile_rows, tile_vectors<T> / 2>(steps, depth, rows, panels, at, valid_rows, valid, accumulate);
    else tile<T, tile_rows, tile_vectors<T>>(steps, depth, rows, panels, at, valid_rows, valid, accumulate);
    for (int i = 0; i < tile_rows; ++i) at[i] += valid;
  }
}

}  // namespace slim::kernel
