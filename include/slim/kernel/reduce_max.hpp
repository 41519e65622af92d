#pragma once
#include "slim/core/begin.hpp"
// The largest element along an axis.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/simd/math.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// y [outer, inner] = the largest of x [outer, count, inner] along its middle axis.
template <class T>
void reduce_max(long outer, long count, long inner, const T* x, T* y, int threads) {
  const long block = larger(4096 / (count * inner), 1);
  parallel_for(parts_of(outer, block), static_cast<double>(block * count * inner), threads, [&](long task) {
    for (long o = task * block; o < smaller(outer, (task + 1) * block); ++o) {
      const T* const from = x + o * count * inner;
      if (inner == 1) {
        auto most = simd::broadcast(from[0]);
        simd::for_each_stretch<T>(count, [&](long at, long lanes) { most = simd::larger_or_none(simd::load(from + at, lanes, from[0]), most); });
        alignas(64) T lanes[simd::width<T>];
        simd::store(lanes, most);
        T largest = lanes[0];
        for (long lane = 1; lane < simd::width<T>; ++lane)
          if (!(lanes[lane] <= largest) && largest == largest) largest = lanes[lane];
        y[o] = largest;
        continue;
      }
      simd::for_each_stretch<T>(inner, [&](long at, long lanes) {
        auto most = simd::load(from + at, lanes);
        for (long i = 1; i < count; ++i) most = simd::larger_or_none(simd::load(from + i * inner + at, lanes), most);
        simd::store(y + o * inner + at, most, lanes);
      });
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
