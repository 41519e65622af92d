#pragma once
#include "slim/core/begin.hpp"

#include "slim/layers/conv2d.hpp"

namespace slim {

/// The transpose of a convolution of `num_outputs` channels to those of `x`, then normalizer or biases, then activation: each pixel of x adds its window to the
/// result, which is `stride` times as large (VALID: and has the rest of the last window besides, if that is larger than the stride).
/// Variables: `weights` [kernel height, kernel width, num_outputs, channels] and `biases` [num_outputs].
/// Call: conv2d_transpose(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]). Source: TF-Slim sections 2.2 and 2.3.
struct conv2d_transpose_layer : kernel_layer<conv2d_transpose_layer> {
  static constexpr const char* function_name = "convolution2d_transpose";
  static constexpr const char* default_scope = "Conv2d_transpose";
  static constexpr auto defaults = arguments_of(num_outputs = 0, kernel_size = required_extents(), stride = 1, padding = SAME, activation_fn = relu,
                                                normalizer_fn = none, normalizer_params = parameter_list{}, weights_initializer = xavier(),
                                                weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none, trainable = true,
                                                reuse = false, variables_collections = variable_collections{}, conv_algorithm = algorithm::automatic);

  static constexpr tensor apply(const tensor& x, const arguments<conv2d_transpose_layer>& with) {
    tracer& trace = *x.trace;
    const int outputs = with[num_outputs];
    const extent2 kernel = pair_of(trace, with, kernel_size), strides = pair_of(trace, with, stride);
    if (x.shape().rank != 3) {
      trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {3});
      return x;
    }
    const auto extent = [&](int cells, int size, int step) { return cells * step + (with[padding] == VALID && size > step ? size - step : 0); };
    const slim::shape result{extent(x.shape()[0], kernel.height, strides.height), extent(x.shape()[1], kernel.width, strides.width), outputs};
    window placed;
    slim::shape back;  // of the convolution that this is the transpose of
    if (!op::place_window(trace.g, result, kernel, strides, 1, with[padding], trace.scope, placed, back)) return x;
    const reuse_guard sharing(trace, with[reuse]);
    const int weights = weights_variable(trace, {kernel.height, kernel.width, outputs, x.channels()}, with);
    return finish_linear(tensor(trace, op::convolution_data_gradient::add(trace.g, x.node, weights, placed, result, trace.scope, with[conv_algorithm])), with);
  }
};
inline constexpr conv2d_transpose_layer conv2d_transpose;

}  // namespace slim

#include "slim/core/end.hpp"
