#pragma once
#include "slim/core/begin.hpp"
// A store that keeps only the largest of each square of pixels: what a max pool of disjoint windows would read never goes to memory.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/epilogue.hpp"
#include "slim/simd/math.hpp"

#include <limits>

namespace slim::kernel::inline SLIM_LEVEL {

/// Scratch memory of a thread for pixels that wait for the others of their square, in bytes.
inline constexpr long pooled_scratch_bytes = 64 * 1024;
template <class T>
inline constexpr long pooled_scratch_size = pooled_scratch_bytes / static_cast<long>(sizeof(T));

/// Finishes [height][width][channels] of scratch, whole squares, and stores them to `result`, the first of their squares in an image with `row` elements
/// in a row of pixels and `cell` in a pixel.
template <class T>
void store_pooled(const pooled_epilogue<T>& after, T* scratch, long height, long width, long channels, long first_channel, T* result, long row, long cell) {
  if (after.apply != nullptr) after.apply(after.context, scratch, height * width, channels, first_channel);
  for (long i = 0; i < height; i += after.size)
    for (long j = 0; j < width; j += after.size) {
      const T* const square = scratch + (i * width + j) * channels;
      T* const to = result + i / after.size * row + j / after.size * cell;
      simd::for_each_stretch<T>(channels, [&](long channel, long count) {
        auto largest = simd::broadcast(-std::numeric_limits<T>::infinity()), first = simd::broadcast(T{});
        T number{};
        for (long r = 0; r < after.size; ++r)
          for (long s = 0; s < after.size; ++s, number += 1) {
            const auto value = simd::load(square + (r * width + s) * channels + channel, count);
            if (after.cells != 0) first = simd::choose(value > largest, simd::broadcast(number), first);
            largest = simd::larger_or_none(value, largest);
          }
        simd::store(to + channel, largest, count);
        if (after.cells != 0) simd::store(to + after.cells + channel, simd::choose(largest == largest, first, simd::broadcast(T(-1))), count);
      });
    }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
