#pragma once
#include "slim/core/begin.hpp"

#include "slim/functions/concat.hpp"
#include "slim/functions/slice.hpp"
#include "slim/initializers/initializers.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/convolution.hpp"
#include "slim/op/depthwise_convolution.hpp"

namespace slim {

/// How layers with outputs and a kernel are called: (num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]).
template <class Self, class Kernel = whole_extents>
struct kernel_layer : layer<Self> {
  using layer<Self>::operator();
  struct positional {
    whole_number outputs;
    Kernel kernel = no_default();
  };
  template <class... Rest>
  constexpr auto operator()(whole_number outputs, Kernel kernel, const Rest&... rest) const {
    return layer<Self>::bind(rest..., num_outputs = outputs, kernel_size = kernel);
  }
  // The kernel of a sequence in braces: one number is that kernel, of several the message has the layer's name.
  template <class... Rest>
    requires std::is_same_v<Kernel, whole_number>
  constexpr auto operator()(whole_number outputs, std::initializer_list<double> kernel, const Rest&... rest) const {
    whole_number given = kernel.size() > 0 ? *kernel.begin() : 0.0;
    if (kernel.size() > 1) given = static_cast<double>(kernel.size()), given.complaint = "written as 1 number";
    return (*this)(outputs, given, rest...);
  }
  template <named_argument First, class... Rest>
  constexpr auto operator()(whole_number outputs, const First& first, const Rest&... rest) const {
    return layer<Self>::bind(first, rest..., num_outputs = outputs);
  }
  template <class Strides, class... Rest>
    requires std::is_arithmetic_v<Strides>
  constexpr auto operator()(whole_number outputs, Kernel kernel, Strides strides, const Rest&... rest) const {
    return layer<Self>::bind(rest..., num_outputs = outputs, kernel_size = kernel, stride = strides);
  }
  template <class... Rest>
  constexpr auto operator()(whole_number outputs, Kernel kernel, const braced_strides& strides, const Rest&... rest) const {
    return layer<Self>::bind(rest..., num_outputs = outputs, kernel_size = kernel, stride = strides);
  }
  template <class Number, class... Rest>
    requires std::is_arithmetic_v<Number>
  constexpr auto operator()(positional p, Number outputs, const Rest&... rest) const {
    whole_number misplaced = outputs;
    misplaced.complaint = "in front of the kernel";
    return layer<Self>::bind(rest..., num_outputs = misplaced, kernel_size = p.kernel);
  }
  template <class... Rest>
  constexpr auto operator()(positional p, const Rest&... rest) const {
    return layer<Self>::bind(rest..., num_outputs = p.outputs, kernel_size = p.kernel);
  }
  // What separable_conv2d takes: here a message with the layer's name.
  template <class... Rest>
  constexpr auto operator()(none_t, Kernel kernel, const Rest&... rest) const {
    whole_number nothing = 0;
    nothing.complaint = "a number: none is for separable_conv2d";
    return layer<Self>::bind(rest..., num_outputs = nothing, kernel_size = kernel);
  }
};

namespace detail {

/// What convolutions of all ranks take.
inline constexpr auto convolution_defaults = arguments_of(
    num_outputs = 0, kernel_size = required_extents(), stride = 1, padding = SAME, rate = 1, activation_fn = relu, normalizer_fn = none,
    normalizer_params = parameter_list{}, weights_initializer = xavier(), weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none,
    trainable = true, reuse = false, variables_collections = variable_collections{}, groups = 1, conv_algorithm = algorithm::automatic);

/// A convolution of `groups` parts of the channels apart, each to as many of the outputs: weights [kh, kw, channels / groups, outputs]. One channel in each is
/// a depthwise convolution.
constexpr tensor grouped_convolution(const tensor& x, const tensor& weights, const window& placed, slim::shape out, int groups, algorithm how) {
  tracer& trace = *x.trace;
  const int channels = x.channels() / groups, outputs = out[2] / groups;
  if (groups == 1) return {trace, op::convolution::add(trace.g, x.node, weights.node, placed, out, trace.scope, how)};
  if (channels == 1) {
    const tensor windows = reshape(weights, {placed.kernel.height, placed.kernel.width, groups, outputs});
    return {trace, op::depthwise_convolution::add(trace.g, x.node, windows.node, placed, out, trace.scope)};
  }
  list<tensor> parts;
  out.extents[2] = outputs;
  for (int i = 0; i < groups; ++i)
    parts.push({trace, op::convolution::add(trace.g, slice_axis(x, 2, i * channels, channels).node, slice_axis(weights, 3, i * outputs, outputs).node, placed,
                                            out, trace.scope, how)});
  return concat_along(parts.begin(), static_cast<std::size_t>(parts.size()), 2);
}

/// A layer that convolves images, or sequences as images of height 1, whose weights are `kernel` and then channels and outputs. `streams`: it is one of the
/// layers that look at several steps of a stream, and keeps `next` for the next run.
template <class Layer>
constexpr tensor convolution_of(const tensor& x, const slim::shape& kernel, const window& placed, slim::shape out, const arguments<Layer>& with,
                                bool streams = false, int next = -1) {
  tracer& trace = *x.trace;
  const int outputs = with[num_outputs], parts = with[groups];
  if (parts < 1 || x.channels() % parts != 0 || outputs % parts != 0) {
    if (parts >= 1) trace.fail(graph::rule::indivisible, {parts}, {x.channels() % parts != 0 ? x.channels() : outputs}, "groups");
    return x;
  }
  out.extents[2] = outputs;
  slim::shape extent = kernel;
  extent.extents[extent.rank++] = x.channels() / parts, extent.extents[extent.rank++] = outputs;
  const reuse_guard sharing(trace, with[reuse]);
  const tensor weights(trace, weights_variable(trace, extent, with));
  if (trace.g.failed()) return x;
  const tensor y = grouped_convolution(x, reshape(weights, {placed.kernel.height, placed.kernel.width, x.channels() / parts, outputs}), placed, out, parts,
                                       with[conv_algorithm]);
  const tensor made = kernel.rank == 1 ? reshape(y, {out[1], outputs}) : y;
  if (streams) trace.close_stream(next, made.node);
  return finish_linear(made, with);
}

template <class Layer>
constexpr tensor convolution_1d(const tensor& x, const arguments<Layer>& with) {
  tracer& trace = *x.trace;
  const auto kernel = axes_of<1>(trace, with, kernel_size), strides = axes_of<1>(trace, with, stride), rates = axes_of<1>(trace, with, rate);
  rates_or_strides(trace, rates, strides);
  if (x.shape().rank != 2) {
    trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {2});
    return x;
  }
  // The steps of a stream follow those that earlier windows reached.
  const int before = covered(kernel[0], rates[0]) - 1, steps = x.shape()[0];
  const bool streams = trace.streaming && strides[0] == 1 && (with[padding] == CAUSAL || before == 0);
  const int state = streams ? trace.open_stream(x.node, before > 0 ? slim::shape{before, x.channels()} : slim::shape{}) : -1;
  tensor seen = state >= 0 ? concat({tensor(trace, state), x}, 0) : x;
  const int next = state >= 0 ? slice_axis(seen, 0, steps, before).node : -1;
  // One step of a dilated window reads few of them: gathered, their convolution is a product, and twice as fast.
  int apart = rates[0];
  if (state >= 0 && steps == 1 && apart > 1 && kernel[0] <= graph::node::max_operands) {
    list<int> taps;
    for (int tap = 0; tap < kernel[0]; ++tap) taps.push(slice_axis(seen, 0, tap * apart, 1).node);
    seen = {trace, op::concat::add(trace.g, taps.begin(), taps.size(), trace.scope, 0)};
    apart = 1;
  }
  window placed;
  slim::shape out;
  const slim::shape image{1, seen.shape()[0], x.channels()};
  if (!op::place_window(trace.g, image, {1, kernel[0]}, {1, strides[0]}, {1, apart}, streams ? VALID : with[padding], trace.scope, placed, out, true)) return x;
  return convolution_of(reshape(seen, image), {kernel[0]}, placed, out, with, streams, next);
}

template <class Layer>
constexpr tensor convolution_2d(const tensor& x, const arguments<Layer>& with) {
  tracer& trace = *x.trace;
  const auto kernel = axes_of<2>(trace, with, kernel_size), strides = axes_of<2>(trace, with, stride), rates = axes_of<2>(trace, with, rate);
  rates_or_strides(trace, rates, strides);
  window placed;
  slim::shape out;
  if (!op::place_window(trace.g, x.shape(), {kernel[0], kernel[1]}, {strides[0], strides[1]}, {rates[0], rates[1]}, with[padding], trace.scope, placed, out))
    return x;
  return convolution_of(x, {kernel[0], kernel[1]}, placed, out, with);
}

}  // namespace detail

