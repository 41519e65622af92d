#pragma once
// Winograd's algorithm for the weights gradient of a convolution of stride 1: the adjoint of the forward algorithm with the same
// source transform. For each block of tiles, one matrix product per frequency adds to the gradient of the transformed weights.

#include "slim/kernel/parallel.hpp"
#include "slim/kernel/winograd_tiles.hpp"

namespace slim::kernel {

/// Tiles of a block: the length of a sum in registers.
inline constexpr long winograd_gradient_tiles = 168;

template<class T, class Transform>
constexpr winograd_layout<T, Transform> winograd_gradient_layout(const winograd_plane& p, long batch) {
  const long tiles = batch * tile_grid<Transform>{p}.per_image();
  const long together = smaller(tiles, winograd_gradient_tiles);
  return {p.source_channels, p.result_channels, together, together};
}

/// Scratch memory in elements: the matrices of one block, and the gradient of the transformed weights.
template<class T, class Transform>
constexpr long winograd_weights_gradient_workspace(const winograd_plane& p, long batch) {
  const auto layout = winograd_gradient_layout<T, Transform>(p, batch);
  return layout.weights_elements() + layout.source_elements() + layout.result_elements();
}

/// gradient[channel][column] (+)= Σ over tiles of sources[tile][channel] · results[tile][column], for one frequency.
template<class T, class Transform>
[[gnu::noinline]] void multiply_tiles(const winograd_layout<T, Transform>& layout, const T* sources, const T* results, long count, bool accumulate, T* gradient) {
  constexpr long panel = tile_columns<T>;
  const long channels = layout.lines() * line_elements<T>;
  const stretch all{0, count};
  for (long p = 0; p < layout.panels(); ++p)
    for (long c = 0; c < layout.source_channels; c += tile_rows) {
      const T* rows[tile_rows];
      T* to[tile_rows];
      for (int i = 0; i < tile_rows; ++i) {
        rows[i] = sources + layout.channel_place(c + i < channels ? c + i : c);
        to[i] = gradient + (p * layout.padded_channels() + c + i) * panel;
      }
      tile<T, tile_rows, tile_vectors<T>>({&all, 1, line_elements<T>}, rows, results + p * layout.tiles * panel, to, tile_rows, panel, accumulate);
    }
}

/// dweights[tap row][tap column][source channels][result channels] = Σ over images and pixels of source · dresult; overwrites dweights. Each phase
/// shares out disjoint results, so the bits do not depend on the number of threads.
template<class T, class Transform>
void winograd_weights_gradient(const winograd_plane& plane, long batch, const T* source, const T* dresult, T* dweights, T* workspace, int threads) {
  const auto layout = winograd_gradient_layout<T, Transform>(plane, batch);
  const tile_grid<Transform> grid{plane};
  T* const sources = workspace;
  T* const results = sources + layout.source_elements();
  T* const gradient = results + layout.result_elements();

  const long tiles = batch * grid.per_image();
  for (long first = 0; first < tiles; first += layout.tiles) {
    const long last = smaller(first + layout.tiles, tiles), count = last - first;
    const double per_line = 10.0 * static_cast<double>(layout.frequencies * count * line_elements<T>);
    parallel_for(layout.lines() + layout.panels(), per_line, threads, [&](long task) {
      if (task < layout.lines())
        transform_sources<T, Transform>(layout, grid, source, task, first, last, sources);
      else
        transform_result_gradients<T, Transform>(layout, grid, dresult, task - layout.lines(), first, last, results);
    });
    const double per_frequency = 2.0 * static_cast<double>(count * plane.source_channels) * static_cast<double>(plane.result_channels);
    parallel_for(layout.frequencies, per_frequency, threads, [&](long f) {
      multiply_tiles<T, Transform>(layout, sources + f * layout.source_stride(), results + f * layout.result_stride(), count, first > 0,
                                 gradient + f * layout.weights_stride());
    });
  }
  parallel_for(plane.source_channels, 100.0 * static_cast<double>(plane.result_channels), threads,
               [&](long channel) { transform_weights_gradient<T, Transform>(layout, gradient, plane.result_channels, channel, dweights); });
}

}  // namespace slim::kernel
