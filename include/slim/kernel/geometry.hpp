#pragma once
// The numbers a window kernel needs. Run-time arguments: no kernel is instantiated per layer.

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
  constexpr double operations() const {
    return 2.0 * output_height * output_width * output_channels * kernel_height * kernel_width * input_channels;
  }
};

/// A pooling window over one NHWC image; cells outside the input do not exist.
struct pool_geometry {
  int input_height, input_width, channels;
  int output_height, output_width;
  int kernel_height, kernel_width;
  int stride_height, stride_width;
  int pad_top, pad_left;
};

}  // namespace slim::kernel
