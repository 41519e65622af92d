#pragma once
#include "slim/core/begin.hpp"
// Max pooling (TF-Slim max_pool2d) and its gradient.

#include "slim/kernel/pool_window.hpp"
#include "slim/simd/math.hpp"

#include <limits>

namespace slim::kernel::inline SLIM_LEVEL {

/// y = the largest real cell of each window, per channel, not a number where one of them is none. Every window must hold a real cell, as SAME and VALID
/// guarantee.
template <class T>
void max_pool(const pool_geometry& geometry, long batch, const T* x, T* y, const epilogue<T>& after, int threads) {
  gather_windows<T>(geometry, batch, after, threads, [&](const pool_window& window, long channel, simd::part<T> lanes) {
    auto largest = simd::broadcast(-std::numeric_limits<T>::infinity());
    for_each_cell(geometry, window, [&](long cell) { largest = simd::larger_or_none(simd::load(x + cell + channel, lanes), largest); });
    simd::store(y + window.pixel * geometry.channels + channel, largest, lanes);
  });
}

/// dx = Σ over windows of dy at the FIRST largest cell in row-major order (as TensorFlow), found again from x and y; zero elsewhere.
template <class T>
void max_pool_gradient(const pool_geometry& geometry, long batch, const T* x, const T* y, const T* dy, T* dx, const epilogue<T>& after, int threads) {
  scatter_windows(geometry, batch, dx, after, threads, [&](const pool_window& window, long channel, simd::part<T> lanes, const auto& put) {
    const long output = window.pixel * geometry.channels + channel;
    const auto largest = simd::load(y + output, lanes), zero = simd::broadcast(T{});
    auto remaining = simd::load(dy + output, lanes);
    for_each_cell(geometry, window, [&](long cell) {
      const auto hit = simd::load(x + cell + channel, lanes) == largest;
      put(cell, simd::choose(hit, remaining, zero));
      remaining = simd::choose(hit, zero, remaining);
    });
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
