#pragma once
#include "slim/core/begin.hpp"
// An axis that goes on as its own mirror image.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// [outer, source, inner] → [outer, result, inner]: element `before` along the axis is the first of the source. `edge` 1: the mirrors stand behind the last
/// elements, which are there twice; 0: in them. There is no more in front of and behind the source than it has to show.
struct mirror_geometry {
  long outer = 1, source = 1, result = 1, inner = 1, before = 0, edge = 0;

  constexpr long from(long i) const {
    i -= before;
    return i < 0 ? -i - edge : i < source ? i : 2 * source - 2 + edge - i;
  }
};

template <class T>
void mirror_pad(const mirror_geometry& g, const T* x, T* y, int threads) {
  const long rows = g.outer * g.result, block = larger(4096 / g.inner, 1);
  parallel_for(parts_of(rows, block), static_cast<double>(block * g.inner), threads, [&](long task) {
    for (long row = task * block; row < smaller(rows, (task + 1) * block); ++row)
      std::memcpy(y + row * g.inner, x + (row / g.result * g.source + g.from(row % g.result)) * g.inner, static_cast<std::size_t>(g.inner) * sizeof(T));
  });
}

/// Each element gathers the gradients of those it was copied to: its own, and up to two in the mirrors.
template <class T>
void mirror_pad_gradient(const mirror_geometry& g, const T* dy, T* dx, int threads) {
  const long rows = g.outer * g.source, block = larger(4096 / g.inner, 1);
  parallel_for(parts_of(rows, block), static_cast<double>(3 * block * g.inner), threads, [&](long task) {
    for (long row = task * block; row < smaller(rows, (task + 1) * block); ++row) {
      const long at = row % g.source, front = g.before - at - g.edge, back = g.before + 2 * g.source - 2 + g.edge - at;
      const T* const from = dy + row / g.source * g.result * g.inner;
      T* const to = dx + row * g.inner;
      std::memcpy(to, from + (g.before + at) * g.inner, static_cast<std::size_t>(g.inner) * sizeof(T));
      if (front >= 0 && front < g.before)
        for (long i = 0; i < g.inner; ++i) to[i] += from[front * g.inner + i];
      if (back >= g.before + g.source && back < g.result)
        for (long i = 0; i < g.inner; ++i) to[i] += from[back * g.inner + i];
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
