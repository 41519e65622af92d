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
  static constexpr auto defaults = arguments_of(num_outputs = 0, activation_fn = relu, normalizer_fn = none, normalizer_params = parameter_list{},
                                                weights_initializer = xavier(), weights_regularizer = none, biases_initializer = zeros,
                                                biases_regularizer = none, trainable = true, reuse = false, variables_collections = variable_collections{});

  using positional = detail::units;
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(positional p, const Rest&... rest) const {
    return bind(rest..., num_outputs = p.outputs);
  }
  /// A kernel, which this layer has not: the message of `bind` in place of all candidates.
  template <class First, class... Rest>
  constexpr auto operator()(const First& first, std::initializer_list<double> braces, const Rest&... rest) const {
    return bind(first, braces, rest...);
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

namespace detail {
template <class Units>
struct units_layer {
  template <class Activation, class... Rest>
  static constexpr auto call(const Activation& activate, const Units& outputs, const Rest&... rest) {
    return fully_connected(outputs, rest..., activation_fn = activate);
  }
};
struct linear_units {
  using positional = units;
  template <class... Rest>
  constexpr auto operator()(const positional& outputs, const Rest&... rest) const {
    return fully_connected(outputs, rest..., activation_fn = none);
  }
};
}  // namespace detail
/// fully_connected without an activation. `relu`, `relu6`, `elu` and all other activations with a number of outputs in front are the others.
inline constexpr detail::linear_units linear;

}  // namespace slim

#include "slim/core/end.hpp"
