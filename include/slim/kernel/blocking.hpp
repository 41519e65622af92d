#pragma once
#include "slim/core/begin.hpp"
// How a window contraction is cut so that its operands stay in cache: chunks of the reduction, blocks of pixels.

#include "slim/core/config.hpp"
#include "slim/kernel/tap_grid.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Steps of the reduction that accumulate in registers before the sum goes to memory: 9 taps × 128 channels. A longer
/// reduction costs one more pass over the result per chunk and makes it more accurate.
inline constexpr long reduction_limit = 1152;

/// Elements of result, at least, that are handed to the epilogue together.
inline constexpr long epilogue_elements = 1024;

constexpr long smaller(long a, long b) { return a < b ? a : b; }
constexpr long larger(long a, long b) { return a > b ? a : b; }
constexpr long parts_of(long total, long part) { return (total + part - 1) / part; }
/// The part size that cuts `total` into as many parts as `part` does, but evenly.
constexpr long even_part(long total, long part) { return parts_of(total, parts_of(total, part)); }

/// Distance of neighbouring cells in a copy of `channels` of their channels: an odd number of cache lines when a cell is long, so
/// that a column of cells spreads over all cache sets.
constexpr long cell_size(long channels) { return channels < 64 ? channels : ((channels + 15) / 16 | 1) * 16; }

struct blocking {
  tap_grid grid;
  long tap_rows, tap_columns, channels;  // of a full chunk
  long images, rows, columns;            // of a full block

  constexpr long row_chunks() const { return parts_of(grid.height.taps, tap_rows); }
  constexpr long column_chunks() const { return parts_of(grid.width.taps, tap_columns); }
  constexpr long channel_chunks() const { return parts_of(grid.source_channels, channels); }
  constexpr long chunks() const { return row_chunks() * column_chunks() * channel_chunks(); }
  constexpr long depth() const { return tap_rows * tap_columns * channels; }

  SLIM_ONE_COPY constexpr tap_chunk chunk(long index) const {
    const long channel = index % channel_chunks() * channels, place = index / channel_chunks();
    const long column = place % column_chunks() * tap_columns, row = place / column_chunks() * tap_rows;
    return {row,     smaller(tap_rows, grid.height.taps - row),        column, smaller(tap_columns, grid.width.taps - column),
            channel, smaller(channels, grid.source_channels - channel)};
  }

  constexpr long blocks() const { return parts_of(grid.batch, images) * parts_of(grid.height.outputs, rows) * parts_of(grid.width.outputs, columns); }

  constexpr long first_pixel(long index) const {
    const pixel_block at = block(index);
    return (at.image * grid.height.outputs + at.row) * grid.width.outputs + at.column;
  }
  /// As many blocks, but those of one size differ by one pixel, row or image at most.
  SLIM_ONE_COPY constexpr pixel_block block(long index) const {
    const long across = parts_of(grid.width.outputs, columns), down = parts_of(grid.height.outputs, rows), deep = parts_of(grid.batch, images);
    const long column = index % across, row = index / across % down, image = index / across / down;
    const auto first = [](long total, long parts, long part) { return part * total / parts; };
    const auto size = [&](long total, long parts, long part) { return first(total, parts, part + 1) - first(total, parts, part); };
    return {first(grid.batch, deep, image),
            size(grid.batch, deep, image),
            first(grid.height.outputs, down, row),
            size(grid.height.outputs, down, row),
            first(grid.width.outputs, across, column),
            size(grid.width.outputs, across, column)};
  }

  /// Cuts the blocks further, the longest extent of which there are several first, so that each of `threads` has as many.
  constexpr blocking shared_by(long threads) const {
    blocking cut = *this;
    const auto share = [&](long total, long& part, long others) {
      const long each = threads / common_divisor(threads, others), wanted = parts_of(parts_of(total, part), each) * each;
      if (wanted <= total) part = parts_of(total, wanted);
    };
    if (columns < grid.width.outputs) share(grid.width.outputs, cut.columns, grid.height.outputs * grid.batch);
    else if (rows < grid.height.outputs) share(grid.height.outputs, cut.rows, grid.batch);
    else if (images < grid.batch) share(grid.batch, cut.images, 1);
    return cut;
  }
};

/// Chunks of at most `depth_limit` steps, and blocks of at most `most_pixels` pixels whose source cells for one chunk fit
/// `room` elements; chunks shrink until a block of `least_pixels` can fit.
[[gnu::cold]] constexpr blocking choose_blocking(const tap_grid& grid, long depth_limit, long least_pixels, long most_pixels, long room) {
  const tap_axis &height = grid.height, &width = grid.width;
  long tap_rows = height.taps, tap_columns = width.taps, channels = grid.source_channels;
  const long least_columns = smaller(least_pixels, width.outputs);
  const long least_rows = smaller(parts_of(least_pixels, least_columns), height.outputs);
  const auto cells = [&](long rows, long columns) { return height.span(rows, tap_rows) * width.span(columns, tap_columns); };

  const auto limit_channels = [&](long limit) {
    if (channels > limit) channels = limit >= 8 ? limit / 8 * 8 : larger(limit, 1);
  };
  limit_channels(depth_limit / (tap_rows * tap_columns));
  const auto too_large = [&] { return tap_rows * tap_columns * channels > depth_limit || cells(least_rows, least_columns) * cell_size(channels) > room; };
  limit_channels(room / cells(least_rows, least_columns));
  if (too_large()) limit_channels(larger(channels - 32, 1));
  while (tap_rows > 1 && too_large()) tap_rows = (tap_rows + 1) / 2;
  while (tap_columns > 1 && too_large()) tap_columns = (tap_columns + 1) / 2;
  channels = smaller(channels, (even_part(grid.source_channels, channels) + 7) / 8 * 8);

  const long cell = cell_size(channels);
  long columns = smaller(width.outputs, most_pixels), rows = 1, images = 1;
  while (columns > 1 && cells(1, columns) * cell > room) --columns;
  columns = even_part(width.outputs, columns);
  if (columns == width.outputs) {
    while (rows < height.outputs && (rows + 1) * columns <= most_pixels && cells(rows + 1, columns) * cell <= room) ++rows;
    rows = even_part(height.outputs, rows);
  }
  if (columns == width.outputs && rows == height.outputs) {
    images = smaller(most_pixels / (rows * columns), room / (cells(rows, columns) * cell));
    images = even_part(grid.batch, smaller(larger(images, 1), grid.batch));
  }
  return {grid, tap_rows, tap_columns, channels, images, rows, columns};
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
