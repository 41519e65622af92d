#pragma once
#include "slim/core/begin.hpp"
// Shape rules that operations with windows over images share.

#include "slim/graph/build.hpp"
#include "slim/shape/window.hpp"

namespace slim::op {

/// Windows of NHWC images; of sequences, which run as images of height 1, where `sequence`. Reports a window that does not fit.
constexpr bool place_window(graph::graph& g, const slim::shape& input, extent2 kernel, extent2 stride, extent2 rate, padding_mode padding, int scope,
                            window& placed, slim::shape& output, bool sequence = false) {
  if (input.rank != 3) {
    g.fail(graph::rule::rank_mismatch, scope, {input.rank}, {3});
    return false;
  }
  const auto at_least_one = [&](extent2 given, const char* name) {
    if (given.height < 1 || given.width < 1) g.fail(graph::rule::bad_number, scope, {given.height < given.width ? given.height : given.width}, {1}, name);
    return given.height >= 1 && given.width >= 1;
  };
  if (!at_least_one(kernel, "kernel_size") || !at_least_one(stride, "stride") || !at_least_one(rate, "rate")) return false;
  if (padding == CAUSAL && !sequence) {
    g.fail(graph::rule::padding_not_here, scope, {}, {}, "CAUSAL");
    return false;
  }
  const int height = window_outputs(input[0], kernel.height, stride.height, rate.height, padding);
  const int width = window_outputs(input[1], kernel.width, stride.width, rate.width, padding);
  if (height < 1 || width < 1) {
    if (sequence) g.fail(graph::rule::window_larger_than_input, scope, {covered(kernel.width, rate.width)}, {input[1]});
    g.fail(graph::rule::window_larger_than_input, scope, {covered(kernel.height, rate.height), covered(kernel.width, rate.width)}, {input[0], input[1]});
    return false;
  }
  placed = {kernel, stride, rate, window_pad_before(input[0], kernel.height, stride.height, rate.height, padding),
            window_pad_before(input[1], kernel.width, stride.width, rate.width, padding)};
  output = {height, width, input[2]};
  return true;
}

/// Attributes of an operation that has nothing but a window.
struct window_attributes {
  slim::window window{};
};

/// Cells of a window, as a factor of the work.
constexpr double cells(const window& w) { return static_cast<double>(w.kernel.height) * w.kernel.width; }

/// Of [d, h, w, c], as of any number of leading extents, convolutions take d images for each example.
SLIM_ALWAYS_INLINE constexpr slim::shape image_of(const slim::shape& s) {
  return s.rank == 3 ? s : s.rank < 3 ? slim::shape{} : slim::shape{s[s.rank - 3], s[s.rank - 2], s[s.rank - 1]};
}
SLIM_ALWAYS_INLINE constexpr long images_in(const slim::shape& s) {
  static_assert(slim::shape::max_rank == 5);
  return (s.rank > 3 ? s[0] : 1L) * (s.rank > 4 ? s[1] : 1L);
}

/// What is wrong with image extents `in` and `out` under `w`; null when `out` has a cell for each place of the window that begins in `in`.
constexpr const char* window_fault(const slim::shape& in, const slim::shape& out, const window& w) {
  if (in.rank != 3 || out.rank != 3) return "a window over what is no image";
  const auto inside = [](int cells, int stride, int pad, int size) { return cells >= 1 && (cells - 1) * stride - pad < size; };
  if (!inside(out[0], w.stride.height, w.pad_top, in[0]) || !inside(out[1], w.stride.width, w.pad_left, in[1])) return "a window lies outside its image";
  return nullptr;
}

}  // namespace slim::op

#include "slim/core/end.hpp"
