#pragma once
#include "slim/core/begin.hpp"
// Mean and variance of columns in one pass over the data.

#include "slim/kernel/reduce.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

namespace detail {

/// Adds what some rows have to the mean and the squared distances of the `seen` rows before them: Chan, Golub & LeVeque 1983. Squares of
/// small differences only are added, so that a mean far from zero costs no digits.
template <class T>
SLIM_ALWAYS_INLINE void merge_moments(T seen, T more, simd::batch<T> more_mean, simd::batch<T> more_squares, simd::batch<T>& mean, simd::batch<T>& squares) {
  const simd::batch<T> distance = more_mean - mean;
  mean += distance * simd::broadcast(more / (seen + more));
  squares += more_squares + distance * distance * simd::broadcast(seen * more / (seen + more));
}

}  // namespace detail

/// Mean and biased variance of each of `width` columns of x (rows × width), at least one row. `workspace` has reduce_columns_workspace(width, 2)
/// elements. Few rows at a time, which stay in cache for their distances from their own mean, are merged in an order that depends on the shape only.
template <class T>
void moments(long rows, long width, const T* x, T* mean, T* variance, T* workspace, int threads) {
  const long blocks = reduce_blocks_of(rows);
  T *const means = workspace, *const squares = workspace + blocks * width;
  parallel_for(blocks, 16.0 * static_cast<double>(rows / blocks * width), threads, [&](long block) {
    const long begin = rows * block / blocks, end = rows * (block + 1) / blocks;
    for (long first = begin; first < end; first += reduce_rows) {
      const long count = first + reduce_rows < end ? reduce_rows : end - first;
      simd::for_each_stretch<T>(width, [&](long column, long lanes) {
        const T* const from = x + first * width + column;
        simd::batch<T> sum(T(0)), own_squares(T(0));
        for (long row = 0; row < count; ++row) sum += simd::load(from + row * width, lanes);
        const simd::batch<T> own_mean = sum * simd::broadcast(T(1) / static_cast<T>(count));
        for (long row = 0; row < count; ++row) {
          const simd::batch<T> distance = simd::load(from + row * width, lanes) - own_mean;
          own_squares += distance * distance;
        }
        T *const to_mean = means + block * width + column, *const to_squares = squares + block * width + column;
        simd::batch<T> all_mean(T(0)), all_squares(T(0));
        if (first > begin) all_mean = simd::load(to_mean, lanes), all_squares = simd::load(to_squares, lanes);
        detail::merge_moments(static_cast<T>(first - begin), static_cast<T>(count), own_mean, own_squares, all_mean, all_squares);
        simd::store(to_mean, all_mean, lanes);
        simd::store(to_squares, all_squares, lanes);
      });
    }
  });
  simd::for_each_stretch<T>(width, [&](long column, long lanes) {
    simd::batch<T> all_mean(T(0)), all_squares(T(0));
    for (long block = 0; block < blocks; ++block) {
      const long begin = rows * block / blocks, end = rows * (block + 1) / blocks;
      detail::merge_moments(static_cast<T>(begin), static_cast<T>(end - begin), simd::load(means + block * width + column, lanes),
                            simd::load(squares + block * width + column, lanes), all_mean, all_squares);
    }
    simd::store(mean + column, all_mean, lanes);
    simd::store(variance + column, all_squares * simd::broadcast(T(1) / static_cast<T>(rows)), lanes);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
