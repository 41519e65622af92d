#pragma once
#include "slim/core/begin.hpp"

#include "slim/initializers/initializers.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/depthwise_convolution.hpp"

namespace slim {

/// The same convolution of each channel by itself, with one kernel for all: as many channels as there were, with a bias for each; then normalizer or biases,
/// then activation. Variables: `weights` [kernel height, kernel width, 1, 1] and `biases` [channels]. Call: conv2d_in_plane(kernel_size[, stride][, "scope"][,
/// keyword = value ...]). Source: TF-Slim section 2.3.
struct conv2d_in_plane_layer : layer<conv2d_in_plane_layer> {
  static constexpr const char* function_name = "convolution2d_in_plane";
  static constexpr const char* default_scope = "ConvInPlane";
  static constexpr auto defaults =
      arguments_of(kernel_size = required_extents(), stride = 1, padding = SAME, activation_fn = relu, normalizer_fn = none,
                   normalizer_params = parameter_list{}, weights_initializer = xavier(), weights_regularizer = none, biases_initializer = zeros,
                   biases_regularizer = none, trainable = true, reuse = false, variables_collections = variable_collections{});

  using positional = whole_pair;
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_pair kernel, const Rest&... rest) const {
    return bind(rest..., kernel_size = kernel);
  }
  template <class Strides, class... Rest>
    requires std::is_arithmetic_v<Strides>
  constexpr auto operator()(whole_pair kernel, Strides strides, const Rest&... rest) const {
    return bind(rest..., kernel_size = kernel, stride = strides);
  }
  template <class... Rest>
  constexpr auto operator()(whole_pair kernel, const braced_strides& strides, const Rest&... rest) const {
    return bind(rest..., kernel_size = kernel, stride = strides);
  }

  static constexpr tensor apply(const tensor& x, const arguments<conv2d_in_plane_layer>& with) {
    tracer& trace = *x.trace;
    const extent2 kernel = pair_of(trace, with, kernel_size);
    window placed;
    slim::shape out;
    if (!op::place_window(trace.g, x.shape(), kernel, pair_of(trace, with, stride), 1, with[padding], trace.scope, placed, out)) return x;
    const reuse_guard sharing(trace, with[reuse]);
    const int weights = weights_variable(trace, {kernel.height, kernel.width, 1, 1}, with);
    if (trace.g.failed()) return x;
    const int each = graph::broadcast(trace.g, weights, {false, {kernel.height, kernel.width, x.channels(), 1}}, trace.scope);
    return finish_linear(tensor(trace, op::depthwise_convolution::add(trace.g, x.node, each, placed, out, trace.scope)), with);
  }
};
inline constexpr conv2d_in_plane_layer conv2d_in_plane;

}  // namespace slim

#include "slim/core/end.hpp"
