#pragma once
#include "slim/core/begin.hpp"

#include "slim/functions/reshape.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/resize_bilinear.hpp"

namespace slim {

/// How an image of another size is made: from the nearest pixel, or between the centres of four.
enum class upsampling : unsigned char { nearest, bilinear };
constexpr void slim_describe(upsampling value, name_buffer& to) { to.add(value == upsampling::nearest ? "nearest" : "bilinear"); }

// clang-format off
struct scale_factor_keyword : keyword<scale_factor_keyword, whole_extents> { static constexpr const char* name = "scale_factor"; using keyword::operator=; static constexpr number_fault fault(const whole_extents& n) { return n.fault(); } };
struct interpolation_keyword : keyword<interpolation_keyword, upsampling> { static constexpr const char* name = "interpolation"; using keyword::operator=; };
inline constexpr scale_factor_keyword scale_factor;
inline constexpr interpolation_keyword interpolation;
// clang-format on

/// Images of `height` by `width` pixels by linear interpolation, pixels at the centres of their cells, as tf.image.resize. Without `half_pixel_centers` they
/// lie where their cells begin, as in tf.compat.v1.image.resize_bilinear.
constexpr tensor resize_bilinear(const tensor& x, int height, int width, bool half_pixel_centers = true) {
  return {*x.trace, op::resize_bilinear::add(x.trace->g, x.node, height, width, half_pixel_centers, x.trace->scope)};
}

/// Images that are `scale_factor` times as high and wide, as tf.image.resize and PyTorch's interpolate with align_corners=False make them. TF-Slim has none:
/// Keras's UpSampling2D. Call: upsample(scale_factor[, "scope"][, interpolation = upsampling::bilinear]).
struct upsample_layer : layer<upsample_layer> {
  static constexpr const char* function_name = "upsample";
  static constexpr const char* default_scope = "UpSampling2D";
  static constexpr auto defaults = arguments_of(scale_factor = 2, interpolation = upsampling::nearest);

  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_pair factor, const Rest&... rest) const {
    return bind(rest..., scale_factor = factor);
  }
  static constexpr tensor apply(const tensor& x, const arguments<upsample_layer>& with) {
    tracer& trace = *x.trace;
    const slim::shape from = x.shape();
    if (from.rank != 3) trace.fail(graph::rule::rank_mismatch, {from.rank}, {3});
    const auto [down, across] = axes_of<2>(trace, with, scale_factor);
    if (trace.g.failed()) return x;
    if (with[interpolation] == upsampling::bilinear) return resize_bilinear(x, from[0] * down, from[1] * across);
    const tensor pixels = reshape(x, {from[0], 1, from[1], 1, from[2]});
    const int each = graph::broadcast(trace.g, pixels.node, {trace.g.nodes[x.node].batched, {from[0], down, from[1], across, from[2]}}, trace.scope);
    return reshape(tensor(trace, each), {from[0] * down, from[1] * across, from[2]});
  }
};
inline constexpr upsample_layer upsample;

}  // namespace slim

#include "slim/core/end.hpp"
