#pragma once
#include "slim/core/begin.hpp"
// Winograd's algorithm for the weights gradient of a convolution of stride 1: the adjoint of the forward algorithm with the same
// source transform. For each frequency, one matrix product over tiles is the gradient of the transformed weights.

#include "slim/core/function_ref.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/kernel/winograd_tiles.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// Tiles of a block, at most: the length of a sum in registers.
inline constexpr long winograd_gradient_tiles = 128;
/// Where all tiles are one block, groups of source channels come outermost: the gradient of a group's transformed weights is made, transformed
/// back and forgotten. Groups have at most so many channels, fewer where each thread would not get one.
inline constexpr long winograd_gradient_channels = 64;

template <class Transform>
constexpr bool has_one_gradient_block(const winograd_plane& p, long batch) {
  return batch * tile_grid<Transform>{p}.per_image() <= winograd_gradient_tiles;
}

/// The matrices of one block of tiles; of the only one, for one group of source channels.
template <class T, class Transform>
constexpr winograd_layout<T, Transform> winograd_gradient_layout(const winograd_plane& p, long batch, int threads) {
  constexpr long line = line_elements<T>;
  const long tiles = batch * tile_grid<Transform>{p}.per_image();
  if (has_one_gradient_block<Transform>(p, batch)) {
    const long share = parts_of(parts_of(p.source_channels, larger(threads, 1)), line) * line;
    return {smaller(p.source_channels, smaller(winograd_gradient_channels, share)), p.result_channels, tiles, tiles};
  }
  const long block = parts_of(tiles, parts_of(tiles, winograd_gradient_tiles));
  return {p.source_channels, p.result_channels, block, block};
}

/// Elements of the rows of all taps of one source channel.
template <class T, class Transform>
constexpr long winograd_gradient_rows_elements(const winograd_plane& p) {
  return static_cast<long>(Transform::taps) * Transform::taps * parts_of(p.result_channels, line_elements<T>) * line_elements<T>;
}

/// Scratch memory in elements for up to `batch` images: of as many as one block takes, and of the largest of several blocks.
template <class T, class Transform>
[[gnu::cold]] constexpr long winograd_weights_gradient_workspace(const winograd_plane& p, long batch, int threads) {
  const long rows = winograd_gradient_rows_elements<T, Transform>(p);
  const long together = smaller(batch, winograd_gradient_tiles / tile_grid<Transform>{p}.per_image());
  long most = 0;
  if (together > 0) {
    const auto one = winograd_gradient_layout<T, Transform>(p, together, threads);
    const long busy = smaller(larger(threads, 1), parts_of(p.source_channels, one.source_channels));
    most = one.result_elements() + busy * (rows + one.source_elements() + one.weights_elements());
  }
  if (together < batch) {
    const winograd_layout<T, Transform> block{p.source_channels, p.result_channels, winograd_gradient_tiles, winograd_gradient_tiles};
    most = larger(most, block.source_elements() + block.result_elements() + block.weights_elements() + larger(threads, 1) * rows);
  }
  return most;
}

/// gradient[channel][column] (+)= Σ over `count` tiles of sources[tile][channel] · results[tile][column], for one frequency.
template <class T, class Transform>
SLIM_ONE_COPY void multiply_tiles(const winograd_layout<T, Transform>& layout, const T* sources, const T* results, long count, bool accumulate, T* gradient) {
  constexpr long panel = tile_columns<T>;
  const long channels = layout.lines() * line_elements<T>;
  const stretch all{0, count};
  lookahead<T> nothing;
  for (long p = 0; p < layout.panels(); ++p)
    for (long c = 0; c < layout.source_channels;) {
      const int some = rows_of_tile<T>(layout.source_channels - c, panel);
      const T* rows[tile_rows];
      T* to[tile_rows];
      for (int i = 0; i < tile_rows; ++i) {
        rows[i] = sources + layout.channel_place(c + i < channels ? c + i : c);
        to[i] = gradient + (p * layout.padded_channels() + c + i) * panel;
      }
      tile_row<T>({&all, 1, line_elements<T>}, count, rows, results + p * layout.tiles * panel, to, rows_made<T>(some, panel), panel, accumulate, nothing);
      c += some;
    }
}

/// Takes one row of a gradient: its values and its number.
template <class T>
using row_sink = function_ref<void(const T* values, long row)>;

/// Keeps the rows of a matrix of `columns` columns.
template <class T>
struct store_rows {
  T* matrix;
  long columns;
  void operator()(const T* values, long row) const { std::memcpy(matrix + row * columns, values, static_cast<std::size_t>(columns) * sizeof(T)); }
};

/// Transforms the gradient of the layout's source channel `channel` back to the rows of its taps, in `rows`, and hands them to `use(values, row)`;
/// `first` is the first of the layout's channels.
template <class T, class Transform>
void finish_channel(const winograd_layout<T, Transform>& layout, const winograd_plane& plane, const T* gradient, long first, long channel, T* rows,
                    const row_sink<T>& use) {
  constexpr long taps = static_cast<long>(Transform::taps) * Transform::taps;
  const long distance = winograd_gradient_rows_elements<T, Transform>(plane) / taps;
  transform_weights_gradient<T, Transform>(layout, gradient, channel, distance, rows);
  for (long tap = 0; tap < taps; ++tap) use(rows + tap * distance, tap * plane.source_channels + first + channel);
}

