#pragma once
#include "slim/core/begin.hpp"
// Average pooling (TF-Slim avg_pool2d) and its gradient: the mean is over the real cells of a window.

#include "slim/kernel/pool_window.hpp"
#include "slim/simd/math.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// y = mean of the real cells of each window, per channel. Every window must hold a real cell.
template <class T>
void average_pool(const pool_geometry& geometry, long batch, const T* x, T* y, const epilogue<T>& after, int threads) {
  fold_windows<T>(
      geometry, batch, x, y, T{}, after, threads, [](const auto& total, const auto& cell) { return total + cell; },
      [](const auto& total, const pool_window& window) { return simd::quotient(total, simd::broadcast(static_cast<T>(window.cells()))); });
}

/// dx = Σ over the windows that hold a cell of dy / (real cells of the window).
template <class T>
void average_pool_gradient(const pool_geometry& geometry, long batch, const T* dy, T* dx, const epilogue<T>& after, int threads) {
  scatter_windows(geometry, batch, dx, after, threads, [&](const pool_window& window, long channel, simd::part<T> lanes, const auto& put) {
    const auto share = simd::quotient(simd::load(dy + window.pixel * geometry.channels + channel, lanes), simd::broadcast(static_cast<T>(window.cells())));
    for_each_cell(geometry, window, [&](long cell) { put(cell, share); });
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
