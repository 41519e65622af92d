#pragma once
#include "slim/core/begin.hpp"
// Where a sliding window lands: TF-Slim section 2.2, and 13.6 for FIXED.

#include "slim/shape/shape.hpp"

namespace slim {

/// How far a window may reach over the border of its input, which counts as zeros (pooling ignores it). With k cells covered:
///   SAME   ceil(input/stride) outputs; the border depends on the input's size, its odd cell goes to the bottom and right
///   VALID  no border
///   FIXED  ceil(input/stride) outputs; (k − 1)/2 cells before and the rest after, whatever the input's size. With stride 1 it equals
///          SAME; with a larger stride it is TF-Slim's conv2d_same, where output i is always centred on input i·stride.
///   CAUSAL ceil(input/stride) outputs; k − 1 cells before and none after, so that output i reads nothing behind input i·stride: conv1d alone
enum class padding_mode : unsigned char { same, valid, fixed, causal };
inline constexpr padding_mode SAME = padding_mode::same;
inline constexpr padding_mode VALID = padding_mode::valid;
inline constexpr padding_mode FIXED = padding_mode::fixed;
inline constexpr padding_mode CAUSAL = padding_mode::causal;

/// A convolution or pooling window and the border before the first row and column.
struct window {
  extent2 kernel{};
  extent2 stride{};
  extent2 rate{};
  int pad_top = 0;
  int pad_left = 0;

  constexpr bool operator==(const window&) const = default;
};

/// Extent a kernel of `kernel` taps covers at dilation `rate`.
constexpr int covered(int kernel, int rate) { return (kernel - 1) * rate + 1; }

/// Output cells along one axis; 0 or less when the window does not fit.
constexpr int window_outputs(int input, int kernel, int stride, int rate, padding_mode padding) {
  if (padding != padding_mode::valid) return (input + stride - 1) / stride;
  const int rest = input - covered(kernel, rate);
  return rest < 0 ? 0 : rest / stride + 1;
}

/// Border cells before the first input cell along one axis.
constexpr int window_pad_before(int input, int kernel, int stride, int rate, padding_mode padding) {
  if (padding == padding_mode::valid) return 0;
  if (padding == padding_mode::causal) return covered(kernel, rate) - 1;
  if (padding == padding_mode::fixed) return (covered(kernel, rate) - 1) / 2;
  const int total = (window_outputs(input, kernel, stride, rate, padding) - 1) * stride + covered(kernel, rate) - input;
  return total > 0 ? total / 2 : 0;
}

}  // namespace slim

#include "slim/core/end.hpp"
