#pragma once
#include "slim/core/begin.hpp"
// Layers without variables that only rearrange or rescale: flatten, spatial_squeeze, softmax, one_hot_encoding, and bias_add with its one variable.

#include "slim/layers/normalizer.hpp"
#include "slim/op/softmax.hpp"

namespace slim {

/// [a, b, ...] -> [a·b·...] for each example. TF-Slim section 2.8. Call: flatten(["scope"]).
struct flatten_layer : layer<flatten_layer> {
  static constexpr const char* function_name = "flatten";
  static constexpr const char* default_scope = "Flatten";
  static constexpr auto defaults = arguments_of();
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<flatten_layer>&) {
    return {*x.trace, graph::reshape(x.trace->g, x.node, {x.shape().size()}, x.trace->scope)};
  }
};
inline constexpr flatten_layer flatten;

/// [1, 1, channels] -> [channels]: what a network of convolutions ends in. TF-Slim's nets write it as squeeze over both spatial axes.
/// Call: spatial_squeeze(["scope"]); under the name of a layer that exists, its end point becomes the squeezed tensor.
struct spatial_squeeze_layer : layer<spatial_squeeze_layer> {
  static constexpr const char* function_name = "spatial_squeeze";
  static constexpr const char* default_scope = "SpatialSqueeze";
  static constexpr auto defaults = arguments_of();
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<spatial_squeeze_layer>&) {
    const slim::shape found = x.shape(), expected{1, 1, x.channels()};
    if (!(found == expected)) x.trace->fail(graph::rule::shape_mismatch, found, expected);
    return {*x.trace, graph::reshape(x.trace->g, x.node, {x.channels()}, x.trace->scope)};
  }
};
inline constexpr spatial_squeeze_layer spatial_squeeze;

/// Softmax over the last extent. TF-Slim section 2.8. Call: softmax(["scope"]).
struct softmax_layer : layer<softmax_layer> {
  static constexpr const char* function_name = "softmax";
  static constexpr const char* default_scope = "softmax";
  static constexpr auto defaults = arguments_of();
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<softmax_layer>&) {
    return {*x.trace, op::softmax::add(x.trace->g, x.node, x.trace->scope)};
  }
};
inline constexpr softmax_layer softmax;

namespace detail {
/// One row of `classes` numbers for each class number: `on` at the class, `off` elsewhere.
constexpr tensor one_hot(const tensor& labels, int classes, double on = 1, double off = 0) {
  tracer& trace = *labels.trace;
  slim::shape column = labels.shape(), rows = labels.shape();
  column.extents[column.rank++] = 1;
  rows.extents[rows.rank++] = classes;
  if (labels.shape().size() == 1) column = {}, rows = {classes};
  expr::scalar_function f;
  const int hit = f.emit(expr::scalar_op::equal, f.emit(expr::scalar_op::position), f.add_input(0));
  f.add_output(f.emit(expr::scalar_op::select, hit, f.add_constant(on), f.add_constant(off)));
  graph::node n;
  n.kind = graph::kind::map, n.batched = true, n.extent = rows;
  n.operand_count = 1, n.operands[0] = graph::reshape(trace.g, labels.node, column, trace.scope), n.function = trace.g.intern(f);
  return {trace, graph::add_node(trace.g, n, trace.scope)};
}
}  // namespace detail

/// Class numbers, one per example ([] or [1]) -> [num_classes] with on_value at the class and off_value elsewhere; class numbers of any other shape ->
/// that shape and one more axis. A number out of range gives a row of off_value. TF-Slim section 2.8. Call: one_hot_encoding(num_classes[, "scope"]).
struct one_hot_encoding_layer : layer<one_hot_encoding_layer> {
  static constexpr const char* function_name = "one_hot_encoding";
  static constexpr const char* default_scope = "OneHotEncoding";
  static constexpr auto defaults = arguments_of(num_classes = 0, on_value = 1.0, off_value = 0.0);
  template <class... Rest>
  constexpr auto operator()(whole_number classes, const Rest&... rest) const {
    return bind(rest..., num_classes = classes);
  }
  static constexpr tensor apply(const tensor& labels, const arguments<one_hot_encoding_layer>& with) {
    tracer& trace = *labels.trace;
    const int classes = with[num_classes];
    if (labels.shape().rank == slim::shape::max_rank) trace.fail(graph::rule::rank_mismatch, {labels.shape().rank}, {slim::shape::max_rank - 1});
    if (classes < 1) trace.fail(graph::rule::bad_number, {classes}, {1}, "num_classes");
    return detail::one_hot(labels, classes, with[on_value], with[off_value]);
  }
};
inline constexpr one_hot_encoding_layer one_hot_encoding;

/// Adds `biases` [channels]; usable as normalizer_fn. TF-Slim section 2.7. Call: bias_add(["scope"][, initial_values = ...]).
struct bias_add_layer : normalizing_layer<bias_add_layer, trainable_keyword> {
  static constexpr const char* function_name = "bias_add";
  static constexpr const char* default_scope = "BiasAdd";
  static constexpr auto defaults = arguments_of(activation_fn = none, initial_values = zeros, regularizer = none, trainable = true, reuse = false,
                                                variables_collections = variable_collections{});
  static constexpr tensor apply(const tensor& x, const arguments<bias_add_layer>& with) {
    tracer& trace = *x.trace;
    const reuse_guard sharing(trace, with[reuse]);
    const int biases = layer_variable(trace, "biases", {x.channels()}, with[initial_values], interned(trace, with[regularizer]), with[trainable], with);
    return activated(x + tensor(trace, biases), with);
  }
};
inline constexpr bias_add_layer bias_add;

}  // namespace slim

#include "slim/core/end.hpp"
