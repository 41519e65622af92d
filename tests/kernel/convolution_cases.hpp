#pragma once
// Geometries and the naive double reference for the three convolution kernels.

#include "slim/kernel/geometry.hpp"
#include "tests/kernel/reference.hpp"

namespace slim::kernel::test {

struct convolution_case {
  convolution_geometry geometry;
  long batch;
};

/// Output size from the padding at all four sides.
constexpr convolution_geometry convolution_of(int height, int width, int channels, int outputs, int kernel_height, int kernel_width, int stride_height,
                                              int stride_width, int rate_height, int rate_width, int top, int bottom, int left, int right) {
  return {height,
          width,
          channels,
          (height + top + bottom - (kernel_height - 1) * rate_height - 1) / stride_height + 1,
          (width + left + right - (kernel_width - 1) * rate_width - 1) / stride_width + 1,
          outputs,
          kernel_height,
          kernel_width,
          stride_height,
          stride_width,
          rate_height,
          rate_width,
          top,
          left};
}

/// Odd sizes, odd channels, every combination of border, stride and rate, and sizes that cross each blocking limit.
inline const convolution_case convolution_cases[] = {
    {convolution_of(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 1},      {convolution_of(28, 28, 1, 32, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2), 3},
    {convolution_of(14, 14, 32, 64, 5, 5, 1, 1, 1, 1, 2, 2, 2, 2), 2},  {convolution_of(9, 7, 3, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 7},
    {convolution_of(9, 7, 5, 17, 3, 5, 2, 1, 1, 1, 1, 0, 2, 1), 4},     {convolution_of(11, 13, 17, 3, 5, 3, 2, 3, 1, 1, 2, 1, 0, 1), 3},
    {convolution_of(12, 10, 5, 33, 3, 3, 1, 1, 2, 3, 2, 2, 3, 3), 2},   {convolution_of(13, 11, 3, 9, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2), 2},
    {convolution_of(13, 17, 4, 6, 4, 2, 3, 2, 2, 3, 1, 2, 0, 3), 2},    {convolution_of(15, 15, 7, 40, 1, 1, 2, 2, 1, 1, 0, 0, 0, 0), 5},
    {convolution_of(8, 9, 33, 17, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0), 6},    {convolution_of(7, 7, 20, 24, 7, 7, 1, 1, 1, 1, 0, 0, 0, 0), 5},
    {convolution_of(3, 3, 150, 70, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 3},   {convolution_of(5, 230, 70, 19, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 1},
    {convolution_of(1, 700, 1, 8, 1, 64, 5, 5, 1, 1, 0, 0, 31, 32), 1}, {convolution_of(40, 40, 2, 3, 36, 36, 1, 1, 1, 1, 3, 3, 3, 3), 2},
    {convolution_of(5, 9, 20, 24, 1, 3, 1, 1, 1, 1, 0, 0, 1, 1), 2},    {convolution_of(6, 8, 17, 3, 2, 3, 1, 1, 1, 1, 1, 0, 0, 0), 2},
    {convolution_of(7, 5, 3, 18, 3, 1, 1, 1, 1, 1, 1, 1, 0, 0), 2},     {convolution_of(6, 6, 8, 16, 3, 3, 4, 5, 1, 1, 0, 0, 0, 0), 2},
    {convolution_of(4, 5, 300, 130, 1, 2, 1, 1, 1, 2, 0, 0, 1, 1), 2},
};

inline long input_size(const convolution_case& c) { return c.batch * c.geometry.input_height * c.geometry.input_width * c.geometry.input_channels; }
inline long output_size(const convolution_case& c) { return c.batch * c.geometry.output_height * c.geometry.output_width * c.geometry.output_channels; }
inline long weights_size(const convolution_case& c) {
  const auto& g = c.geometry;
  return static_cast<long>(g.kernel_height) * g.kernel_width * g.input_channels * g.output_channels;
}

/// Calls visit(cell, tap, pixel) wherever a tap of an output pixel meets an input cell; all three count without channels.
template <class Visit>
void for_each_tap(const convolution_case& c, Visit visit) {
  const auto& g = c.geometry;
  for (long n = 0; n < c.batch; ++n)
    for (long i = 0; i < g.output_height; ++i)
      for (long j = 0; j < g.output_width; ++j)
        for (long r = 0; r < g.kernel_height; ++r)
          for (long s = 0; s < g.kernel_width; ++s) {
            const long h = i * g.stride_height - g.pad_top + r * g.rate_height, w = j * g.stride_width - g.pad_left + s * g.rate_width;
            if (h < 0 || h >= g.input_height || w < 0 || w >= g.input_width) continue;
            visit((n * g.input_height + h) * g.input_width + w, r * g.kernel_width + s, (n * g.output_height + i) * g.output_width + j);
          }
}

/// Calls visit(x index, weights index, y index) for every product of the convolution: the definition of all three kernels.
template <class Visit>
void for_each_product(const convolution_case& c, Visit visit) {
  const auto& g = c.geometry;
  for_each_tap(c, [&](long cell, long tap, long pixel) {
    for (long ci = 0; ci < g.input_channels; ++ci)
      for (long k = 0; k < g.output_channels; ++k)
        visit(static_cast<std::size_t>(cell * g.input_channels + ci), static_cast<std::size_t>((tap * g.input_channels + ci) * g.output_channels + k),
              static_cast<std::size_t>(pixel * g.output_channels + k));
  });
}

}  // namespace slim::kernel::test
