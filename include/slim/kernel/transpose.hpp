#pragma once
#include "slim/core/begin.hpp"
// Axes in another order.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/shape/shape.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// Extents of the result of one example, and how far apart in the source its neighbours along each axis are; axes that stay together are one.
struct transpose_geometry {
  long extents[slim::shape::max_rank]{1}, strides[slim::shape::max_rank]{1};
  int count = 0;

  constexpr long elements() const {
    long product = 1;
    for (int axis = 0; axis < count; ++axis) product *= extents[axis];
    return product;
  }
};
/// Axis i of the result is axis `axes[i]` of `source`.
constexpr transpose_geometry transpose_geometry_of(const slim::shape& source, const slim::shape& axes) {
  transpose_geometry g;
  for (int i = 0; i < axes.rank; ++i) {
    const long extent = source[axes[i]];
    long stride = 1;
    for (int inner = axes[i] + 1; inner < source.rank; ++inner) stride *= source[inner];
    if (extent == 1) continue;
    if (g.count > 0 && g.strides[g.count - 1] == stride * extent) g.extents[g.count - 1] *= extent, g.strides[g.count - 1] = stride;
    else g.extents[g.count] = extent, g.strides[g.count++] = stride;
  }
  if (g.count == 0) g.count = 1;
  return g;
}

/// y, each of `examples` with its axes in the order of the geometry. x and y do not overlap.
template <class T>
void transpose(const transpose_geometry& g, long examples, const T* x, T* y, int threads) {
  const int last = g.count - 1;
  const long count = g.extents[last], stride = g.strides[last], rows = examples * (g.elements() / count), block = larger(4096 / count, 1);
  parallel_for(parts_of(rows, block), static_cast<double>(block * count), threads, [&](long task) {
    for (long row = task * block; row < smaller(rows, (task + 1) * block); ++row) {
      long rest = row, offset = 0;
      for (int axis = last - 1; axis >= 0; --axis) {
        offset += rest % g.extents[axis] * g.strides[axis];
        rest /= g.extents[axis];
      }
      const T* const from = x + rest * g.elements() + offset;
      T* const to = y + row * count;
      if (stride == 1) std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
      else
        for (long i = 0; i < count; ++i) to[i] = from[i * stride];
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
