#pragma once
#include "slim/core/begin.hpp"
// Pools of any rank. Maximum and mean of a box are those along one axis after the other: each is a pool of an image that has the axis, or two of them, as
// height and width.

#include "slim/functions/pad.hpp"
#include "slim/functions/slice.hpp"
#include "slim/layers/pool2d.hpp"

namespace slim {

enum class pooling : unsigned char { max, avg };
constexpr void slim_describe(pooling value, name_buffer& to) { to.add(value == pooling::max ? "max" : "avg"); }

// clang-format off
struct pooling_type_keyword : keyword<pooling_type_keyword, pooling> { static constexpr const char* name = "pooling_type"; using keyword::operator=; };
struct dilation_rate_keyword : keyword<dilation_rate_keyword, whole_extents> { static constexpr const char* name = "dilation_rate"; using keyword::operator=; static constexpr number_fault fault(const whole_extents& n) { return n.fault(); } };
inline constexpr pooling_type_keyword pooling_type;
inline constexpr dilation_rate_keyword dilation_rate;
// clang-format on

namespace detail {

/// A pool over height and width of an image of which one may be 1.
constexpr tensor pool_image(const tensor& x, pooling kind, extent2 kernel, extent2 strides, padding_mode pad) {
  tracer& trace = *x.trace;
  window placed;
  slim::shape out;
  if (!op::place_window(trace.g, x.shape(), kernel, strides, 1, pad, trace.scope, placed, out)) return x;
  return {trace, kind == pooling::max ? op::max_pool::add(trace.g, x.node, placed, out, trace.scope)
                                      : op::average_pool::add(trace.g, x.node, placed, out, trace.scope)};
}

/// Along one axis. Every rate-th element is an image row's neighbour when the elements between them count as channels; rows that are filled up are cut off
/// again.
constexpr tensor pool_axis(const tensor& x, int along, pooling kind, int kernel, int step, int apart, padding_mode padding) {
  if (kernel == 1 && step == 1) return x;
  slim::shape result = x.shape();
  const int extent = result[along];
  int outer = 1, inner = 1;
  for (int i = 0; i < result.rank; ++i) (i < along ? outer : i > along ? inner : result.extents[i]) *= i == along ? 1 : result[i];
  result.extents[along] = window_outputs(extent, kernel, step, apart, padding);
  const tensor rows = reshape(x, {outer, extent, inner});
  if (apart == 1) return reshape(pool_image(rows, kind, {1, kernel}, {1, step}, padding), result);
  const int filled = (extent + apart - 1) / apart * apart;
  const tensor phases = reshape(pad(rows, {{0, 0}, {0, filled - extent}, {0, 0}}), {outer, filled / apart, apart * inner});
  const tensor all = pool_image(phases, kind, {1, kernel}, {1, 1}, VALID);
  return reshape(slice_axis(reshape(all, {outer, all.shape()[1] * apart, inner}), 1, 0, result[along]), result);
}

/// `Axes` axes and channels. The last axis comes first: so the gradient of equal maxima goes to the first of them in the order of memory.
template <std::size_t Axes>
constexpr tensor pool_of(const tensor& x, pooling kind, const std::array<int, Axes>& kernel, const std::array<int, Axes>& strides,
                         const std::array<int, Axes>& rates, padding_mode padding) {
  tracer& trace = *x.trace;
  if (x.shape().rank != static_cast<int>(Axes) + 1) trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {static_cast<int>(Axes) + 1});
  if (padding == CAUSAL) trace.fail(graph::rule::padding_not_here, {}, {}, "CAUSAL");
  if (trace.g.failed()) return x;
  slim::shape covers, given;
  bool fits = true, dilated = false;
  for (std::size_t i = 0; i < Axes; ++i) {
    const int extent = x.shape()[static_cast<int>(i)];
    covers.extents[covers.rank++] = covered(kernel[i], rates[i]), given.extents[given.rank++] = extent;
    fits = fits && window_outputs(extent, kernel[i], strides[i], rates[i], padding) >= 1;
    dilated = dilated || rates[i] > 1;
  }
  if (!fits) trace.fail(graph::rule::window_larger_than_input, covers, given);
  if (dilated && padding != VALID) trace.fail(graph::rule::padding_not_here, {}, {}, padding == SAME ? "SAME" : "FIXED");
  if (trace.g.failed()) return x;
  if constexpr (Axes == 2)
    if (!dilated) return pool_image(x, kind, {kernel[0], kernel[1]}, {strides[0], strides[1]}, padding);
  tensor y = pool_axis(x, static_cast<int>(Axes) - 1, kind, kernel[Axes - 1], strides[Axes - 1], rates[Axes - 1], padding);
  if constexpr (Axes == 3) {
    if (!dilated) {  // depth and height at once
      const slim::shape s = y.shape();
      const tensor both = pool_image(reshape(y, {s[0], s[1], s[2] * s[3]}), kind, {kernel[0], kernel[1]}, {strides[0], strides[1]}, padding);
      return reshape(both, {both.shape()[0], both.shape()[1], s[2], s[3]});
    }
  }
  for (std::size_t i = Axes - 1; i-- > 0;) y = pool_axis(y, static_cast<int>(i), kind, kernel[i], strides[i], rates[i], padding);
  return y;
}

/// How pools are called: (kernel_size[, stride][, "scope"][, keyword = value ...]).
template <class Self, pooling Kind>
struct pool3d_layer : layer<Self> {
  static constexpr auto defaults = arguments_of(kernel_size = required_extents(), stride = 2, padding = VALID);

