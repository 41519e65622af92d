#pragma once
#include "slim/core/begin.hpp"
// The shape of one example. The batch is never part of a shape: it is a run-time extent.

#include <type_traits>

#include "slim/core/standard.hpp"

namespace slim {

/// Extents of one example, outermost first, at most five: {height, width, channels} for images, {units} for vectors,
/// {} for one number.
struct shape {
  static constexpr int max_rank = 5;
  int extents[max_rank]{};
  int rank = 0;

  constexpr shape() = default;
  template <class... Extents>
    requires(sizeof...(Extents) > 0 && sizeof...(Extents) <= max_rank && (std::is_arithmetic_v<Extents> && ...))
  constexpr shape(Extents... sizes) : extents{static_cast<int>(sizes)...}, rank(sizeof...(Extents)) {}

  constexpr int operator[](int axis) const { return extents[axis]; }
  /// Number of elements of one example; 1 for rank 0.
  constexpr long size() const {
    long product = 1;
#pragma GCC unroll 1
    for (int i = 0; i < rank; ++i) product *= extents[i];
    return product;
  }
  /// The last extent: channels of an image, units of a vector; 1 for rank 0.
  constexpr int channels() const { return rank == 0 ? 1 : extents[rank - 1]; }
  constexpr bool operator==(const shape& other) const {
    if (rank != other.rank) return false;
    for (int i = 0; i < rank; ++i)
      if (extents[i] != other.extents[i]) return false;
    return true;
  }
};

/// A pair of height and width: kernels, strides, rates. One number means both.
struct extent2 {
  int height = 1;
  int width = 1;

  constexpr extent2() = default;
  constexpr extent2(int both) : height(both), width(both) {}
  constexpr extent2(int h, int w) : height(h), width(w) {}
  constexpr bool operator==(const extent2&) const = default;
};

}  // namespace slim

#include "slim/core/end.hpp"
