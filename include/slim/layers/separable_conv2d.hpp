#pragma once
#include "slim/core/begin.hpp"

#include "slim/initializers/initializers.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/convolution.hpp"
#include "slim/op/depthwise_convolution.hpp"

namespace slim {

/// A depthwise convolution, `depth_multiplier` kernels for each channel, then a 1×1 convolution of the results to `num_outputs` channels, then
/// normalizer or biases, then activation. With `none` for num_outputs the depthwise part alone: channels · depth_multiplier outputs. Stride (a
/// keyword only) and rate belong to the depthwise part.
/// Variables: `depthwise_weights` [kernel height, kernel width, channels, depth_multiplier], `pointwise_weights` [1, 1, channels · depth_multiplier,
/// num_outputs] and `biases`. `weights_regularizer` and the collections of "weights" are for both weights; without `pointwise_initializer`,
/// `weights_initializer` fills both.
/// Call: separable_conv2d(num_outputs, kernel_size[, depth_multiplier[, stride]][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.1 to 2.3.
struct separable_conv2d_layer : layer<separable_conv2d_layer> {
  static constexpr const char* function_name = "separable_convolution2d";
  static constexpr const char* default_scope = "SeparableConv2d";
  static constexpr auto defaults = arguments_of(
      num_outputs = 0, kernel_size = required_extents(), depth_multiplier = 1, stride = 1, padding = SAME, rate = 1, activation_fn = relu, normalizer_fn = none,
      normalizer_params = parameter_list{}, weights_initializer = xavier(), pointwise_initializer = none, weights_regularizer = none,
      biases_initializer = zeros, biases_regularizer = none, trainable = true, reuse = false, variables_collections = variable_collections{});

  struct positional {
    whole_number outputs;
    whole_pair kernel = no_default();
  };
  /// In place of the outputs: the depthwise part alone.
  static constexpr whole_number nothing() {
    whole_number n;
    n.absent = true;
    return n;
  }
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_number outputs, whole_pair kernel, const Rest&... rest) const {
    return bind(rest..., num_outputs = outputs, kernel_size = kernel);
  }
  template <class Multiplier, class... Rest>
    requires std::is_arithmetic_v<Multiplier>
  constexpr auto operator()(whole_number outputs, whole_pair kernel, Multiplier each, const Rest&... rest) const {
    return bind(rest..., num_outputs = outputs, kernel_size = kernel, depth_multiplier = each);
  }
  template <class Multiplier, class Strides, class... Rest>
    requires(std::is_arithmetic_v<Multiplier> && std::is_arithmetic_v<Strides>)
  constexpr auto operator()(whole_number outputs, whole_pair kernel, Multiplier each, Strides strides, const Rest&... rest) const {
    return bind(rest..., num_outputs = outputs, kernel_size = kernel, depth_multiplier = each, stride = strides);
  }
  template <class Multiplier, class... Rest>
    requires std::is_arithmetic_v<Multiplier>
  constexpr auto operator()(whole_number outputs, whole_pair kernel, Multiplier each, const braced_strides& strides, const Rest&... rest) const {
    return bind(rest..., num_outputs = outputs, kernel_size = kernel, depth_multiplier = each, stride = strides);
  }
  // A stride stands behind the multiplier, as in TF-Slim: braces in its place get a message with the layer's name.
  template <class... Rest>
  constexpr auto operator()(whole_number outputs, whole_pair kernel, std::initializer_list<double> strides, const Rest&... rest) const {
    whole_number each = static_cast<double>(strides.size());
    each.complaint = "written as 1 number, in front of the stride";
    return bind(rest..., num_outputs = outputs, kernel_size = kernel, depth_multiplier = each);
  }
  template <named_argument First, class... Rest>
  constexpr auto operator()(whole_number outputs, const First& first, const Rest&... rest) const {
    return bind(first, rest..., num_outputs = outputs);
  }
  template <class... Rest>
  constexpr auto operator()(none_t, whole_pair kernel, const Rest&... rest) const {
    return (*this)(nothing(), kernel, rest...);
  }
  template <class Multiplier, class... Rest>
    requires std::is_arithmetic_v<Multiplier>
  constexpr auto operator()(none_t, whole_pair kernel, Multiplier each, const braced_strides& strides, const Rest&... rest) const {
    return (*this)(nothing(), kernel, each, strides, rest...);
  }
  template <named_argument First, class... Rest>
  constexpr auto operator()(none_t, const First& first, const Rest&... rest) const {
    return (*this)(nothing(), first, rest...);
  }
  template <class... Rest>
  constexpr auto operator()(positional p, const Rest&... rest) const {
    return bind(rest..., num_outputs = p.outputs, kernel_size = p.kernel);
  }

  static constexpr tensor apply(const tensor& x, const arguments<separable_conv2d_layer>& with) {
    tracer& trace = *x.trace;
    const bool depthwise_only = with[num_outputs].absent;
    const int outputs = with[num_outputs], multiplier = with[depth_multiplier];
    const extent2 kernel = pair_of(trace, with, kernel_size), strides = pair_of(trace, with, stride), rates = pair_of(trace, with, rate);
    if (multiplier < 1) return x;
    if (!(rates == extent2(1)) && !(strides == extent2(1)))
      trace.fail(graph::rule::rate_with_stride, {rates.height, rates.width}, {strides.height, strides.width});
    window placed;
    slim::shape out;
    if (!op::place_window(trace.g, x.shape(), kernel, strides, rates, with[padding], trace.scope, placed, out)) return x;
    out.extents[2] = x.channels() * multiplier;
    const reuse_guard sharing(trace, with[reuse]);
    const int regularize = interned(trace, with[weights_regularizer]);
    const int depthwise = layer_variable(trace, "depthwise_weights", "weights", {kernel.height, kernel.width, x.channels(), multiplier},
                                         with[weights_initializer], regularize, with[trainable], with);
    int y = op::depthwise_convolution::add(trace.g, x.node, depthwise, placed, out, trace.scope);
    if (!depthwise_only) {
      const initializer& initial = with[pointwise_initializer].kind == distribution::none ? with[weights_initializer] : with[pointwise_initializer];
      const int pointwise = layer_variable(trace, "pointwise_weights", "weights", {1, 1, out[2], outputs}, initial, regularize, with[trainable], with);
      out.extents[2] = outputs;
      y = op::convolution::add(trace.g, y, pointwise, {extent2(1), extent2(1), extent2(1), 0, 0}, out, trace.scope);
    }
    return finish_linear(tensor(trace, y), with);
  }
};
inline constexpr separable_conv2d_layer separable_conv2d;

}  // namespace slim

#include "slim/core/end.hpp"
