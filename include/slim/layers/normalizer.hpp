#pragma once
#include "slim/core/begin.hpp"
// What normalizers share: axes, statistics over some of them, the variables beta and gamma, and being the normalizer_fn of another layer.

#include "slim/initializers/initializers.hpp"
#include "slim/layers/linear.hpp"

namespace slim {

/// Axes as TF-Slim counts them: the batch is 0, −1 is the last.
struct layer_axes {
  static constexpr int capacity = slim::shape::max_rank + 1;
  whole_number axes[capacity]{};
  int count = 0, given = 0;

  constexpr layer_axes() = default;
  template <class Number>
    requires detail::convertible<Number, whole_number>
  constexpr layer_axes(Number one) : axes{one}, count(1), given(1) {}
  constexpr layer_axes(std::initializer_list<whole_number> all) : given(static_cast<int>(all.size())) {
    for (const whole_number& one : all)
      if (count < capacity) axes[count++] = one;
  }
  constexpr number_fault fault() const { return check_range(given, 0, capacity, "so many axes as there are, at most 6"); }
};
constexpr void slim_describe(const layer_axes& value, name_buffer& to) {
  for (int i = 0; i < value.count; ++i) {
    to.add(i > 0 ? "," : "");
    slim_describe(value.axes[i], to);
  }
}

/// One value for each of some parameters of a layer: `param_initializers = {{"gamma", constant(0.5)}}`.
template <class Value>
struct named_values {
  struct entry {
    const char* name = "";
    Value value{};
  };
  static constexpr int capacity = 4;  // beta, gamma and two moving averages
  entry entries[capacity]{};
  int count = 0, given = 0;

  constexpr named_values() = default;
  constexpr named_values(none_t) {}
  constexpr named_values(std::initializer_list<entry> all) : given(static_cast<int>(all.size())) {
    for (const entry& one : all)
      if (count < capacity) entries[count++] = one;
  }
  constexpr number_fault fault() const { return check_range(given, 0, capacity, "a value for each parameter of the layer, at most 4"); }
  constexpr const Value& of(const char* name, const Value& otherwise) const {
    for (int i = 0; i < count; ++i)
      if (equal(entries[i].name, name)) return entries[i].value;
    return otherwise;
  }
};
template <class Value>
constexpr void slim_describe(const named_values<Value>& value, name_buffer& to) {
  if (value.count == 0) to.add("none");
  for (int i = 0; i < value.count; ++i) {
    to.add(i > 0 ? ", " : "");
    to.add(value.entries[i].name);
    to.add(" ");
    slim_describe(value.entries[i].value, to);
  }
}

// clang-format off
struct axis_keyword : keyword<axis_keyword, layer_axes> { static constexpr const char* name = "axis"; using keyword::operator=; static constexpr number_fault fault(const layer_axes& axes) { return axes.fault(); } };
struct dim_keyword : keyword<dim_keyword, whole_number> { static constexpr const char* name = "dim"; using keyword::operator=; };
struct begin_norm_axis_keyword : keyword<begin_norm_axis_keyword, whole_number> { static constexpr const char* name = "begin_norm_axis"; using keyword::operator=; };
struct begin_params_axis_keyword : keyword<begin_params_axis_keyword, whole_number> { static constexpr const char* name = "begin_params_axis"; using keyword::operator=; };
struct channels_axis_keyword : keyword<channels_axis_keyword, whole_number> { static constexpr const char* name = "channels_axis"; using keyword::operator=; };
struct reduction_axes_keyword : keyword<reduction_axes_keyword, layer_axes> { static constexpr const char* name = "reduction_axes"; using keyword::operator=; static constexpr number_fault fault(const layer_axes& axes) { return axes.fault(); } };
struct param_initializers_keyword : keyword<param_initializers_keyword, named_values<initializer>> { static constexpr const char* name = "param_initializers"; using keyword::operator=; static constexpr number_fault fault(const named_values<initializer>& values) { return values.fault(); } };
struct param_regularizers_keyword : keyword<param_regularizers_keyword, named_values<stored_function>> { static constexpr const char* name = "param_regularizers"; using keyword::operator=; static constexpr number_fault fault(const named_values<stored_function>& values) { return values.fault(); } };

inline constexpr axis_keyword over_axis;
inline constexpr dim_keyword dim;
inline constexpr begin_norm_axis_keyword begin_norm_axis;
inline constexpr begin_params_axis_keyword begin_params_axis;
inline constexpr channels_axis_keyword channels_axis;
inline constexpr reduction_axes_keyword reduction_axes;
inline constexpr param_initializers_keyword param_initializers;
inline constexpr param_regularizers_keyword param_regularizers;
// clang-format on

/// Base of layers that may be the normalizer_fn of others; `Parameters` are the keywords that normalizer_params may hold.
template <class Self, class... Parameters>
struct normalizing_layer : layer<Self> {
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return layer<Self>::bind(rest...);
  }

  static constexpr bool takes_parameter(const void* keyword) { return (same_identity(keyword, &identity_of<Parameters>) || ...); }

  /// In a scope of its own inside the layer's; `given` overrides the arg_scope.
  static constexpr tensor normalize(const tensor& x, const parameter_list& given) {
    return normalize_with(x, given, argument<Parameters>(value_of<Parameters>(given))...);
  }

private:
  template <class Parameter>
  static constexpr typename Parameter::value_type value_of(const parameter_list& given) {
    const int found = given.find(Parameter{});
    const double number = found >= 0 ? given.values[found] : 0.0;
    using value = typename Parameter::value_type;
    if constexpr (std::is_same_v<value, bool>) return number != 0;
    else if constexpr (std::is_same_v<value, training_choice>) return static_cast<training>(number);
    else return static_cast<value>(number);
  }
  static constexpr tensor normalize_with(const tensor& x, const parameter_list& given, const argument<Parameters>&... parameters) {
    const argument_base* call[sizeof...(Parameters)]{};
    int count = 0;
    ((given.find(Parameters{}) >= 0 ? void(call[count++] = &parameters) : void()), ...);
    const int outer = x.trace->open_unique(Self::default_scope);
    const tensor y = run_layer<Self>(x, call, count);
    x.trace->close(outer);
    return y;
  }
};

