#pragma once
#include "slim/core/begin.hpp"
// A convolution whose result only a max pool of disjoint windows reads, band by band of rows.

#include "slim/kernel/convolution.hpp"
#include "slim/kernel/pooled_store.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// As convolution, but y has the largest of each square of pixels, after the epilogue. The image is made of whole squares, of which a row fits the
/// scratch memory. Weights are packed again for every band: for first layers.
template <class T>
void pooled_convolution(const convolution_geometry& geometry, long batch, const T* x, const T* weights, T* y, const pooled_epilogue<T>& after, int threads) {
  const auto& g = geometry;
  const long squares = g.output_height / after.size, pooled_row = g.output_width / after.size * g.output_channels;
  const long band = even_part(squares, pooled_scratch_size<T> / (after.size * g.output_width * g.output_channels));
  const long bands = parts_of(squares, band);
  parallel_for(batch * bands, g.operations() / static_cast<double>(bands), threads, [&](long task) {
    alignas(64) T scratch[pooled_scratch_size<T>];
    const long image = task / bands, first = task % bands * band, rows = smaller(band, squares - first) * after.size;
    convolution_geometry part = g;
    part.output_height = static_cast<int>(rows);
    part.pad_top = static_cast<int>(g.pad_top - first * after.size * g.stride_height);
    convolution<T>(part, 1, x + image * g.input_height * g.input_width * g.input_channels, weights, nullptr, scratch, {}, 1);
    store_pooled(after, scratch, rows, g.output_width, g.output_channels, 0, y + (image * squares + first) * pooled_row, pooled_row, g.output_channels);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
