#pragma once
#include "slim/core/begin.hpp"
// What follows a contraction on the same data: bias, activation, residual, mask. A kernel knows only this pair of pointers.
// The same for all levels: it crosses from files of one to files of another.

#include "slim/core/config.hpp"

namespace slim::kernel {

/// Work on a finished rectangle of a kernel's output, seen as a matrix: rows = batch·height·width, columns = the last
/// dimension. A kernel calls it exactly once for each output element, as part of one rectangle, while the rectangle is
/// still in cache; calls may come from several threads at once, on disjoint rectangles. It works in place on an output
/// that it knows from its context.
template <class T>
struct epilogue {
  using function = void(const void* context, long row_begin, long row_end, long column_begin, long column_end);

  function* apply = nullptr;
  const void* context = nullptr;

  SLIM_ALWAYS_INLINE void operator()(long row_begin, long row_end, long column_begin, long column_end) const {
    if (apply != nullptr && row_begin < row_end && column_begin < column_end) apply(context, row_begin, row_end, column_begin, column_end);
  }
};

/// What happens to a kernel's finished pixels before the largest of each `size` × `size` of them is stored: `apply` works in place on scratch memory
/// with `rows` pixels of `columns` channels, the first of which is channel `first_column` of the result. It may be null. `cells` elements behind each result,
/// if not 0, is stored which of the pixels it was, as by max_pool_with_cells.
template <class T>
struct pooled_epilogue {
  using function = void(const void* context, T* values, long rows, long columns, long first_column);

  long size = 1;
  function* apply = nullptr;
  const void* context = nullptr;
  long cells = 0;
};

}  // namespace slim::kernel

#include "slim/core/end.hpp"
