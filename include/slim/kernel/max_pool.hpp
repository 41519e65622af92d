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
  fold_windows<T>(
      geometry, batch, x, y, -std::numeric_limits<T>::infinity(), after, threads,
      [](const auto& largest, const auto& cell) { return simd::larger_or_none(cell, largest); },
      [](const auto& largest, const pool_window&) { return largest; });
}

/// The same, and for each y which of the window's real cells it is: the FIRST largest in row-major order, as in TensorFlow; −1 where y is not a number.
template <class T>
void max_pool_with_cells(const pool_geometry& geometry, long batch, const T* x, T* y, T* cells, const epilogue<T>& after, int threads) {
  gather_windows<T>(geometry, batch, after, threads, [&](const pool_window& window, long channel, auto lanes, auto vectors) SLIM_INLINED {
    constexpr int count = vectors;
    simd::batch<T> largest[room_for(count)], first[room_for(count)];
    for (int v = 0; v < count; ++v) largest[v] = simd::broadcast(-std::numeric_limits<T>::infinity()), first[v] = simd::broadcast(T{});
    T number{};
    for_each_cell(geometry, window, [&](long cell) SLIM_INLINED {
#pragma GCC unroll 4
      for (int v = 0; v < count; ++v) {
        const auto value = simd::load(x + cell + channel + v * simd::width<T>, lanes);
        first[v] = simd::choose(value > largest[v], simd::broadcast(number), first[v]);
        largest[v] = simd::larger_or_none(value, largest[v]);
      }
      number += 1;
    });
    for (int v = 0; v < count; ++v) {
      const long output = window.pixel * geometry.channels + channel + v * simd::width<T>;
      simd::store(y + output, largest[v], lanes);
      simd::store(cells + output, simd::choose(largest[v] == largest[v], first[v], simd::broadcast(T(-1))), lanes);
    }
  });
}

/// dx = Σ over windows of dy at the cell that `cells` says; zero elsewhere.
template <class T>
void max_pool_gradient(const pool_geometry& geometry, long batch, const T* cells, const T* dy, T* dx, const epilogue<T>& after, int threads) {
  scatter_windows(geometry, batch, dx, after, threads, [&](const pool_window& window, long channel, simd::part<T> lanes, const auto& put) {
    const long output = window.pixel * geometry.channels + channel;
    const auto first = simd::load(cells + output, lanes), gradient = simd::load(dy + output, lanes), zero = simd::broadcast(T{});
    T number{};
    for_each_cell(geometry, window, [&](long cell) {
      put(cell, simd::choose(first == simd::broadcast(number), gradient, zero));
      number += 1;
    });
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
