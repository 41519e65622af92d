#pragma once
#include "slim/core/begin.hpp"
// Gradient of a convolution with respect to its input.

#include "slim/kernel/tap_contraction.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// dx[n,h,w,c] = Σ dy[n,i,j,k] · weights[r,s,c,k] over all i, r with i·stride − pad + r·rate = h, and likewise for w. Every
/// phase h mod stride, w mod stride is one dense contraction over the taps that reach it, so no multiplication is with an
/// inserted zero. The epilogue sees dx as batch·height·width × input channels.
template <class T>
void convolution_data_gradient(const convolution_geometry& geometry, long batch, const T* dy, const T* weights, T* dx, const epilogue<T>& after, int threads) {
  const auto& g = geometry;
  const bool dense = g.stride_height == 1 && g.stride_width == 1;
  for (long down = 0; down < smaller(g.stride_height, g.input_height); ++down)
    for (long right = 0; right < smaller(g.stride_width, g.input_width); ++right) {
      const tap_grid grid{data_gradient_axis(g.input_height, g.output_height, g.kernel_height, g.stride_height, g.rate_height, g.pad_top, down),
                          data_gradient_axis(g.input_width, g.output_width, g.kernel_width, g.stride_width, g.rate_width, g.pad_left, right), batch,
                          g.output_channels, g.input_channels};
      if (grid.height.taps > 0 && grid.width.taps > 0) {
        contract_taps(grid, dy, tap_weights<T>{weights, g.kernel_width, true}, dx, dense ? after : epilogue<T>{}, threads);
        continue;
      }
      for (long n = 0; n < batch; ++n)
        for (long h = down; h < g.input_height; h += g.stride_height)
          for (long w = right; w < g.input_width; w += g.stride_width)
            std::memset(dx + ((n * g.input_height + h) * g.input_width + w) * g.input_channels, 0, static_cast<std::size_t>(g.input_channels) * sizeof(T));
    }
  if (dense || after.apply == nullptr) return;
  const long rows = batch * g.input_height;
  parallel_for(rows, 4.0 * g.input_width * g.input_channels, threads,
               [&](long row) { after(row * g.input_width, (row + 1) * g.input_width, 0, g.input_channels); });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
