#pragma once
#include "slim/core/begin.hpp"

#include "slim/initializers/initializers.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/matmul.hpp"

namespace slim {

/// y = activation(x·W + b) with `weights` [inputs, num_outputs] and `biases` [num_outputs]. An image-shaped input is flattened first,
/// as TF-Slim's published VGG expects (its later code multiplies the last axis only; use a 1×1 conv2d for that).
/// Call: fully_connected(num_outputs[, "scope"][, keyword = value ...]). Source: TF-Slim section 2.4.
struct fully_connected_layer : layer<fully_connected_layer> {
  static constexpr const char* function_name = "fully_connected";
  static constexpr const char* default_scope = "fully_connected";
  static constexpr auto defaults = arguments_of(
      num_outputs = 0, activation_fn = relu, normalizer_fn = none, normalizer_params = parameter_list{},
      weights_initializer = xavier(), weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none,
      trainable = true, reuse = false, variables_collections = variable_collections{});

  struct positional {
    whole_number outputs;
    template <class Number>
      requires std::is_convertible_v<Number, whole_number>
    constexpr positional(Number n) : outputs(n) {}
  };
  template <class... Rest>
  constexpr auto operator()(positional p, const Rest&... rest) const {
    return bind(rest..., num_outputs = p.outputs);
  }

  static constexpr tensor apply(const tensor& x, const arguments<fully_connected_layer>& with) {
    tracer& trace = *x.trace;
    const int outputs = with[num_outputs], inputs = static_cast<int>(x.shape().size());
    const reuse_guard sharing(trace, with[reuse]);
    const int flat = graph::reshape(trace.g, x.node, {inputs}, trace.scope);
    const int weights = weights_variable(trace, {inputs, outputs}, with);
    return finish_linear(tensor(trace, op::matmul::add(trace.g, flat, weights, {outputs}, trace.scope)), with);
  }
};
inline constexpr fully_connected_layer fully_connected;

}  // namespace slim

#include "slim/core/end.hpp"