/// The weights gradient of one block of tiles.
template <class T, class Transform>
void winograd_weights_gradient_of_one_block(const winograd_plane& plane, long batch, const T* source, const T* dresult, T* workspace, int threads,
                                            const row_sink<T>& use) {
  const auto layout = winograd_gradient_layout<T, Transform>(plane, batch, threads);
  const tile_grid<Transform> grid{plane};
  T* const results = workspace;
  parallel_for(layout.panels(), 10.0 * static_cast<double>(layout.frequencies * layout.tiles * tile_columns<T>), threads,
               [&](long panel) { transform_result_gradients<T, Transform>(layout, grid, dresult, panel, 0, layout.tiles, results); });
  const long groups = parts_of(plane.source_channels, layout.source_channels), rows_elements = winograd_gradient_rows_elements<T, Transform>(plane);
  const double work = 2.0 * static_cast<double>(layout.frequencies * layout.tiles * layout.source_channels) * static_cast<double>(plane.result_channels);
  parallel_for(groups, work, threads, [&](long group, int thread) {
    const long first = group * layout.source_channels;
    auto some = layout;
    some.source_channels = smaller(layout.source_channels, plane.source_channels - first);
    T* const rows = results + layout.result_elements() + thread * (rows_elements + layout.source_elements() + layout.weights_elements());
    T* const sources = rows + rows_elements;
    T* const gradient = sources + layout.source_elements();
    for (long c = 0; c < some.source_channels; c += line_elements<T>)
      transform_sources<T, Transform>(some, grid, source, (first + c) / line_elements<T>, 0, layout.tiles, sources + some.channel_place(c));
    for (long f = 0; f < some.frequencies; ++f)
      multiply_tiles<T, Transform>(some, sources + f * some.source_stride(), results + f * some.result_stride(), layout.tiles, false,
                                   gradient + f * some.weights_stride());
    for (long c = 0; c < some.source_channels; ++c) finish_channel<T, Transform>(some, plane, gradient, first, c, rows, use);
  });
}

/// The gradient of the weights [tap row][tap column][source channels][result channels], Σ over images and pixels of source · dresult, row by row of
/// result channels: `use` gets each once, from several threads at once (store_rows keeps them). Each phase shares out disjoint
/// results, so the bits do not depend on the number of threads.
template <class T, class Transform>
void winograd_weights_gradient(const winograd_plane& plane, long batch, const T* source, const T* dresult, T* workspace, int threads, const row_sink<T>& use) {
  if (has_one_gradient_block<Transform>(plane, batch))
    return winograd_weights_gradient_of_one_block<T, Transform>(plane, batch, source, dresult, workspace, threads, use);
  const auto layout = winograd_gradient_layout<T, Transform>(plane, batch, threads);
  const tile_grid<Transform> grid{plane};
  T* const sources = workspace;
  T* const results = sources + layout.source_elements();
  T* const gradient = results + layout.result_elements();
  T* const rows = gradient + layout.weights_elements();

  const long tiles = batch * grid.per_image();
  for (long first = 0; first < tiles; first += layout.tiles) {
    const long last = smaller(first + layout.tiles, tiles), count = last - first;
    // Lines of sources and panels of gradients, in pieces of tiles: few channels would leave threads without work.
    const long pieces = smaller(4, count), transforms = layout.lines() + layout.panels();
    const double per_line = 10.0 * static_cast<double>(layout.frequencies * count * line_elements<T>) / static_cast<double>(pieces);
    parallel_for(pieces * transforms, per_line, threads, [&](long task) {
      const long line = task / pieces, begin = task % pieces * count / pieces, end = (task % pieces + 1) * count / pieces;
      if (line < layout.lines())
        transform_sources<T, Transform>(layout, grid, source, line, first + begin, first + end,
                                        sources + layout.channel_place(line * line_elements<T>) + layout.tile_place(begin));
      else
        transform_result_gradients<T, Transform>(layout, grid, dresult, line - layout.lines(), first + begin, first + end, results + begin * tile_columns<T>);
    });
    const double per_frequency = 2.0 * static_cast<double>(count * plane.source_channels) * static_cast<double>(plane.result_channels);
    parallel_for(layout.frequencies, per_frequency, threads, [&](long f) {
      multiply_tiles<T, Transform>(layout, sources + f * layout.source_stride(), results + f * layout.result_stride(), count, first > 0,
                                   gradient + f * layout.weights_stride());
    });
  }
  parallel_for(plane.source_channels, 100.0 * static_cast<double>(plane.result_channels), threads, [&](long channel, int thread) {
    finish_channel<T, Transform>(layout, plane, gradient, 0, channel, rows + thread * winograd_gradient_rows_elements<T, Transform>(plane), use);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