namespace detail {

/// Axis number `given` of the batch and its examples as an axis of one example of `x`; −1, and reported, when it is none of the first `count`.
constexpr int axis_of_example(const tensor& x, const whole_number& given, int count, const char* keyword, const char* range) {
  const int own = given < 0 ? given + x.shape().rank : given - 1;
  if (given.value == given.written && own >= 0 && own < count) return own;
  x.trace->fail_number(keyword, given.written, range);
  return -1;
}
inline constexpr const char* axis_range = "an axis of the example: 1 is its first, -1 its last";

/// Σ function(x...) over what `kept` has extents of 1 for; like `kept` for each example.
template <class... Tensors>
constexpr tensor sum_to(const slim::shape& kept, int function, const Tensors&... operands) {
  tracer& trace = network_of(operands...);
  const int nodes[] = {operands.in(trace)...};
  const bool batched = graph::joint_domain(trace.g, nodes, sizeof...(Tensors)).batched;
  return {trace, graph::reduce(trace.g, function, nodes, sizeof...(Tensors), {batched, kept}, trace.scope)};
}

/// Mean and biased variance over the axes for which `kept` has extents of 1.
struct axis_moments {
  tensor mean, variance;
};
constexpr axis_moments moments_within(const tensor& x, const slim::shape& kept) {
  tracer& trace = *x.trace;
  const double share = static_cast<double>(kept.size()) / static_cast<double>(x.shape().size());
  if (share == 1) return {x, 0.0};
  const int scaled = recorded<1>(trace.g, [](double s, auto total) { return s * total; }, share);
  const tensor mean = slim::apply(scaled, sum_to(kept, recorded<1>(trace.g, [](auto v) { return v; }), x));
  const tensor squares = sum_to(kept, recorded<2>(trace.g, [](auto v, auto m) { return square(v - m); }), x, mean);
  graph::node& made = trace.g.nodes[squares.node];
  for (int k = 0; k < made.operand_count; ++k)
    if (made.operands[k] == mean.node) made.ignored |= 1u << k;  // Σ (x − mean) = 0: the variance does not change with the mean
  return {mean, slim::apply(scaled, squares)};
}

/// The variable `name` of a normalizer of shape `extent`, with what param_initializers and param_regularizers say of it where the layer has them.
template <class Layer>
constexpr tensor parameter(tracer& trace, const char* name, const slim::shape& extent, const initializer& usual, bool trained, const arguments<Layer>& with) {
  using defaults = std::remove_cvref_t<decltype(Layer::defaults)>;
  initializer initial = usual;
  int regularize = -1;
  if constexpr (has_argument<defaults, param_initializers_keyword>) initial = with[param_initializers].of(name, usual);
  if constexpr (has_argument<defaults, param_regularizers_keyword>) {
    const named_values<stored_function>& all = with[param_regularizers];
    for (int i = 0; i < all.count; ++i)
      if (equal(all.entries[i].name, name)) regularize = interned(trace, all.entries[i].value);
  }
  return {trace, layer_variable(trace, name, extent, initial, regularize, trained, with)};
}

/// Names that stand for no parameter are reported as arguments that the layer does not have.
template <class Layer, class Value>
constexpr void check_parameters(tracer& trace, const named_values<Value>& given, std::initializer_list<const char*> known) {
  for (int i = 0; i < given.count; ++i) {
    bool found = false;
    for (const char* name : known) found = found || equal(name, given.entries[i].name);
    if (!found) trace.fail_unknown_argument(Layer::function_name, given.entries[i].name);
  }
}

/// (x − mean) / sqrt(variance + epsilon) · gamma + beta, with variables of `extent`, read as `seen`, for what the call asks for.
template <class Layer>
constexpr tensor normalized(const tensor& x, const axis_moments& of, double epsilon, const slim::shape& extent, const slim::shape& seen,
                            const arguments<Layer>& with) {
  tracer& trace = *x.trace;
  const auto variable = [&](const char* name, const initializer& usual) {
    return tensor(trace, graph::reshape(trace.g, parameter(trace, name, extent, usual, with[trainable], with).node, seen, trace.scope));
  };
  const tensor beta = with[center] ? variable("beta", zeros) : tensor(0.0);
  const tensor gamma = with[scale] ? variable("gamma", ones) : tensor(1.0);
  const tensor inverse_deviation = slim::apply(recorded<1>(
                                                   trace.g, [](double e, auto v) { return 1.0 / sqrt(v + e); }, epsilon),
                                               of.variance.bound() ? of.variance : tensor(trace, graph::constant(trace.g, 0)));
  return slim::apply(recorded<5>(trace.g, [](auto v, auto m, auto s, auto g, auto b) { return (v - m) * s * g + b; }), x, of.mean, inverse_deviation, gamma,
                     beta);
}

}  // namespace detail

template <class Layer>
constexpr tensor activated(const tensor& y, const arguments<Layer>& with) {
  const stored_function& activate = with[activation_fn];
  return activate.empty() ? y : apply(activate.function(), y);
}

}  // namespace slim

#include "slim/core/end.hpp"
