#pragma once
#include "slim/core/begin.hpp"
// Axes in another order.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/shape/shape.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Extents of the result of one example, padded with ones in front, and how far apart in the source its neighbours along each axis are.
struct transpose_geometry {
  long extents[4]{1, 1, 1, 1}, strides[4]{};

  constexpr long elements() const { return extents[0] * extents[1] * extents[2] * extents[3]; }
};
/// Axis i of the result is axis `axes[i]` of `source`.
constexpr transpose_geometry transpose_geometry_of(const slim::shape& source, const slim::shape& axes) {
  transpose_geometry g;
  for (int i = 0; i < axes.rank; ++i) {
    long stride = 1;
    for (int inner = axes[i] + 1; inner < source.rank; ++inner) stride *= source[inner];
    g.extents[4 - axes.rank + i] = source[axes[i]], g.strides[4 - axes.rank + i] = stride;
  }
  return g;
}

/// y, each of `examples` with its axes in the order of the geometry. x and y do not overlap.
template<class T>
void transpose(const transpose_geometry& g, long examples, const T* x, T* y, int threads) {
  const long count = g.extents[3], rows = examples * (g.elements() / count), block = larger(4096 / count, 1);
  parallel_for(parts_of(rows, block), static_cast<double>(block * count), threads, [&](long task) {
    for (long row = task * block; row < smaller(rows, (task + 1) * block); ++row) {
      const long c = row % g.extents[2], b = row / g.extents[2] % g.extents[1], a = row / (g.extents[2] * g.extents[1]) % g.extents[0];
      const T* const from = x + row / (g.extents[2] * g.extents[1] * g.extents[0]) * g.elements() + a * g.strides[0] + b * g.strides[1] + c * g.strides[2];
      T* const to = y + row * count;
      for (long i = 0; i < count; ++i) to[i] = from[i * g.strides[3]];
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
