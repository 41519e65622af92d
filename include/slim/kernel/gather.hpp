#pragma once
#include "slim/core/begin.hpp"
// Rows of a table by their numbers, and what is added to them.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"

#include <cstring>
#include <limits>

namespace slim::kernel::inline SLIM_LEVEL {

/// The row that a number means; −1: none.
template<class T>
long row_of(T id, long rows) { return id >= T(0) && id < static_cast<T>(rows) ? static_cast<long>(id) : -1; }

/// y [count, width] = rows ids[i] of table [rows, width]; NaN where there is no such row, which whoever calls reports.
template<class T>
void gather_rows(long count, long rows, long width, const T* table, const T* ids, T* y, int threads) {
  const long block = larger(4096 / width, 1);
  parallel_for(parts_of(count, block), static_cast<double>(block * width), threads, [&](long task) {
    for (long i = task * block; i < smaller(count, (task + 1) * block); ++i) {
      const long row = row_of(ids[i], rows);
      if (row >= 0) std::memcpy(y + i * width, table + row * width, static_cast<std::size_t>(width) * sizeof(T));
      else
        for (long k = 0; k < width; ++k) y[i * width + k] = T(std::numeric_limits<float>::quiet_NaN());
    }
  });
}

/// table [rows, width] = Σ of the rows i of dy [count, width] at row ids[i], in the order of i: the same for any number of threads, which own rows of the table.
template<class T>
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

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
