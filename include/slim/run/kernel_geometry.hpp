#pragma once
// From the shapes and the window of an operation to the numbers that kernels take.

#include "slim/kernel/geometry.hpp"
#include "slim/shape/shape.hpp"
#include "slim/shape/window.hpp"

namespace slim::detail {

constexpr kernel::convolution_geometry convolution_geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return {in[0], in[1], in[2], out[0], out[1], out[2], w.kernel.height, w.kernel.width, w.stride.height, w.stride.width, w.rate.height, w.rate.width, w.pad_top, w.pad_left};
}
constexpr kernel::pool_geometry pool_geometry_of(const slim::shape& in, const slim::shape& out, const window& w) {
  return {in[0], in[1], in[2], out[0], out[1], w.kernel.height, w.kernel.width, w.stride.height, w.stride.width, w.pad_top, w.pad_left};
}

/// A convolution seen as one matrix product: its rows for one example, and its inner extent.
constexpr long product_rows(const kernel::convolution_geometry& g) { return static_cast<long>(g.output_height) * g.output_width; }
constexpr long product_inner(const kernel::convolution_geometry& g) { return static_cast<long>(g.kernel_height) * g.kernel_width * g.input_channels; }

}  // namespace slim::detail
