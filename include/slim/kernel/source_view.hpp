#pragma once
#include "slim/core/begin.hpp"
// The left operand of a window contraction for one block of pixels and one chunk of taps and channels, without borders:
// the caller's tensor where the windows stay inside it, otherwise a copy with the zero border around it. A copied cell
// is used once per tap and result column, so the copy costs about a hundredth of the arithmetic.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/tile.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

inline constexpr long source_buffer_bytes = 128 * 1024;
template <class T>
inline constexpr long source_buffer_size = source_buffer_bytes / static_cast<long>(sizeof(T));

/// Where the block's first output meets the chunk's first tap, and the distances from there, in elements.
template <class T>
struct source_view {
  const T* data;
  long image_stride, row_stride, cell_stride;
};

/// A copy also pays when the source's cells lie so that a column of `pixels` of them overflows its sets of a first-level cache
/// with 64 sets of 8 lines of 64 bytes.
constexpr bool crowds_cache(long cell_bytes, long pixels) { return pixels > 8 * 64 / common_divisor(64, cell_bytes / 64); }

/// `column_wise` tells that the reduction runs over pixels, so that many cells are read at once.
template <class T>
source_view<T> view_source(const tap_grid& grid, const tap_chunk& chunk, const pixel_block& block, const T* source, T* buffer, bool column_wise) {
  const tap_axis &height = grid.height, &width = grid.width;
  const long channels = grid.source_channels;
  const long first_row = block.row * height.step + height.offset + chunk.row * height.tap_step;
  const long first_cell = block.column * width.step + width.offset + chunk.column * width.tap_step;
  const long rows = height.span(block.rows, chunk.rows), cells = width.span(block.columns, chunk.columns);

  const long source_row = width.source * channels, source_image = height.source * source_row;
  source += block.image * source_image + chunk.channel;
  const bool crowded = column_wise && crowds_cache(channels * static_cast<long>(sizeof(T)), block.pixels());
  if (!crowded && first_row >= 0 && first_row + rows <= height.source && first_cell >= 0 && first_cell + cells <= width.source)
    return {source + first_row * source_row + first_cell * channels, source_image, source_row, channels};

  const long before = smaller(larger(-first_cell, 0), cells);
  const long inside = larger(smaller(first_cell + cells, width.source) - (first_cell + before), 0);
  const long after = cells - before - inside, some = chunk.channels, cell = cell_size(some);
  const auto bytes = [](long count) { return static_cast<std::size_t>(count) * sizeof(T); };
  T* to = buffer;
  for (long image = 0; image < block.images; ++image)
    for (long row = first_row; row < first_row + rows; ++row, to += cells * cell) {
      if (row < 0 || row >= height.source || inside == 0) {
        std::memset(to, 0, bytes(cells * cell));
        continue;
      }
      const T* from = source + image * source_image + row * source_row + (first_cell + before) * channels;
      T* first = to + before * cell;
      std::memset(to, 0, bytes(before * cell));
      if (some == channels && cell == channels) std::memcpy(first, from, bytes(inside * cell));
      else
        for (long c = 0; c < inside; ++c) std::memcpy(first + c * cell, from + c * channels, bytes(some));
      std::memset(first + inside * cell, 0, bytes(after * cell));
    }
  return {buffer, rows * cells * cell, cells * cell, cell};
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
