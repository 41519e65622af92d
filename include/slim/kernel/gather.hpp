#pragma once
#include "slim/core/begin.hpp"
// Rows of a table by their numbers, and what is added to them.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"

#include <cstdint>
#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// The row that a number means; −1: none.
template <class T>
long row_of(T id, long rows) {
  return id >= T(0) && id < static_cast<T>(rows) ? static_cast<long>(id) : -1;
}

/// y [count, width] = rows ids[i] of table [rows, width]; `otherwise` where there is no such row.
template <class T>
void gather_rows(long count, long rows, long width, const T* table, const T* ids, T otherwise, T* y, int threads) {
  const long block = larger(4096 / width, 1);
  parallel_for(parts_of(count, block), static_cast<double>(block * width), threads, [&](long task) {
    for (long i = task * block; i < smaller(count, (task + 1) * block); ++i) {
      const long row = row_of(ids[i], rows);
      if (row >= 0) std::memcpy(y + i * width, table + row * width, static_cast<std::size_t>(width) * sizeof(T));
      else
        for (long k = 0; k < width; ++k) y[i * width + k] = otherwise;
    }
  });
}

/// table [rows, width] = Σ of the rows i of dy [count, width] at row ids[i], in the order of i: the same for any number of threads, which own rows of the
/// table.
template <class T>
void scatter_add_rows(long count, long rows, long width, const T* dy, const T* ids, T* table, int threads) {
  const long parts = smaller(rows, threads > 1 ? 2 * threads : 1);
  parallel_for(parts, static_cast<double>((rows + count) * width) / static_cast<double>(parts), threads, [&](long part) {
    const long first = rows * part / parts, last = rows * (part + 1) / parts;
    for (long i = first * width; i < last * width; ++i) table[i] = T(0);
    for (long i = 0; i < count; ++i) {
      const long row = row_of(ids[i], rows);
      if (row < first || row >= last) continue;
      T* const to = table + row * width;
      const T* const from = dy + i * width;
      for (long k = 0; k < width; ++k) to[k] += from[k];
    }
  });
}

/// Elements of a sum that are handed over at a time, at most.
inline constexpr long summed_elements = 1024;

/// A power of two, at least twice `count`.
constexpr long places_for(long count) {
  long places = 2;
  while (places < 2 * count) places *= 2;
  return places;
}
/// Integers of scratch memory that for_each_row_sum needs.
constexpr long row_sum_workspace(long count) { return places_for(count) + 2 * count; }

/// Calls use(i, row, first, last, sum) for elements [first, last) of the sum of the rows of dy [count, width] that have the same number, once for each number
/// of a row: i is its first place, and sums are in the order of the places, the same for any number of threads. The time does not depend on the size of the
/// table.
template <class T, class Use>
void for_each_row_sum(long count, long rows, long width, const T* dy, const T* ids, std::int32_t* workspace, int threads, const Use& use) {
  const std::uint32_t mask = static_cast<std::uint32_t>(places_for(count) - 1);
  std::int32_t *const known = workspace, *const next = known + mask + 1,
                      *const newest = next + count;  // first places by number; chains of places; where they end, −1 in what is no first place
  for (std::int32_t* place = known; place < next; ++place) *place = -1;
  for (long i = 0; i < count; ++i) {
    const long row = row_of(ids[i], rows);
    const std::int32_t own = static_cast<std::int32_t>(i);
    next[i] = newest[i] = -1;
    if (row < 0) continue;
    std::uint32_t place = static_cast<std::uint32_t>(static_cast<std::uint64_t>(row) * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (known[place] >= 0 && row_of(ids[known[place]], rows) != row) place = (place + 1) & mask;
    std::int32_t& first = known[place];
    if (first < 0) first = own;
    else next[newest[first]] = own;
    newest[first] = own;
  }
  const long block = larger(4096 / width, 1);
  parallel_for(parts_of(count, block), 4.0 * static_cast<double>(block * width), threads, [&](long task) {
    alignas(64) T sum[summed_elements];
    for (long i = task * block; i < smaller(count, (task + 1) * block); ++i) {
      if (newest[i] < 0) continue;
      const long row = row_of(ids[i], rows);
      for (long first = 0; first < width; first += summed_elements) {
        const long last = smaller(first + summed_elements, width);
        const T* only = dy + i * width + first;
        if (next[i] >= 0) {
          std::memcpy(sum, only, static_cast<std::size_t>(last - first) * sizeof(T));
          for (long more = next[i]; more >= 0; more = next[more])
            for (long k = first; k < last; ++k) sum[k - first] += dy[more * width + k];
          only = sum;
        }
        use(i, row, first, last, only);
      }
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
