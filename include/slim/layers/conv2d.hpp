#pragma once
#include "slim/core/begin.hpp"

#include "slim/initializers/initializers.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/convolution.hpp"

namespace slim {

/// How layers with outputs and a kernel are called: (num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]).
template <class Self>
struct kernel_layer : layer<Self> {
  struct positional {
    whole_number outputs;
    whole_pair kernel;
  };
  template <class... Rest>
  constexpr auto operator()(whole_number outputs, whole_pair kernel, const Rest&... rest) const {
    return layer<Self>::bind(rest..., num_outputs = outputs, kernel_size = kernel);
  }
  template <class Strides, class... Rest>
    requires std::is_arithmetic_v<Strides>
  constexpr auto operator()(whole_number outputs, whole_pair kernel, Strides strides, const Rest&... rest) const {
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
};

/// 2-D cross-correlation of images [height, width, channels] with `num_outputs` kernels, then normalizer or biases, then activation.
/// Variables: `weights` [kernel height, kernel width, channels, num_outputs] and `biases` [num_outputs].
/// Call: conv2d(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.1 to 2.3.
struct conv2d_layer : kernel_layer<conv2d_layer> {
  static constexpr const char* function_name = "convolution2d";
  static constexpr const char* default_scope = "Conv";
  static constexpr auto defaults = arguments_of(
      num_outputs = 0, kernel_size = 1, stride = 1, padding = SAME, rate = 1, activation_fn = relu, normalizer_fn = none,
      normalizer_params = parameter_list{}, weights_initializer = xavier(), weights_regularizer = none,
      biases_initializer = zeros, biases_regularizer = none, trainable = true, reuse = false, variables_collections = variable_collections{}, conv_algorithm = algorithm::automatic);

  static constexpr tensor apply(const tensor& x, const arguments<conv2d_layer>& with) {
    tracer& trace = *x.trace;
    const int outputs = with[num_outputs];
    const extent2 kernel = with[kernel_size], strides = with[stride], rates = with[rate];
    if (!(rates == extent2(1)) && !(strides == extent2(1)))
      trace.fail(graph::rule::rate_with_stride, {rates.height, rates.width}, {strides.height, strides.width});
    window placed;
    slim::shape out;
    if (!op::place_window(trace.g, x.shape(), kernel, strides, rates, with[padding], trace.scope, placed, out)) return x;
    out.extents[2] = outputs;
    const reuse_guard sharing(trace, with[reuse]);
    const int weights = weights_variable(trace, {kernel.height, kernel.width, x.channels(), outputs}, with);
    return finish_linear(tensor(trace, op::convolution::add(trace.g, x.node, weights, placed, out, trace.scope, with[conv_algorithm])), with);
  }
};
inline constexpr conv2d_layer conv2d;

}  // namespace slim

#include "slim/core/end.hpp"
