#pragma once
#include "slim/core/begin.hpp"
// The engine behind the weights gradients of convolution and matmul: rows of the tile are (tap, source channel) pairs,
// the reduction runs over pixels.

#include "slim/kernel/panel.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/kernel/source_view.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Pixels of one block: enough to pay for one visit to the weights gradient in memory, few enough for the packed gradient of the
/// result and for the accuracy of a float sum.
inline constexpr long gradient_least_pixels = 196;
inline constexpr long gradient_most_pixels = 512;

/// The steps of the reduction over a block's pixels.
using pixel_list = stretch_list<gradient_most_pixels>;
template <class T>
SLIM_ONE_COPY pixel_list list_pixels(const tap_grid& grid, const pixel_block& block, const source_view<T>& view) {
  pixel_list steps(grid.width.step * view.cell_stride);
  for (long image = 0; image < block.images; ++image)
    for (long row = 0; row < block.rows; ++row) steps.add(image * view.image_stride + row * grid.height.step * view.row_stride, block.columns);
  return steps;
}

/// Adds one block's contribution to the weights gradient of `chunk` × columns [column, column + columns).
template <class T>
SLIM_ONE_COPY void accumulate_weights(const tap_grid& grid, const tap_chunk& chunk, const source_view<T>& view, const reduction& steps, long depth,
                                      const T* panels, long column, long columns, T* dweights, bool accumulate) {
  const long per_row = chunk.columns * chunk.channels, weights = chunk.rows * per_row;
  lookahead<T> nothing;
  for (long first = 0; first < weights; first += tile_rows) {
    const int valid = static_cast<int>(smaller(tile_rows, weights - first));
    const T* from[tile_rows];
    T* to[tile_rows];
#pragma GCC unroll 1
    for (int i = 0; i < tile_rows; ++i) {
      const long weight = first + (i < valid ? i : 0);
      const long r = weight / per_row, s = weight / chunk.channels % chunk.columns, c = weight % chunk.channels;
      const long tap = (chunk.row + r) * grid.width.taps + chunk.column + s;
      from[i] = view.data + r * grid.height.tap_step * view.row_stride + s * grid.width.tap_step * view.cell_stride + c;
      to[i] = dweights + (tap * grid.source_channels + chunk.channel + c) * grid.result_channels + column;
    }
    tile_row(steps, depth, from, panels, to, valid, columns, accumulate, nothing);
  }
}

/// Gradients of at most so many elements, of first layers, are summed in so many parts, each over pixels of its own: there would be no work for several threads
/// otherwise.
inline constexpr long gradient_in_parts = 10 * 1024, gradient_parts = 8;

/// The sums over each of `parts` parts of a contraction's blocks of pixels; those behind the first go to `others`.
template <class T>
void share_weights(const tap_grid& grid, const blocking& cut, long parts, const T* source, const T* dresult, T* dweights, T* others, int threads) {
  const long deepest = cut.images * cut.rows * cut.columns, blocks = cut.blocks();
  const long elements = grid.height.taps * grid.width.taps * grid.source_channels * grid.result_channels;
  // Groups of columns are copies of the source: no more than make the tasks even.
  const long work = cut.chunks() * parts, least_groups = work >= 4 * threads ? 1 : threads / common_divisor(work, larger(threads, 1));
  const long group_columns = panel_group_columns<T>(grid.result_channels, deepest, static_cast<int>(least_groups));
  const long groups = parts_of(grid.result_channels, group_columns), tasks = groups * cut.chunks() * parts;

  parallel_for(tasks, grid.operations() / static_cast<double>(tasks), threads, [&](long task) {
    alignas(64) T panels[panel_buffer_size<T>];
    alignas(64) T buffer[source_buffer_size<T>];
    const long part = task % parts, first_block = part * blocks / parts;
    T* const sums = part == 0 ? dweights : others + (part - 1) * elements;
    const tap_chunk chunk = cut.chunk(task / parts / groups);
    const long column = task / parts % groups * group_columns;
    const long columns = smaller(group_columns, grid.result_channels - column);
    for (long b = first_block; b < (part + 1) * blocks / parts; ++b) {
      const pixel_block block = cut.block(b);
      const long first = (block.image * grid.height.outputs + block.row) * grid.width.outputs + block.column;
      pack_panels(dresult + first * grid.result_channels + column, grid.result_channels, block.pixels(), columns, panels, 0, block.pixels());
      const source_view<T> view = view_source(grid, chunk, block, source, buffer, true);
      accumulate_weights(grid, chunk, view, list_pixels(grid, block, view), block.pixels(), panels, column, columns, sums, b > first_block);
    }
  });
}

/// A function of its own: others need not have room for the parts on their stack.
template <class T>
SLIM_ONE_COPY void contract_weights_in_parts(const tap_grid& grid, const blocking& cut, long elements, const T* source, const T* dresult, T* dweights,
                                             int threads) {
  alignas(64) T others[room_for((gradient_parts - 1) * gradient_in_parts)];
  share_weights(grid, cut, gradient_parts, source, dresult, dweights, others, threads);
  for (long part = 0; part < gradient_parts - 1; ++part)
    simd::for_each_part<T>(elements, [&](long i, simd::part<T> lanes) {
      simd::store(dweights + i, simd::load(dweights + i, lanes) + simd::load(others + part * elements + i, lanes), lanes);
    });
}

/// dweights[tap][channel][column] = Σ over pixels of source(pixel, tap, channel) · dresult[pixel][column]. Tasks own
/// disjoint weights, or parts of the sum, and go through the pixels in a fixed order, hence the same bits for any number of threads.
template <class T>
void contract_weights(const tap_grid& grid, const T* source, const T* dresult, T* dweights, int threads) {
  const blocking cut = choose_blocking(grid, source_buffer_size<T>, gradient_least_pixels, gradient_most_pixels, source_buffer_size<T>);
  const long elements = grid.height.taps * grid.width.taps * grid.source_channels * grid.result_channels;
  if (elements <= gradient_in_parts && cut.blocks() >= 2 * gradient_parts) contract_weights_in_parts(grid, cut, elements, source, dresult, dweights, threads);
  else share_weights<T>(grid, cut, 1, source, dresult, dweights, nullptr, threads);
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
