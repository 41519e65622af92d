#pragma once
// The weights gradient of a matrix product, piece by piece: for a gradient that is used up at once, such as by an update, and never stored.

#include "slim/kernel/few_rows.hpp"
#include "slim/kernel/tap_weights_gradient.hpp"

namespace slim::kernel {

/// Elements of a piece, which stays in the second-level cache until it is used.
inline constexpr long gradient_piece = 32 * 1024;
/// Most columns of a piece.
inline constexpr long most_part = 4096;

/// Computes aᵀ · dc (inner × columns) of a (rows × inner) and dc (rows × columns) in pieces of whole rows, or of parts of them, and calls
/// `use(piece, distance, first_row, last_row, first_column, last_column)` once for each: element (r, c) is piece[(r − first_row)·distance + c − first_column].
/// Calls may come from several threads at once.
template<class T, class Use>
void matmul_weights_gradient_in_pieces(long rows, long inner, long columns, const T* a, const T* dc, int threads, const Use& use) {
  const bool few = rows <= few_rows;
  const tap_grid grid = matmul_grid(rows, inner, columns);
  const long block = smaller(rows, gradient_most_pixels);
  const long part = even_part(columns, smaller(columns, few ? most_part : smaller(most_part, panel_group_columns<T>(columns, block))));
  const long parts = parts_of(columns, part);
  long height = larger(gradient_piece / part / tile_rows, 1) * tile_rows;
  while (!few && cell_size(height) * block > source_buffer_size<T>) height -= tile_rows;
  const long strips = parts_of(inner, height);
  parallel_for(strips * parts, 2.0 * static_cast<double>(rows * height) * static_cast<double>(part), threads, [&](long task) {
    alignas(64) T piece[larger(gradient_piece, tile_rows * most_part)];
    const long row = task / parts * height, last_row = smaller(row + height, inner);
    const long column = task % parts * part, last_column = smaller(column + part, columns), count = last_column - column;
    if (few) {
      std::memset(piece, 0, static_cast<std::size_t>((last_row - row) * count) * sizeof(T));
      for (long strip = 0; strip < count; strip += few_rows_strip) {
        const long some = smaller(few_rows_strip, count - strip);
        for (long e = 0; e < rows;) {
          const T *const left = a + e * inner + row, *const right = dc + e * columns + column + strip;
          const bool four = e + 4 <= rows;
          for (long i = 0; i < last_row - row; ++i) {
            T* const to = piece + i * count + strip;
            if (four) add_scaled_rows<T, 1, 4>(left + i, 1, inner, right, columns, to, count, some);
            else add_scaled_rows<T, 1, 1>(left + i, 1, inner, right, columns, to, count, some);
          }
          e += four ? 4 : 1;
        }
      }
      return use(piece, count, row, last_row, column, last_column);
    }
    alignas(64) T panels[panel_buffer_size<T>];
    alignas(64) T buffer[source_buffer_size<T>];
    const tap_chunk chunk{0, 1, 0, 1, row, last_row - row};
    for (long first = 0; first < rows; first += block) {
      const pixel_block pixels{0, 1, 0, 1, first, smaller(block, rows - first)};
      pack_panels(dc + first * columns + column, columns, pixels.pixels(), count, panels, 0, pixels.pixels());
      const source_view<T> view = view_source(grid, chunk, pixels, a, buffer, true);
      const pixel_list steps = list_pixels(grid, pixels, view);
      for (long i = 0; i < chunk.channels; i += tile_rows) {
        const int valid = static_cast<int>(smaller(tile_rows, chunk.channels - i));
        const T* from[tile_rows];
        T* to[tile_rows];
        for (int k = 0; k < tile_rows; ++k) {
          from[k] = view.data + i + (k < valid ? k : 0);
          to[k] = piece + (i + (k < valid ? k : 0)) * count;
        }
        tile_row(steps, pixels.pixels(), from, panels, to, valid, count, first > 0);
      }
    }
    use(piece, count, row, last_row, column, last_column);
  });
}

}  // namespace slim::kernel
