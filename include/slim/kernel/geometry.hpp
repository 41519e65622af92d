#pragma once
#include "slim/core/begin.hpp"
// The numbers a window kernel needs. Run-time arguments: no kernel is instantiated per layer.

#include "slim/shape/shape.hpp"
#include "slim/shape/window.hpp"

namespace slim::kernel {

/// A convolution of one NHWC image: output(i, j) reads input(i·stride − pad + r·rate, j·stride − pad + s·rate); cells
/// outside the input count as zero. Padding at the bottom and right follows from the output size.
struct convolution_geometry {
  int input_height, input_width, input_channels;
  int output_height, output_width, output_channels;
  int kernel_height, kernel_width;
  int stride_height, stride_width;
  int rate_height, rate_width;
  int pad_top, pad_left;

  /// Multiplications and additions for one image, padding included.
  constexpr double operations() const { return 2.0 * output_height * output_width * output_channels * kernel_height * kernel_width * input_channels; }
};

/// A pooling window over one NHWC image; cells outside the input do not exist.
struct pool_geometry {
  int input_height, input_width, channels;
  int output_height, output_width;
  int kernel_height, kernel_width;
  int stride_height, stride_width;
  int pad_top, pad_left;
};

/// From the extents of the larger and the smaller image, [height, width, channels], and the window between them.
constexpr convolution_geometry convolution_geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return {in[0],          in[1],           in[2],          out[0],        out[1],       out[2],    w.kernel.height,
          w.kernel.width, w.stride.height, w.stride.width, w.rate.height, w.rate.width, w.pad_top, w.pad_left};
}
constexpr pool_geometry pool_geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return {in[0], in[1], in[2], out[0], out[1], w.kernel.height, w.kernel.width, w.stride.height, w.stride.width, w.pad_top, w.pad_left};
}

/// A convolution seen as one matrix product: its rows for one example, and its inner extent.
constexpr long product_rows(const convolution_geometry& g) { return static_cast<long>(g.output_height) * g.output_width; }
constexpr long product_inner(const convolution_geometry& g) { return static_cast<long>(g.kernel_height) * g.kernel_width * g.input_channels; }

}  // namespace slim::kernel

#include "slim/core/end.hpp"
