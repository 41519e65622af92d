#pragma once
#include "slim/core/begin.hpp"
// Convolutions of images in three dimensions, [depth, height, width, channels]. The slices that a window covers lie side by side as channels: so one
// convolution in two dimensions, whose images are the places of the window along the depth, does all the work, with as many channels to sum over as its kernels
// want.

#include "slim/functions/pad.hpp"
#include "slim/layers/conv2d.hpp"

namespace slim {

namespace detail {

/// A window over the depth: output i reads slices i·stride − before + tap·rate.
struct depth_window {
  int kernel = 1, stride = 1, rate = 1, before = 0, outputs = 1;

  constexpr bool is_one_slice() const { return kernel == 1 && stride == 1; }
  /// Slices from `before` in front of the first on, in strides.
  constexpr int strides() const { return (kernel - 1) * rate / stride + outputs; }
};

/// Where windows over `input` land, in all three dimensions, and what they make of it. Reports what does not fit.
constexpr bool place_window(tracer& trace, const slim::shape& input, const std::array<int, 3>& kernel, const std::array<int, 3>& strides,
                            const std::array<int, 3>& rates, padding_mode pad, depth_window& depth, window& placed, slim::shape& output) {
  if (input.rank != 4) {
    trace.fail(graph::rule::rank_mismatch, {input.rank}, {4});
    return false;
  }
  if (trace.g.failed()) return false;
  slim::shape covers;
  bool fits = true;
  for (std::size_t i = 0; i < 3; ++i) {
    covers.extents[covers.rank++] = covered(kernel[i], rates[i]);
    fits = fits && window_outputs(input[static_cast<int>(i)], kernel[i], strides[i], rates[i], pad) >= 1;
  }
  if (!fits) {
    trace.fail(graph::rule::window_larger_than_input, covers, {input[0], input[1], input[2]});
    return false;
  }
  slim::shape image;
  if (!op::place_window(trace.g, op::image_of(input), {kernel[1], kernel[2]}, {strides[1], strides[2]}, {rates[1], rates[2]}, pad, trace.scope, placed, image))
    return false;
  depth = {kernel[0], strides[0], rates[0], window_pad_before(input[0], kernel[0], strides[0], rates[0], pad),
           window_outputs(input[0], kernel[0], strides[0], rates[0], pad)};
  output = {depth.outputs, image[0], image[1], input[3]};
  return true;
}

/// [d, h, w, c] → [places, h, w, taps · c]: for each place of the window the slices it covers; those outside are zeros.
constexpr tensor gather_slices(const tensor& x, const depth_window& along) {
  if (along.is_one_slice()) return x;
  const slim::shape from = x.shape();
  const int pixels = from[1] * from[2], channels = from[3], length = along.strides() * along.stride, inside = length - along.before;
  const tensor rows = reshape(x, {from[0], pixels, channels});
  const tensor covered = from[0] > inside ? slice_axis(rows, 0, 0, inside) : rows;
  const tensor all = reshape(pad(covered, {{along.before, inside - covered.shape()[0]}, {0, 0}, {0, 0}}), {along.strides(), along.stride, pixels, channels});
  list<tensor> taps;
  for (int tap = 0; tap < along.kernel; ++tap)
    taps.push(slice(all, {tap * along.rate / along.stride, tap * along.rate % along.stride, 0, 0}, {along.outputs, 1, pixels, channels}));
  return reshape(concat_along(taps.begin(), static_cast<std::size_t>(taps.size()), 3), {along.outputs, from[1], from[2], along.kernel * channels});
}

/// The transpose: [places, h, w, taps · c] → [depth, h, w, c], where each place adds its slices.
constexpr tensor scatter_slices(const tensor& x, const depth_window& along, int depth) {
  if (along.is_one_slice()) return x;
  const slim::shape from = x.shape();
  const int pixels = from[1] * from[2], channels = from[3] / along.kernel;
  const tensor all = reshape(x, {along.outputs, 1, pixels, from[3]});
  tensor total = 0.0;
  for (int tap = 0; tap < along.kernel; ++tap) {
    const int first = tap * along.rate / along.stride, phase = tap * along.rate % along.stride;
    const tensor one = pad(slice_axis(all, 3, tap * channels, channels),
                           {{first, along.strides() - first - along.outputs}, {phase, along.stride - phase - 1}, {0, 0}, {0, 0}});
    total = tap == 0 ? one : total + one;
  }
  return reshape(slice_axis(reshape(total, {along.strides() * along.stride, pixels, channels}), 0, along.before, depth), {depth, from[1], from[2], channels});
}

/// Weights [kd, kh, kw, a, b] for the images above: [kh, kw, kd · a, b].
constexpr tensor weights_of_slices(const tensor& weights) {
  const slim::shape k = weights.shape();
  const tensor taps = reshape(weights, {k[0], k[1] * k[2], k[3] * k[4]});
  return reshape(k[0] == 1 || k[1] * k[2] == 1 ? taps : transpose(taps, {1, 0, 2}), {k[1], k[2], k[0] * k[3], k[4]});
}

template <class Layer>
constexpr tensor convolution_3d(const tensor& x, const arguments<Layer>& with) {
  tracer& trace = *x.trace;
  const int outputs = with[num_outputs];
  const auto kernel = axes_of<3>(trace, with, kernel_size), strides = axes_of<3>(trace, with, stride), rates = axes_of<3>(trace, with, rate);
  rates_or_strides(trace, rates, strides);
  depth_window depth;
  window placed;
  slim::shape out;
  if (!place_window(trace, x.shape(), kernel, strides, rates, with[padding], depth, placed, out)) return x;
  out.extents[3] = outputs;
  const reuse_guard sharing(trace, with[reuse]);
  const tensor weights(trace, weights_variable(trace, {kernel[0], kernel[1], kernel[2], x.channels(), outputs}, with));
  if (trace.g.failed()) return x;
  const int y = op::convolution::add(trace.g, gather_slices(x, depth).node, weights_of_slices(weights).node, placed, out, trace.scope, with[conv_algorithm]);
  return finish_linear(tensor(trace, y), with);
}

}  // namespace detail

/// 3-D cross-correlation of [depth, height, width, channels], then normalizer or biases, then activation.
/// Variables: `weights` [kernel depth, height, width, channels, num_outputs] and `biases` [num_outputs].
/// Call: conv3d(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.1 to 2.3.
struct conv3d_layer : kernel_layer<conv3d_layer, whole_extents> {
  static constexpr const char* function_name = "convolution3d";
  static constexpr const char* default_scope = "Conv";
  static constexpr auto defaults = arguments_of(num_outputs = 0, kernel_size = required_extents(), stride = 1, padding = SAME, rate = 1, activation_fn = relu,
                                                normalizer_fn = none, normalizer_params = parameter_list{}, weights_initializer = xavier(),
                                                weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none, trainable = true,
                                                reuse = false, variables_collections = variable_collections{}, conv_algorithm = algorithm::automatic);

