#pragma once
#include "slim/core/begin.hpp"
// Product of a few rows with a large matrix: limited by reading the matrix, which is therefore read once, in memory order
// and unpacked.

#include "slim/core/room_for.hpp"
#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/batch.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// Largest number of rows for which this way beats packed panels.
inline constexpr long few_rows = 16;
/// The same where the matrix was packed ahead for no more than those.
inline constexpr long few_rows_ahead = 3;

/// Steps of a sum that are added in registers: even parts, as choose_blocking cuts them where there is room for a copy of the rows.
constexpr long few_rows_steps(long inner) { return smaller(reduction_limit, parts_of(even_part(inner, smaller(inner, reduction_limit)), 8) * 8); }

/// Sums that a task keeps in its second-level cache: the matrix is read along whole rows, in few long streams, which is what memory likes.
inline constexpr long few_rows_sums = 48 * 1024;
/// Columns that are worked on together, so that four rows' stretches of the matrix serve all rows from the first-level cache.
inline constexpr long few_rows_strip = 512;

/// sums[i·part + j] += Σ_{e < Depth} a[i·row + e·step] · b[e·columns + j] for `Rows` rows and j < count. Several rows ask for what will be needed `next`.
template <class T, int Rows, int Depth>
SLIM_ONE_COPY void add_scaled_rows(const T* a, long row, long step, const T* b, long columns, T* sums, long part, long count,
                                   [[maybe_unused]] const T* next = nullptr) {
  simd::batch<T> scale[room_for(Rows)][room_for(Depth)];
#pragma GCC unroll 8
  for (int i = 0; i < Rows; ++i)
#pragma GCC unroll 8
    for (int e = 0; e < Depth; ++e) scale[i][e] = simd::broadcast(a[i * row + e * step]);
  long j = 0;
  for (; j + simd::width<T> <= count; j += simd::width<T>) {
    simd::batch<T> sum[room_for(Rows)];
    if constexpr (Rows > 1) simd::prefetch_to_second_level(next + j);
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) sum[i] = simd::load(sums + i * part + j);
#pragma GCC unroll 8
    for (int e = 0; e < Depth; ++e) {
      const auto values = simd::load(b + e * columns + j);
#pragma GCC unroll 8
      for (int i = 0; i < Rows; ++i) sum[i] = simd::multiply_add(scale[i][e], values, sum[i]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < Rows; ++i) simd::store(sums + i * part + j, sum[i]);
  }
  if (j == count) return;
#pragma GCC unroll 1
  for (int i = 0; i < Rows; ++i) {
    auto sum = simd::load(sums + i * part + j);
#pragma GCC unroll 1
    for (int e = 0; e < Depth; ++e) sum = simd::multiply_add(simd::broadcast(a[i * row + e * step]), simd::load_first(b + e * columns + j, count - j), sum);
    simd::store(sums + i * part + j, sum);
  }
}

/// c = a · b for at most `few_rows` rows.
template <class T>
void multiply_few_rows(long rows, long inner, long columns, const T* a, const T* b, T* c, const epilogue<T>& after, int threads) {
  const long wanted = larger(64, parts_of(columns, threads > 1 ? threads : 1)), most = few_rows_sums / rows / 16 * 16;
  const long part = (even_part(columns, smaller(most, wanted)) + 15) / 16 * 16, parts = parts_of(columns, part);
  const long steps = few_rows_steps(inner);
  parallel_for(parts, 2.0 * static_cast<double>(rows * inner) * static_cast<double>(part), threads, [&](long task) {
    alignas(64) T sums[few_rows_sums];
    const long first = task * part, count = smaller(part, columns - first);
    for (long start = 0; start < inner; start += steps) {
      std::memset(sums, 0, static_cast<std::size_t>(rows * part) * sizeof(T));
      const long end = smaller(start + steps, inner);
      long e = start;
      for (; e + 4 <= end; e += 4)
        for (long strip = 0; strip < count; strip += few_rows_strip) {
          const T* const at = b + e * columns + first + strip;
          const long some = smaller(few_rows_strip, count - strip);
          // The next four rows of the matrix come from afar while most of these are worked on; of fewer ones memory is asked without that.
          const auto next = [&](long pair) { return rows > 4 && pair < 4 ? at + (4 + pair) * columns : at; };
          long i = 0;
          for (; i + 2 <= rows; i += 2) add_scaled_rows<T, 2, 4>(a + i * inner + e, inner, 1, at, columns, sums + i * part + strip, part, some, next(i / 2));
          if (i < rows) add_scaled_rows<T, 1, 4>(a + i * inner + e, inner, 1, at, columns, sums + i * part + strip, part, some);
        }
      for (; e < end; ++e)
        for (long i = 0; i < rows; ++i) add_scaled_rows<T, 1, 1>(a + i * inner + e, inner, 1, b + e * columns + first, columns, sums + i * part, part, count);
      for (long i = 0; i < rows; ++i)
        simd::for_each_part<T>(count, [&](long j, simd::part<T> lanes) {
          T* const out = c + i * columns + first + j;
          const auto sum = simd::load(sums + i * part + j, lanes);
          simd::store(out, start == 0 ? sum : simd::load(out, lanes) + sum, lanes);
        });
    }
    after(0, rows, first, first + count);
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
