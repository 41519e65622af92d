#pragma once
#include "slim/core/begin.hpp"
// Activations. Each is a scalar expression and works on tensors, as activation_fn, and inside other expressions.
// Any generic callable of one scalar is an activation; these have no special treatment. How they are written decides their slopes at kinks, which
// are TensorFlow's: max and min give all of the gradient to their first operand where both are equal, so that relu's slope at 0 is 0.

#include "slim/expr/symbol.hpp"
#include "slim/policy/keyword.hpp"
#include "slim/trace/tensor.hpp"

namespace slim {

namespace detail {
/// The argument in front of a layer of units.
struct units {
  whole_number outputs;
  template <class Number>
    requires detail::convertible<Number, whole_number>
  constexpr units(Number n) : outputs(n) {}
};
/// fully_connected, where its header is there.
template <class>
struct units_layer;
}  // namespace detail

/// A named scalar expression, callable on recorded scalars and on tensors. With a number of outputs in front it is the layer that TF-Slim has under this name:
/// relu(64, "fc") is fully_connected(64, "fc", activation_fn = relu), in stack, too.
template <class Expression>
struct named_activation {
  const char* name;
  Expression expression;
  using positional = detail::units;

  constexpr expr::symbol operator()(const expr::symbol& x) const { return expression(x); }
  constexpr tensor operator()(const tensor& x) const { return apply(expr::scalar_function_of<1>(expression), x); }
  template <class Units, class... Rest>
    requires(std::is_arithmetic_v<Units> || std::is_same_v<Units, positional>)
  constexpr auto operator()(const Units& outputs, const Rest&... rest) const {
    return detail::units_layer<Units>::call(*this, outputs, rest...);
  }
  /// The message about a call of nothing.
  template <class Self = Expression>
  constexpr named_activation operator()() const {
    constexpr bool fits = sizeof(Self) == 0;
    static_assert(fits, "an activation without arguments stands without parentheses: fully_connected(8) >> relu");
    return *this;
  }
};
template <class Expression>
named_activation(const char*, Expression) -> named_activation<Expression>;

inline constexpr named_activation relu{"relu", [](auto x) { return max(0.0, x); }};
inline constexpr named_activation relu6{"relu6", [](auto x) { return min(6.0, max(0.0, x)); }};
inline constexpr named_activation sigmoid{"sigmoid", [](auto x) { return expr::sigmoid(x); }};
inline constexpr named_activation hyperbolic_tangent{"tanh", [](auto x) { return expr::tanh(x); }};
/// ln(1 + exp(x)), stable for large |x|. min(x, −x) is −|x| with a slope at 0, where that of max(0, x) is none: both make ½.
inline constexpr named_activation softplus{"softplus", [](auto x) { return max(0.0, x) + log1p(exp(min(x, -x))); }};
/// Ramachandran et al. 2017: x·sigmoid(x).
inline constexpr named_activation swish{"swish", [](auto x) { return x * expr::sigmoid(x); }};
/// Hendrycks & Gimpel 2016, exact form: x·Φ(x).
inline constexpr named_activation gelu{"gelu", [](auto x) { return 0.5 * x * (1.0 + erf(x * 0.70710678118654752)); }};
/// Clevert et al. 2015 with α = 1.
inline constexpr named_activation elu{"elu", [](auto x) { return select(x < 0.0, exp(min(0.0, x)) - 1.0, x); }};
/// Klambauer et al. 2017.
inline constexpr named_activation selu{"selu", [](auto x) { return 1.0507009873554805 * select(x < 0.0, 1.6732632423543772 * (exp(min(0.0, x)) - 1.0), x); }};

/// Slope `alpha` below zero; TensorFlow's default is 0.2.
struct leaky_relu_expression {
  double alpha = 0.2;
  constexpr expr::symbol operator()(const expr::symbol& x) const { return select(x > 0.0, x, alpha * x); }
};
struct leaky_relu_activation : named_activation<leaky_relu_expression> {
  using named_activation::operator();
  /// The same with another slope: `activation_fn = leaky_relu.with(0.1)`.
  constexpr named_activation<leaky_relu_expression> with(double slope) const { return {"leaky_relu", {slope}}; }
};
inline constexpr leaky_relu_activation leaky_relu{{"leaky_relu", {}}};

/// The activations under TensorFlow's names, with `nn::tanh`: an object `slim::tanh` would hide the C library's function.
namespace nn {
using slim::elu, slim::gelu, slim::leaky_relu, slim::relu, slim::relu6, slim::selu, slim::sigmoid, slim::softplus, slim::swish;
inline constexpr const auto& tanh = hyperbolic_tangent;
}  // namespace nn

}  // namespace slim

#include "slim/core/end.hpp"
