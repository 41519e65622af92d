#pragma once
#include "slim/core/begin.hpp"
// Ranges of channels, or of whole rows of them, for concatenation.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// To copy a number, which comes from afar and goes there, takes as long as so many operations.
inline constexpr double copy_operations = 16;

/// Copies channels [source_first, source_first + count) of each of `rows` pixels to [destination_first, …); the other channels of
/// the destination keep their values. Source and destination do not overlap.
template <class T>
void copy_channels(long rows, const T* source, long source_channels, long source_first, T* destination, long destination_channels, long destination_first,
                   long count, int threads) {
  const long block = larger(4096 / count, 1), tasks = parts_of(rows, block);
  parallel_for(tasks, copy_operations * static_cast<double>(block * count), threads, [&](long task) {
    for (long row = task * block; row < smaller(rows, (task + 1) * block); ++row)
      std::memcpy(destination + row * destination_channels + destination_first, source + row * source_channels + source_first,
                  static_cast<std::size_t>(count) * sizeof(T));
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
