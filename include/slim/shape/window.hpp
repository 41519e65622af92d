#pragma once
// Where a sliding window lands: TF-Slim section 2.2.

#include "slim/shape/shape.hpp"

namespace slim {

enum class padding_mode : unsigned char { same, valid };
inline constexpr padding_mode SAME = padding_mode::same;
inline constexpr padding_mode VALID = padding_mode::valid;

/// A convolution or pooling window and the zero border before the first row and column.
/// Output size and border follow TF-Slim section 2.2; SAME puts the odd cell of the border at the bottom and right.
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
  if (padding == padding_mode::same) return (input + stride - 1) / stride;
  const int rest = input - covered(kernel, rate);
  return rest < 0 ? 0 : rest / stride + 1;
}

/// Zero cells before the first input cell along one axis.
constexpr int window_pad_before(int input, int kernel, int stride, int rate, padding_mode padding) {
  if (padding == padding_mode::valid) return 0;
  const int total = (window_outputs(input, kernel, stride, rate, padding) - 1) * stride + covered(kernel, rate) - input;
  return total > 0 ? total / 2 : 0;
}

}  // namespace slim
