#pragma once
// The weights gradient of a matrix product, piece by piece: for a gradient that is used up at once, such as by an update, and never stored.

#include "slim/kernel/few_rows.hpp"
#include "slim/kernel/tap_weights_gradient.hpp"

namespace slim::kernel {

/// Elements of a piece, which stays in the second-level cache until it is used.
inline constexpr long gradient_piece = 8 * 1024;
/// Most columns of a piece.
inline constexpr long most_part = 4096;
/// Columns between two announcements.
inline constexpr long announced_columns = 64;
/// Tasks per thread and part: each packs its columns of dc once.
inline constexpr long shares_per_thread = 4;

/// Computes aᵀ · dc (inner × columns) of a (rows × inner) and dc (rows × columns) in pieces of whole rows, or of parts of them, and calls
/// `use(piece, distance, first_row, last_row, first_column, last_column)` once for each: element (r, c) is piece[(r − first_row)·distance + c − first_column].
/// For more than `few_rows` rows, `announce(row, first_column, columns)` tells ahead what `use` will get, so that memory can be asked for
/// what belongs to it while the piece is computed. Calls may come from several threads at once.
template<class T, class Announce, class Use>
void matmul_weights_gradient_in_pieces(long rows, long inner, long columns, const T* a, const T* dc, int threads, const Announce& announce, const Use& use) {
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
      if (few) {
        std::memset(piece, 0, static_cast<std::size_t>((last_row - row) * count) * sizeof(T));
        for (long some = 0; some < count; some += few_rows_strip) {
          const long width = smaller(few_rows_strip, count - some);
          for (long e = 0; e < rows;) {
            const T *const left = a + e * inner + row, *const right = dc + e * columns + column + some;
            const bool four = e + 4 <= rows;
            for (long i = 0; i < last_row - row; ++i) {
              T* const to = piece + i * count + some;
              if (four) add_scaled_rows<T, 1, 4>(left + i, 1, inner, right, columns, to, count, width);
              else add_scaled_rows<T, 1, 1>(left + i, 1, inner, right, columns, to, count, width);
            }
            e += four ? 4 : 1;
          }
        }
      }
      for (long first = few ? rows : 0; first < rows; first += block) {
        const tap_chunk chunk{0, 1, 0, 1, row, last_row - row};
        const pixel_block pixels{0, 1, 0, 1, first, smaller(block, rows - first)};
        if (rows > block || strip == first_strip) pack_panels(dc + first * columns + column, columns, pixels.pixels(), count, panels, 0, pixels.pixels());
        const source_view<T> view = view_source(grid, chunk, pixels, a, buffer, true);
        const pixel_list steps = list_pixels(grid, pixels, view);
        for (long i = 0; i < chunk.channels; i += tile_rows) {
          const int valid = static_cast<int>(smaller(tile_rows, chunk.channels - i));
          const T* from[tile_rows];
          T* to[tile_rows];
          for (int k = 0; k < tile_rows; ++k) from[k] = view.data + i + (k < valid ? k : 0);
          for (long some = 0; some < count; some += announced_columns) {
            const long width = smaller(announced_columns, count - some);
            if (first == 0)
              for (int k = 0; k < valid; ++k) announce(row + i + k, column + some, width);
            for (int k = 0; k < tile_rows; ++k) to[k] = piece + (i + (k < valid ? k : 0)) * count + some;
            tile_row(steps, pixels.pixels(), from, panels + some * pixels.pixels(), to, valid, width, first > 0);
          }
        }
      }
      use(piece, count, row, last_row, column, last_column);
    }
  });
}

}  // namespace slim::kernel