  static constexpr tensor apply(const tensor& x, const arguments<conv3d_layer>& with) { return detail::convolution_3d(x, with); }
};
inline constexpr conv3d_layer conv3d;

/// The transpose of conv3d, as conv2d_transpose is that of conv2d.
/// Variables: `weights` [kernel depth, height, width, num_outputs, channels] and `biases` [num_outputs].
/// Call: conv3d_transpose(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.2 and 2.3.
struct conv3d_transpose_layer : kernel_layer<conv3d_transpose_layer, whole_extents> {
  static constexpr const char* function_name = "convolution3d_transpose";
  static constexpr const char* default_scope = "Conv3d_transpose";
  static constexpr auto defaults = arguments_of(num_outputs = 0, kernel_size = required_extents(), stride = 1, padding = SAME, activation_fn = relu,
                                                normalizer_fn = none, normalizer_params = parameter_list{}, weights_initializer = xavier(),
                                                weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none, trainable = true,
                                                reuse = false, variables_collections = variable_collections{}, conv_algorithm = algorithm::automatic);

  static constexpr tensor apply(const tensor& x, const arguments<conv3d_transpose_layer>& with) {
    tracer& trace = *x.trace;
    const int outputs = with[num_outputs];
    const auto kernel = axes_of<3>(trace, with, kernel_size), strides = axes_of<3>(trace, with, stride);
    if (x.shape().rank != 4) {
      trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {4});
      return x;
    }
    const auto extent = [&](int axis) {
      const int size = kernel[static_cast<std::size_t>(axis)], step = strides[static_cast<std::size_t>(axis)];
      return x.shape()[axis] * step + (with[padding] == VALID && size > step ? size - step : 0);
    };
    const slim::shape result{extent(0), extent(1), extent(2), outputs};
    detail::depth_window depth;
    window placed;
    slim::shape back;  // of the convolution that this is the transpose of
    if (!detail::place_window(trace, result, kernel, strides, {1, 1, 1}, with[padding], depth, placed, back)) return x;
    const reuse_guard sharing(trace, with[reuse]);
    const tensor weights(trace, weights_variable(trace, {kernel[0], kernel[1], kernel[2], outputs, x.channels()}, with));
    if (trace.g.failed()) return x;
    const tensor slices(trace,
                        op::convolution_data_gradient::add(trace.g, x.node, detail::weights_of_slices(weights).node, placed,
                                                           {x.shape()[0], result[1], result[2], depth.kernel * outputs}, trace.scope, with[conv_algorithm]));
    return finish_linear(detail::scatter_slices(slices, depth, result[0]), with);
  }
};
inline constexpr conv3d_transpose_layer conv3d_transpose;

/// conv1d, conv2d or conv3d by the rank of its input: [width, channels], [height, width, channels] or [depth, height, width, channels].
/// Call: convolution(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim section 2.3.
struct convolution_layer : kernel_layer<convolution_layer, whole_extents> {
  static constexpr const char* function_name = "convolution";
  static constexpr const char* default_scope = "Conv";
  static constexpr auto defaults = detail::convolution_defaults;

  static constexpr tensor apply(const tensor& x, const arguments<convolution_layer>& with) {
    const int rank = x.shape().rank, parts = with[groups];
    if (rank == 4 && parts > 1) x.trace->fail_number("groups", parts, "1 for images in three dimensions");
    return rank == 2 ? detail::convolution_1d(x, with) : rank == 4 ? detail::convolution_3d(x, with) : detail::convolution_2d(x, with);
  }
};
inline constexpr convolution_layer convolution;

}  // namespace slim

#include "slim/core/end.hpp"
