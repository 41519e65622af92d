#pragma once
// What follows a contraction on the same data: bias, activation, residual, mask. A kernel knows only this pair of pointers.

namespace slim::kernel {

/// Work on a finished rectangle of a kernel's output, seen as a matrix: rows = batch·height·width, columns = the last
/// dimension. A kernel calls it exactly once for each output element, as part of one rectangle, while the rectangle is
/// still in cache; calls may come from several threads at once, on disjoint rectangles. It works in place on an output
/// that it knows from its context.
template<class T>
struct epilogue {
  using function = void(const void* context, long row_begin, long row_end, long column_begin, long column_end);

  function* apply = nullptr;
  const void* context = nullptr;

  void operator()(long row_begin, long row_end, long column_begin, long column_end) const {
    if (apply != nullptr && row_begin < row_end && column_begin < column_end)
      apply(context, row_begin, row_end, column_begin, column_end);
  }
};

}  // namespace slim::kernel
