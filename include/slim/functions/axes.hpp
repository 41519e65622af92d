#pragma once
#include "slim/core/begin.hpp"
// Axes that users name. They are those of one example: the first is 0, the last is −1; the batch is none of them.

#include <initializer_list>

#include "slim/trace/tensor.hpp"

namespace slim {

/// Axes of an example: one number, or a list; {}: all.
struct axis_list {
  int axes[slim::shape::max_rank]{}, count = 0;  // those beyond are counted only

  constexpr axis_list() = default;
  constexpr axis_list(int one) : axes{one}, count(1) {}
  constexpr axis_list(std::initializer_list<int> listed) {
    for (int one : listed)
      if (count++ < slim::shape::max_rank) axes[count - 1] = one;
  }
};

namespace detail {

/// Axis `axis` of `x` counted from 0, or the place of a new one (`new_axes` 1); 0 after a message.
constexpr int axis_of(const tensor& x, int axis, int new_axes = 0) {
  const int rank = x.shape().rank + new_axes;
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  x.trace->fail_number("axis", axis, "an axis of the example, negative from the last");
  return 0;
}
/// Which axes of `x` are listed. Reports one that is listed twice.
struct chosen_axes {
  bool among[slim::shape::max_rank]{};

  constexpr chosen_axes(const tensor& x, const axis_list& axis) {
    if (axis.count > slim::shape::max_rank) x.trace->fail_number("axis", axis.count, "a list of no more axes than there are");
    for (int i = 0; i < axis.count && i < slim::shape::max_rank; ++i) {
      bool& own = among[x.shape().rank == 0 ? 0 : axis_of(x, axis.axes[i])];
      if (own) x.trace->fail_number("axis", axis.axes[i], "listed once");
      own = true;
    }
  }
};
constexpr slim::shape without_axis(slim::shape s, int axis) {
  for (int i = axis; i + 1 < s.rank; ++i) s.extents[i] = s[i + 1];
  s.extents[--s.rank] = 0;
  return s;
}
constexpr slim::shape with_axis(slim::shape s, int axis, int extent) {
  for (int i = s.rank++; i > axis; --i) s.extents[i] = s[i - 1];
  s.extents[axis] = extent;
  return s;
}

}  // namespace detail

}  // namespace slim

#include "slim/core/end.hpp"
