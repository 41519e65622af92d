#pragma once
#include "slim/core/begin.hpp"
// Variables made by hand, and the plain products they go into: what layers of one's own are made of. TF-Slim section 10.

#include "slim/initializers/initializers.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/convolution.hpp"

namespace slim {

/// A variable of the open scope: made here, or found again under `reuse`. `x` is any tensor of the network. Initializer, regularizer (its
/// loss joins the regularization losses once) and trainability are given by position or as keywords, which arg_scope knows as well:
/// variable(x, "name", shape[, initializer[, regularizer[, trainable]]][, initial_values = ...][, regularizer = ...][, trainable = ...]
/// [, collections = {"mine"}][, device = "/CPU:0"]). There is one device, the processor; another one does not compile.
template <variable_kind Kind>
struct variable_function {
  static constexpr const char* function_name = Kind == variable_kind::model ? "model_variable" : "variable";
  static constexpr auto defaults =
      arguments_of(initial_values = xavier(), regularizer = none, trainable = true, collections = collection_list{}, device = "/CPU:0");

  template <keyword_argument... Given>
  constexpr tensor operator()(const tensor& x, const char* name, const shape& extent, const Given&... given) const {
    tracer& trace = *x.trace;
    check_arguments<variable_function, Given...>(trace);
    trace.policies.mark_used(&identity_of<variable_function>);
    const argument_base* const call[] = {&given..., nullptr};
    const arguments<variable_function> with(trace, call, sizeof...(given));
    const char* const place = with[device];
    if (!equal(place, "/CPU:0") && !equal(place, "/device:CPU:0")) trace.fail(graph::rule::unknown_device, {}, {}, place);
    const collection_list& in = with[collections];
    if (in.alone && Kind == variable_kind::model) trace.fail_unknown_argument(function_name, "collection_list::only");
    return {trace,
            trace.variable(name, extent, with[initial_values], interned(trace, with[regularizer]), with[trainable], in.alone ? variable_kind::own : Kind, in)};
  }
  template <keyword_argument... Given>
  constexpr tensor operator()(const tensor& x, const char* name, const shape& extent, const initializer& initial, const Given&... given) const {
    return (*this)(x, name, extent, initial_values = initial, given...);
  }
  template <keyword_argument... Given>
  constexpr tensor operator()(const tensor& x, const char* name, const shape& extent, const initializer& initial, const stored_function& regularize,
                              const Given&... given) const {
    return (*this)(x, name, extent, initial_values = initial, regularizer = regularize, given...);
  }
  template <keyword_argument... Given>
  constexpr tensor operator()(const tensor& x, const char* name, const shape& extent, const initializer& initial, const stored_function& regularize,
                              bool trained, const Given&... given) const {
    return (*this)(x, name, extent, initial_values = initial, regularizer = regularize, trainable = trained, given...);
  }
  /// The message about TF-Slim's order of arguments and others.
  template <class... Rest>
  constexpr auto operator()(const char*, const shape&, const Rest&...) const {
    return refused<Rest...>();
  }
  template <class... Rest>
  constexpr auto operator()(const tensor&, const shape&, const Rest&...) const {
    return refused<Rest...>();
  }

private:
  template <class... Rest>
  static constexpr auto refused() {
    constexpr bool fits = sizeof...(Rest) > 1000;
    static_assert(fits, "a variable belongs to the network of a tensor, which stands in front, then its name and its shape: variable(x, \"weights\", {3, 4})");
    return tensor(0.0);
  }
};

/// Saved and trained, but no model variable: as in TF-Slim, get_model_variables leaves it out.
inline constexpr variable_function<variable_kind::global> variable;
/// Like the variables of layers.
inline constexpr variable_function<variable_kind::model> model_variable;

/// Numbers with a name that are neither trained nor saved: a mask, a table.
constexpr tensor local_variable(const tensor& x, const char* name, const shape& extent, const initializer& initial) {
  return {*x.trace, x.trace->variable(name, extent, initial, -1, false, variable_kind::local)};
}

/// The number of training steps before this one, for what depends on it: x * min(1.0, global_step(x) / 1000.0). TF-Slim's get_or_create_global_step() in a
/// network. It is the step of the train_op; where there is none, as at inference, it is 0.
constexpr tensor global_step(const tensor& x) {
  tracer& trace = *x.trace;
  return {trace,
          trace.step_number < 0 ? graph::constant(trace.g, 0) : graph::add_leaf(trace.g, graph::kind::scalar, false, {}, trace.step_number, 0, trace.scope)};
}

namespace nn {

/// Cross-correlation of an image with `kernel` [height, width, channels, outputs]; no biases, no activation.
constexpr tensor conv2d(const tensor& x, const tensor& kernel, extent2 strides = 1, padding_mode pad = SAME) {
  tracer& trace = *x.trace;
  const shape& k = kernel.shape();
  if (k.rank != 4 || k[2] != x.channels()) {
    trace.fail(k.rank != 4 ? graph::rule::rank_mismatch : graph::rule::channel_mismatch, {k.rank != 4 ? k.rank : k[2]}, {k.rank != 4 ? 4 : x.channels()});
    return x;
  }
  window placed;
  shape out;
  if (!op::place_window(trace.g, x.shape(), {k[0], k[1]}, strides, 1, pad, trace.scope, placed, out)) return x;
  out.extents[2] = k[3];
  return {trace, op::convolution::add(trace.g, x.node, kernel.node, placed, out, trace.scope)};
}

/// Rows times matrix: [inputs] · [inputs, outputs]; an image is flattened first.
constexpr tensor matmul(const tensor& x, const tensor& weights) {
  tracer& trace = *x.trace;
  const shape& w = weights.shape();
  if (w.rank != 2 || w[0] != x.shape().size()) {
    trace.fail(graph::rule::shape_mismatch, w, {x.shape().size(), w.channels()});
    return x;
  }
  const int flat = graph::reshape(trace.g, x.node, {w[0]}, trace.scope);
  return {trace, op::matmul::add(trace.g, flat, weights.node, {w[1]}, trace.scope)};
}

}  // namespace nn
}  // namespace slim

#include "slim/core/end.hpp"
