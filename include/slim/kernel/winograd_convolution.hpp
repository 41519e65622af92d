#pragma once
// Winograd's algorithm for a convolution of stride 1 and for its data gradient: per block of tiles, transform the sources, one
// matrix product per frequency, transform the products back, all while the block is in the second-level cache.

#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/kernel/winograd_tiles.hpp"

namespace slim::kernel {

/// Tiles of a block: so few that its matrices stay in the second-level cache; more where the weights do not fit there either, so that
/// each visit to them does more work.
constexpr long winograd_block_tiles(const winograd_plane& p) { return p.source_channels * p.result_channels < 256 * 256 ? 48 : 96; }
/// Columns of result that are transformed back before the epilogue sees them.
inline constexpr long winograd_epilogue_columns = 64;

template<class T, class Transform>
constexpr winograd_layout<T, Transform> winograd_block_layout(const winograd_plane& p, long batch) {
  const long tiles = batch * tile_grid<Transform>{p}.per_image();
  return {p.source_channels, p.result_channels, parts_of(smaller(tiles, winograd_block_tiles(p)), tile_rows) * tile_rows};
}

/// Scratch memory in elements: transformed weights, and for each thread the matrices of one block.
template<class T, class Transform>
constexpr long winograd_convolution_workspace(const winograd_plane& p, long batch, int threads) {
  const auto layout = winograd_block_layout<T, Transform>(p, batch);
  return layout.weights_elements() + threads * (layout.source_elements() + layout.result_elements());
}

/// products[tile][column] = Σ over channels of sources[tile][channel] · weights[channel][column] for each frequency; tiles [0, count).
template<class T, class Transform>
void multiply_frequencies(const winograd_layout<T, Transform>& layout, const T* sources, const T* weights, long count, T* products) {
  constexpr long panel = tile_columns<T>, line = line_elements<T>;
  long steps[reduction_limit];
  for (long first = 0; first < layout.source_channels; first += reduction_limit) {
    const long depth = smaller(reduction_limit, layout.source_channels - first);
    for (long c = 0; c < depth; ++c) steps[c] = layout.channel_place(first + c);
    for (long f = 0; f < layout.frequencies; ++f)
      for (long p = 0; p < layout.panels(); ++p) {
        const T* const columns = weights + f * layout.weights_stride() + (p * layout.padded_channels() + first) * panel;
        T* const to = products + f * layout.result_stride() + p * layout.tiles * panel;
        // The next panel comes from far away: each register tile asks for a part of it.
        const T* ahead = columns + layout.padded_channels() * panel;
        const long part = parts_of(depth * panel, line * parts_of(count, tile_rows)) * line;
        for (long t = 0; t < count; t += tile_rows) {
          for (const T* const stop = ahead + part; ahead < stop; ahead += line) simd::prefetch_to_second_level(ahead);
          const T* rows[tile_rows];
          T* c[tile_rows];
          for (int i = 0; i < tile_rows; ++i) {
            rows[i] = sources + f * layout.source_stride() + layout.tile_place(t) + i * line;
            c[i] = to + (t + i) * panel;
          }
          if (count - t <= tile_rows / 2)
            tile<T, tile_rows / 2, tile_vectors<T>>(steps, depth, rows, columns, c, tile_rows / 2, panel, first > 0);
          else
            tile<T, tile_rows, tile_vectors<T>>(steps, depth, rows, columns, c, tile_rows, panel, first > 0);
        }
      }
  }
}

/// Transforms the products of tiles [first, last) back and hands each stretch of finished pixels to the epilogue.
template<class T, class Transform>
void finish_block(const winograd_layout<T, Transform>& layout, const tile_grid<Transform>& grid, const T* products, long first, long last, T* result,
                  const epilogue<T>& after) {
  constexpr long panel = tile_columns<T>, together = larger(winograd_epilogue_columns / panel, 1);
  const winograd_plane& plane = grid.plane;
  for (long p = 0; p < layout.panels(); p += together) {
    const long end = smaller(p + together, layout.panels());
    for (long q = p; q < end; ++q) transform_results<T, Transform>(layout, grid, products, q, first, last, result);
    if (after.apply == nullptr) continue;
    for (long tile = first; tile < last;) {
      const long next = smaller(tile - tile % grid.across() + grid.across(), last);
      const tile_position at = grid.at(tile);
      const long columns = smaller((next - tile) * Transform::outputs, plane.result_width - at.column);
      for (long row = at.row; row < smaller(at.row + Transform::outputs, plane.result_height); ++row) {
        const long pixel = (at.image * plane.result_height + row) * plane.result_width + at.column;
        after(pixel, pixel + columns, p * panel, smaller(end * panel, plane.result_channels));
      }
      tile = next;
    }
  }
}

/// result = convolution of `source` (NHWC) by `weights`, then the epilogue. `turned`: the weights are those of the convolution whose data
/// gradient this is, [tap row][tap column][result channels][source channels]; otherwise [tap row][tap column][source channels][result channels].
template<class T, class Transform>
void winograd_convolution(const winograd_plane& plane, long batch, const T* source, const T* weights, bool turned, T* result, T* workspace,
                          const epilogue<T>& after, int threads) {
  const auto layout = winograd_block_layout<T, Transform>(plane, batch);
  const tile_grid<Transform> grid{plane};
  T* const transformed = workspace;
  constexpr long line = line_elements<T>;
  const double per_channel = 100.0 * static_cast<double>(layout.panels() * tile_columns<T>);
  if (turned)
    parallel_for(layout.lines(), per_channel * line, threads,
                 [&](long task) { transform_turned_weights<T, Transform>(layout, weights, task * line, transformed); });
  else
    parallel_for(layout.source_channels, per_channel, threads, [&](long channel) { transform_weights<T, Transform>(layout, weights, channel, transformed); });

  const long tiles = batch * grid.per_image(), blocks = parts_of(tiles, layout.tiles);
  const long parts = smaller(threads > 1 ? threads : 1, blocks), own = layout.source_elements() + layout.result_elements();
  const double work = 2.0 * static_cast<double>(layout.frequencies * tiles * plane.source_channels) * static_cast<double>(plane.result_channels);
  parallel_for(parts, work / static_cast<double>(parts), threads, [&](long part) {
    T* const sources = transformed + layout.weights_elements() + part * own;
    T* const products = sources + layout.source_elements();
    for (long first = tiles * part / parts, end = tiles * (part + 1) / parts; first < end; first += layout.tiles) {
      const long last = smaller(first + layout.tiles, end);
      for (long l = 0; l < layout.lines(); ++l) transform_sources<T, Transform>(layout, grid, source, l, first, last, sources);
      multiply_frequencies<T, Transform>(layout, sources, transformed, last - first, products);
      finish_block<T, Transform>(layout, grid, products, first, last, result, after);
    }
  });
}

}  // namespace slim::kernel
