#pragma once
#include "slim/core/begin.hpp"
// Which source cells an output cell reads, for every contraction over windows: convolution, its data gradient (also
// strided and dilated) and, with one tap, a matrix product. Plain arithmetic: no data is touched here.

#include "slim/kernel/geometry.hpp"
#include "slim/simd/level.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// The greatest common divisor of two numbers that are not negative; <numeric>'s takes the compiler ten times as long.
constexpr long common_divisor(long a, long b) {
  while (b != 0) {
    const long rest = a % b;
    a = b, b = rest;
  }
  return a;
}

/// One spatial axis. Output i and tap t meet at source cell i·step + offset + t·tap_step; the tap has index
/// first_tap + t·tap_increment in the weights, and the output is cell output_first + i·output_step of the result.
struct tap_axis {
  long source;
  long outputs, step;
  long taps, offset, tap_step;
  long first_tap, tap_increment;
  long result, output_first, output_step;

  /// Source cells from the first to the last one that `outputs` neighbours with `taps` neighbouring taps read.
  constexpr long span(long some_outputs, long some_taps) const { return (some_outputs - 1) * step + (some_taps - 1) * tap_step + 1; }
};

/// The axis of a convolution: every output, every tap.
constexpr tap_axis convolution_axis(long source, long outputs, long taps, long stride, long rate, long pad) {
  return {source, outputs, stride, taps, -pad, rate, 0, 1, outputs, 0, 1};
}

/// The axis of its data gradient for the input cells phase, phase + stride, …: output o contributes to input i through tap r
/// when o·stride = i + pad − r·rate, so only every (stride / gcd(stride, rate))-th tap takes part. Taps are listed
/// backwards, which makes the gradient's cells ascend.
constexpr tap_axis data_gradient_axis(long inputs, long outputs, long taps, long stride, long rate, long pad, long phase) {
  const long common = common_divisor(stride, rate), every = stride / common;
  long first = 0;
  while (first < every && (phase + pad - first * rate) % stride != 0) ++first;
  const long count = first < every && first < taps ? (taps - first - 1) / every + 1 : 0;
  const long last = first + (count - 1) * every;
  return {outputs,
          (inputs - phase + stride - 1) / stride,
          1,
          count,
          count > 0 ? (phase + pad - last * rate) / stride : 0,
          rate / common,
          last,
          -every,
          inputs,
          phase,
          stride};
}

/// A contraction over windows: result(n, i, j, k) = Σ over taps and source channels.
struct tap_grid {
  tap_axis height, width;
  long batch, source_channels, result_channels;

  constexpr long pixels() const { return batch * height.outputs * width.outputs; }
  constexpr double operations() const {
    return 2.0 * static_cast<double>(pixels() * height.taps * width.taps) * static_cast<double>(source_channels * result_channels);
  }
};

constexpr tap_grid convolution_grid(const convolution_geometry& g, long batch) {
  return {convolution_axis(g.input_height, g.output_height, g.kernel_height, g.stride_height, g.rate_height, g.pad_top),
          convolution_axis(g.input_width, g.output_width, g.kernel_width, g.stride_width, g.rate_width, g.pad_left), batch, g.input_channels,
          g.output_channels};
}

/// A row-major matrix product as a window contraction: one tap, one image, rows in a line.
constexpr tap_grid matmul_grid(long rows, long inner, long columns) {
  return {convolution_axis(1, 1, 1, 1, 1, 0), convolution_axis(rows, rows, 1, 1, 1, 0), 1, inner, columns};
}

/// Part of the reduction: a box of taps and source channels.
struct tap_chunk {
  long row, rows, column, columns, channel, channels;
  constexpr long depth() const { return rows * columns * channels; }
};

/// Part of the outputs: some columns of one row, or whole rows of an image, or whole images; always consecutive.
struct pixel_block {
  long image, images, row, rows, column, columns;
  constexpr long pixels() const { return images * rows * columns; }
};

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
