#pragma once
// Product of a few rows with a large matrix: limited by reading the matrix, which is therefore read once, in memory order
// and unpacked.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"

#include <cstring>

namespace slim::kernel {

/// Largest number of rows for which this way beats packed panels.
inline constexpr long few_rows = 4;

/// Columns of one strip; few_rows sums of this length stay in the first-level cache.
inline constexpr long few_rows_strip = 512;

/// sums[i][j] += Σ_{e < Depth} a[i·inner + e] · b[e·columns + j] for `Rows` rows and j < count.
template<class T, int Rows, int Depth>
void add_scaled_rows(const T* a, long inner, const T* b, long columns, T (*sums)[few_rows_strip], long count) {
  simd::batch<T> scale[Rows][Depth];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int e = 0; e < Depth; ++e) scale[i][e] = simd::broadcast(a[i * inner + e]);
  simd::for_each_stretch<T>(count, [&](long j, long lanes) {
    simd::batch<T> sum[Rows];
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) sum[i] = simd::load(sums[i] + j);
#pragma GCC unroll 8
    for (int e = 0; e < Depth; ++e) {
      const auto row = simd::load(b + e * columns + j, lanes);
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) sum[i] = simd::multiply_add(scale[i][e], row, sum[i]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) simd::store(sums[i] + j, sum[i]);
  });
}

/// c = a · b for at most `few_rows` rows.
template<class T>
void multiply_few_rows(long rows, long inner, long columns, const T* a, const T* b, T* c, const epilogue<T>& after, int threads) {
  const long wanted = larger(64, parts_of(columns, threads > 1 ? threads : 1));
  const long strip = (even_part(columns, smaller(few_rows_strip, wanted)) + 15) / 16 * 16, strips = parts_of(columns, strip);
  parallel_for(strips, 2.0 * static_cast<double>(rows * inner) * static_cast<double>(strip), threads, [&](long task) {
    alignas(64) T sums[few_rows][few_rows_strip];
    const long first = task * strip, count = smaller(strip, columns - first);
    for (long start = 0; start < inner; start += reduction_limit) {
      std::memset(sums, 0, sizeof sums);
      const long end = smaller(start + reduction_limit, inner);
      long e = start;
      for (; e + 4 <= end; e += 4) {
        long i = 0;
        for (; i + 2 <= rows; i += 2) add_scaled_rows<T, 2, 4>(a + i * inner + e, inner, b + e * columns + first, columns, sums + i, count);
        if (i < rows) add_scaled_rows<T, 1, 4>(a + i * inner + e, inner, b + e * columns + first, columns, sums + i, count);
      }
      for (; e < end; ++e)
        for (long i = 0; i < rows; ++i) add_scaled_rows<T, 1, 1>(a + i * inner + e, inner, b + e * columns + first, columns, sums + i, count);
      for (long i = 0; i < rows; ++i)
        for (long j = 0; j < count; ++j) {
          T& out = c[i * columns + first + j];
          out = start == 0 ? sums[i][j] : out + sums[i][j];
        }
    }
    after(0, rows, first, first + count);
  });
}

}  // namespace slim::kernel