  using positional = whole_extents;
  using layer<Self>::operator();
  template <class... Rest>
  constexpr auto operator()(whole_extents kernel, const Rest&... rest) const {
    return layer<Self>::bind(rest..., kernel_size = kernel);
  }
  template <class Strides, class... Rest>
    requires std::is_arithmetic_v<Strides>
  constexpr auto operator()(whole_extents kernel, Strides strides, const Rest&... rest) const {
    return layer<Self>::bind(rest..., kernel_size = kernel, stride = strides);
  }
  template <class... Rest>
  constexpr auto operator()(whole_extents kernel, const braced_strides& strides, const Rest&... rest) const {
    return layer<Self>::bind(rest..., kernel_size = kernel, stride = strides);
  }
  static constexpr tensor apply(const tensor& x, const arguments<Self>& with) {
    tracer& trace = *x.trace;
    return pool_of(x, Kind, axes_of<3>(trace, with, kernel_size), axes_of<3>(trace, with, stride), {1, 1, 1}, with[padding]);
  }
};

}  // namespace detail

/// The largest, or the mean, of the real cells of boxes in [depth, height, width, channels]. Stride 2 and VALID unless told otherwise.
/// Call: max_pool3d(kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim section 2.5.
struct max_pool3d_layer : detail::pool3d_layer<max_pool3d_layer, pooling::max> {
  static constexpr const char* function_name = "max_pool3d";
  static constexpr const char* default_scope = "MaxPool3D";
};
inline constexpr max_pool3d_layer max_pool3d;

struct avg_pool3d_layer : detail::pool3d_layer<avg_pool3d_layer, pooling::avg> {
  static constexpr const char* function_name = "avg_pool3d";
  static constexpr const char* default_scope = "AvgPool3D";
};
inline constexpr avg_pool3d_layer avg_pool3d;

/// A pool over one, two or three axes in front of the channels, by the rank of its input; stride 1 and VALID unless told otherwise. With a `dilation_rate`,
/// which excludes a stride, the padding is VALID. Call: pool(kernel_size, pooling::max or pooling::avg[, "scope"][, keyword = value ...]). Source: TF-Slim
/// section 2.5.
struct pool_layer : layer<pool_layer> {
  static constexpr const char* function_name = "pool";
  static constexpr const char* default_scope = "pool";
  static constexpr auto defaults = arguments_of(kernel_size = required_extents(), pooling_type = pooling::max, padding = VALID, dilation_rate = 1, stride = 1);

  using layer<pool_layer>::operator();
  template <named_argument First, class... Rest>
  constexpr auto operator()(whole_extents kernel, const First& first, const Rest&... rest) const {
    return bind(first, rest..., kernel_size = kernel);
  }
  template <class... Rest>
  constexpr auto operator()(whole_extents kernel, pooling kind, const Rest&... rest) const {
    auto call = bind(rest..., kernel_size = kernel, pooling_type = kind);
    call.unnamed = kind == pooling::max ? "max_pool" : "avg_pool";
    return call;
  }
  template <int Axes>
  static constexpr tensor over(const tensor& x, const arguments<pool_layer>& with) {
    tracer& trace = *x.trace;
    const auto strides = axes_of<Axes>(trace, with, stride), rates = axes_of<Axes>(trace, with, dilation_rate);
    rates_or_strides(trace, rates, strides);
    return detail::pool_of(x, with[pooling_type], axes_of<Axes>(trace, with, kernel_size), strides, rates, with[padding]);
  }
  static constexpr tensor apply(const tensor& x, const arguments<pool_layer>& with) {
    switch (x.shape().rank) {
      case 2: return over<1>(x, with);
      case 4: return over<3>(x, with);
      default: return over<2>(x, with);
    }
  }
};
inline constexpr pool_layer pool;

}  // namespace slim

#include "slim/core/end.hpp"
