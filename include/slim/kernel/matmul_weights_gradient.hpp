#pragma once
#include "slim/core/begin.hpp"
// The weights gradient of a matrix product, piece by piece: for a gradient that is used up at once, such as by an update, and never stored.

#include "slim/core/function_ref.hpp"
#include "slim/kernel/few_rows.hpp"
#include "slim/kernel/tap_weights_gradient.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Elements of a piece, which stays in the second-level cache until it is used.
inline constexpr long gradient_piece = 8 * 1024;
/// Most columns of a piece.
inline constexpr long most_part = 4096;
/// Columns between two announcements.
inline constexpr long announced_columns = 64;
/// Tasks per thread and part: each packs its columns of dc once.
inline constexpr long shares_per_thread = 4;

/// piece[i][j] = Σ over rows of left[row][i] · right[row][j], `height` × `count`, of matrices with `inner` and `columns` elements in a row: for up
/// to `few_rows` rows, without packing.
template <class T>
void multiply_piece_of_few_rows(long rows, long inner, long columns, const T* left, const T* right, long height, long count, T* piece) {
  std::memset(piece, 0, static_cast<std::size_t>(height * count) * sizeof(T));
  for (long strip = 0; strip < count; strip += few_rows_strip) {
    const long width = smaller(few_rows_strip, count - strip);
    for (long e = 0; e < rows;) {
      const bool four = e + 4 <= rows;
      for (long i = 0; i < height; ++i) {
        const T *const scale = left + e * inner + i, *const row = right + e * columns + strip;
        T* const to = piece + i * count + strip;
        if (four) add_scaled_rows<T, 1, 4>(scale, 1, inner, row, columns, to, count, width);
        else add_scaled_rows<T, 1, 1>(scale, 1, inner, row, columns, to, count, width);
      }
      e += four ? 4 : 1;
    }
  }
}

/// piece[i][j] (+)= Σ over `depth` steps of element i of `view` · packed column j, `height` × `count`. `before(i, j, columns)` is called just before
/// elements (i, j) … (i, j + columns − 1).
template <class T, class Before>
void multiply_piece_of_panels(const source_view<T>& view, const reduction& steps, long depth, const T* panels, long height, long count, bool accumulate,
                              T* piece, const Before& before) {
  static_assert(announced_columns % tile_columns<T> == 0, "groups of columns begin with a panel");
  lookahead<T> nothing;
  for (long i = 0; i < height; i += tile_rows) {
    const int valid = static_cast<int>(smaller(tile_rows, height - i));
    const T* from[tile_rows];
    T* to[tile_rows];
#pragma GCC unroll 1
    for (int k = 0; k < tile_rows; ++k) from[k] = view.data + i + (k < valid ? k : 0);
    for (long j = 0; j < count; j += announced_columns) {
      const long width = smaller(announced_columns, count - j);
      for (int k = 0; k < valid; ++k) before(i + k, j, width);
#pragma GCC unroll 1
      for (int k = 0; k < tile_rows; ++k) to[k] = piece + (i + (k < valid ? k : 0)) * count + j;
      tile_row(steps, depth, from, panels + j * depth, to, valid, width, accumulate, nothing);
    }
  }
}

/// Takes piece (first_row … last_row) × (first_column … last_column) of a gradient: element (r, c) is piece[(r − first_row)·distance + c − first_column].
template <class T>
using piece_sink = function_ref<void(const T* piece, long distance, long first_row, long last_row, long first_column, long last_column)>;
/// Is told what a piece_sink will get of a row.
using piece_announcement = function_ref<void(long row, long first_column, long columns)>;

/// Computes aᵀ · dc (inner × columns) of a (rows × inner) and dc (rows × columns) in pieces of whole rows, or of parts of them, and calls
/// `use` once for each. For more than `few_rows` rows, `announce` tells ahead what `use` will get, so that memory can be asked for
/// what belongs to it while the piece is computed. Calls may come from several threads at once.
template <class T>
void matmul_weights_gradient_in_pieces(long rows, long inner, long columns, const T* a, const T* dc, int threads, const piece_announcement& announce,
                                       const piece_sink<T>& use) {
  const bool few = rows <= few_rows;
  const tap_grid grid = matmul_grid(rows, inner, columns);
  const long block = smaller(rows, gradient_most_pixels);
  const long part = even_part(columns, smaller(columns, few ? most_part : smaller(most_part, panel_group_columns<T>(columns, block))));
  const long parts = parts_of(columns, part);
  long height = larger(gradient_piece / part / tile_rows, 1) * tile_rows;
  while (!few && cell_size(height) * block > source_buffer_size<T>) height -= tile_rows;
  const long strips = parts_of(inner, height), shares = smaller(strips, shares_per_thread * threads);
  const double work = 2.0 * static_cast<double>(rows * inner) * static_cast<double>(columns) / static_cast<double>(shares * parts);
  parallel_for(shares * parts, work, threads, [&](long task) {
    alignas(64) T piece[larger(gradient_piece, tile_rows * most_part)];
    alignas(64) T panels[panel_buffer_size<T>];
    alignas(64) T buffer[source_buffer_size<T>];
    const long column = task / shares * part, last_column = smaller(column + part, columns), count = last_column - column;
    const long first_strip = task % shares * strips / shares, last_strip = (task % shares + 1) * strips / shares;
    for (long strip = first_strip; strip < last_strip; ++strip) {
      const long row = strip * height, last_row = smaller(row + height, inner);
      if (few) multiply_piece_of_few_rows(rows, inner, columns, a + row, dc + column, last_row - row, count, piece);
      for (long first = few ? rows : 0; first < rows; first += block) {
        const pixel_block pixels{0, 1, 0, 1, first, smaller(block, rows - first)};
        const long depth = pixels.pixels();
        // The only block stays packed for all strips.
        if (rows > block || strip == first_strip) pack_panels(dc + first * columns + column, columns, depth, count, panels, 0, depth);
        const source_view<T> view = view_source(grid, {0, 1, 0, 1, row, last_row - row}, pixels, a, buffer, true);
        multiply_piece_of_panels(view, list_pixels(grid, pixels, view), depth, panels, last_row - row, count, first > 0, piece,
                                 [&](long i, long j, long width) {
                                   if (first == 0) announce(row + i, column + j, width);
                                 });
      }
      use(piece, count, row, last_row, column, last_column);
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
