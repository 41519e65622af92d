#pragma once
#include "slim/core/begin.hpp"

#include "slim/initializers/initializers.hpp"
#include "slim/layers/activations.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/matmul.hpp"

namespace slim {

// clang-format off
struct num_output_units_keyword : keyword<num_output_units_keyword, whole_number> { static constexpr const char* name = "num_output_units"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct weight_init_keyword : keyword<weight_init_keyword, initializer> { static constexpr const char* name = "weight_init"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct bias_init_keyword : keyword<bias_init_keyword, initializer> { static constexpr const char* name = "bias_init"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct weight_collections_keyword : keyword<weight_collections_keyword, collection_list> { static constexpr const char* name = "weight_collections"; using keyword::operator=; };
struct bias_collections_keyword : keyword<bias_collections_keyword, collection_list> { static constexpr const char* name = "bias_collections"; using keyword::operator=; };
struct weight_regularizer_keyword : keyword<weight_regularizer_keyword, stored_function> { static constexpr const char* name = "weight_regularizer"; using keyword::operator=; static constexpr number_fault fault(const stored_function& n) { return number_fault{n.refused, n.range}; } };
struct bias_regularizer_keyword : keyword<bias_regularizer_keyword, stored_function> { static constexpr const char* name = "bias_regularizer"; using keyword::operator=; static constexpr number_fault fault(const stored_function& n) { return number_fault{n.refused, n.range}; } };

inline constexpr num_output_units_keyword num_output_units;
inline constexpr weight_init_keyword weight_init;
inline constexpr bias_init_keyword bias_init;
inline constexpr weight_collections_keyword weight_collections;
inline constexpr bias_collections_keyword bias_collections;
inline constexpr weight_regularizer_keyword weight_regularizer;
inline constexpr bias_regularizer_keyword bias_regularizer;
// clang-format on

/// TF-Slim's older layer: activation(x·W + b) over the last axis, all others stay. Variables `weights` and `bias`, in the collections "weights" and "biases",
/// are no model variables. TF-Slim section 2.4. Call: legacy_fully_connected(num_output_units[, "name"][, keyword = value ...]).
struct legacy_fully_connected_layer : layer<legacy_fully_connected_layer> {
  static constexpr const char* function_name = "legacy_fully_connected";
  static constexpr const char* default_scope = "fully_connected";
  static constexpr auto defaults =
      arguments_of(num_output_units = 0, activation_fn = none, weight_init = xavier(), bias_init = zeros, weight_collections = {"weights"},
                   bias_collections = {"biases"}, trainable = true, weight_regularizer = none, bias_regularizer = none);
  using positional = detail::units;
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(positional p, const Rest&... rest) const {
    return bind(rest..., num_output_units = p.outputs);
  }

  static constexpr tensor apply(const tensor& x, const arguments<legacy_fully_connected_layer>& with) {
    tracer& trace = *x.trace;
    slim::shape out = x.shape();
    if (out.rank == 0) out = {1};
    const int inputs = out.channels(), outputs = with[num_output_units];
    out.extents[out.rank - 1] = outputs;
    const auto create = [&](const char* name, const slim::shape& extent, const initializer& initial, const stored_function& regularize,
                            const collection_list& in) {
      return tensor(trace, trace.variable(name, extent, initial, interned(trace, regularize), with[trainable], variable_kind::global, in));
    };
    const tensor weights = create("weights", {inputs, outputs}, with[weight_init], with[weight_regularizer], with[weight_collections]);
    const int rows = x.shape().rank == 0 ? graph::reshape(trace.g, x.node, {1}, trace.scope) : x.node;
    tensor y(trace, op::matmul::add(trace.g, rows, weights.node, out, trace.scope));
    if (const initializer& initial = with[bias_init]; initial.kind != distribution::none)
      y = y + create("bias", {outputs}, initial, with[bias_regularizer], with[bias_collections]);
    const stored_function& activate = with[activation_fn];
    return activate.empty() ? y : slim::apply(activate.function(), y);
  }
};
inline constexpr legacy_fully_connected_layer legacy_fully_connected;

namespace detail {
struct legacy_relu_units {
  using positional = units;
  template <class... Rest>
  constexpr auto operator()(const positional& outputs, const Rest&... rest) const {
    return legacy_fully_connected(outputs, rest..., activation_fn = relu);
  }
};
}  // namespace detail
/// legacy_fully_connected with that activation; `legacy_linear` is the same layer without one.
inline constexpr detail::legacy_relu_units legacy_relu;
inline constexpr legacy_fully_connected_layer legacy_linear;

}  // namespace slim

#include "slim/core/end.hpp"
