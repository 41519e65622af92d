#pragma once
#include "slim/core/begin.hpp"
// Boxes cut out of a tensor, and tensors put into larger ones: slices and paddings of any axes.

#include "slim/kernel/blocking.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/shape/shape.hpp"

#include <cstring>

namespace slim::kernel::inline SLIM_LEVEL {

/// Along one axis element i of the result is element i + first of the source, where that exists.
struct box_axis {
  long result = 1, source = 1, first = 0;
};

/// The axes, outermost first; those that are taken whole are joined to the axis around them, so that rows are long.
struct box_geometry {
  box_axis axes[slim::shape::max_rank + 1]{};
  int count = 0;

  constexpr void add(const box_axis& inner) {
    const bool whole = inner.result == inner.source && inner.first == 0;
    if (count == 0 || (!whole && !(axes[count - 1].result == 1 && axes[count - 1].source == 1))) {
      axes[count++] = inner;
    } else if (whole) {
      box_axis& outer = axes[count - 1];
      outer = {outer.result * inner.result, outer.source * inner.result, outer.first * inner.result};
    } else {
      axes[count - 1] = inner;
    }
  }
};
/// Element `first` of each axis of `source` is the first of `result`, for each of `examples`. Negative: so many elements come before the source.
constexpr box_geometry box_geometry_of(long examples, const slim::shape& source, const slim::shape& result, const slim::shape& first) {
  box_geometry g;
  g.add({examples, examples, 0});
  for (int axis = 0; axis < result.rank; ++axis) g.add({result[axis], source[axis], first[axis]});
  return g;
}

/// The box of the geometry, `fill` where x has no element. x and y do not overlap.
template <class T>
void copy_box(const box_geometry& g, T fill, const T* x, T* y, int threads) {
  const box_axis row = g.axes[g.count - 1];
  const long begin = smaller(larger(-row.first, 0), row.result), end = larger(smaller(row.source - row.first, row.result), begin);
  long rows = 1;
  for (int a = 0; a < g.count - 1; ++a) rows *= g.axes[a].result;
  const long block = larger(4096 / row.result, 1);
  parallel_for(parts_of(rows, block), static_cast<double>(block * row.result), threads, [&](long task) {
    for (long r = task * block; r < smaller(rows, (task + 1) * block); ++r) {
      long rest = r, from = 0, stride = row.source;
      bool inside = true;
      for (int a = g.count - 2; a >= 0; --a) {
        const box_axis& axis = g.axes[a];
        const long at = (a == 0 ? rest : rest % axis.result) + axis.first;
        if (a > 0) rest /= axis.result;
        inside = inside && at >= 0 && at < axis.source;
        from += at * stride, stride *= axis.source;
      }
      T* const to = y + r * row.result;
      if (!inside) {
        for (long i = 0; i < row.result; ++i) to[i] = fill;
        continue;
      }
      for (long i = 0; i < begin; ++i) to[i] = fill;
      if (end > begin) std::memcpy(to + begin, x + from + begin + row.first, static_cast<std::size_t>(end - begin) * sizeof(T));
      for (long i = end; i < row.result; ++i) to[i] = fill;
    }
  });
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