/// 2-D cross-correlation of images [height, width, channels] with `num_outputs` kernels, then normalizer or biases, then activation. With `groups`, which
/// TF-Slim lacks, each part of the outputs sees its part of the channels. Variables: `weights` [kernel height, kernel width, channels / groups, num_outputs]
/// and `biases` [num_outputs]. Call: conv2d(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.1 to 2.3.
struct conv2d_layer : kernel_layer<conv2d_layer> {
  static constexpr const char* function_name = "convolution2d";
  static constexpr const char* default_scope = "Conv";
  static constexpr auto defaults = detail::convolution_defaults;

  static constexpr tensor apply(const tensor& x, const arguments<conv2d_layer>& with) { return detail::convolution_2d(x, with); }
};
inline constexpr conv2d_layer conv2d;

/// 1-D cross-correlation of sequences [width, channels]; runs as conv2d of height 1. `padding = CAUSAL`, Keras's name, is for sequences in time: no output
/// reads what comes later. Variables: `weights` [kernel width, channels / groups, num_outputs] and `biases` [num_outputs]. Call: conv1d(num_outputs,
/// kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.1 to 2.3.
struct conv1d_layer : kernel_layer<conv1d_layer, whole_number> {
  static constexpr const char* function_name = "convolution1d";
  static constexpr const char* default_scope = "Conv";
  static constexpr auto defaults = detail::convolution_defaults;

  static constexpr tensor apply(const tensor& x, const arguments<conv1d_layer>& with) { return detail::convolution_1d(x, with); }
};
inline constexpr conv1d_layer conv1d;

}  // namespace slim

#include "slim/core/end.hpp"
