#pragma once
#include "slim/core/begin.hpp"
// Layers without variables that only rearrange, choose or rescale, and bias_add with its one variable.

#include "slim/functions/reduce.hpp"
#include "slim/functions/reshape.hpp"
#include "slim/layers/normalizer.hpp"
#include "slim/op/softmax.hpp"

namespace slim {

/// Numbers in ascending order, at most 32.
struct boundary_list {
  static constexpr int capacity = 32;
  double values[capacity]{};
  int count = 0, given = 0;

  constexpr boundary_list() = default;
  constexpr boundary_list(std::initializer_list<double> listed) : given(static_cast<int>(listed.size())) {
    for (double one : listed)
      if (count < capacity) values[count++] = one;
  }
  constexpr number_fault fault() const {
    if (given > capacity) return {static_cast<double>(given), "at most 32 numbers"};
    for (int i = 0; i < count; ++i)
      if (!(i == 0 ? values[i] == values[i] : values[i] >= values[i - 1])) return {values[i], "in ascending order"};
    return {};
  }
};
constexpr void slim_describe(const boundary_list& value, name_buffer& to) {
  to.add(value.count);
  to.add(" numbers");
}

// clang-format off
struct new_rank_keyword : keyword<new_rank_keyword, whole_number> { static constexpr const char* name = "new_rank"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(2, "a whole number, at least 2"); } };
struct num_units_keyword : keyword<num_units_keyword, whole_number> { static constexpr const char* name = "num_units"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct image_height_keyword : keyword<image_height_keyword, whole_number> { static constexpr const char* name = "height"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct boundaries_keyword : keyword<boundaries_keyword, boundary_list> { static constexpr const char* name = "boundaries"; using keyword::operator=; static constexpr number_fault fault(const boundary_list& n) { return n.fault(); } };

inline constexpr new_rank_keyword new_rank;
inline constexpr num_units_keyword num_units;
inline constexpr image_height_keyword image_height;
inline constexpr boundaries_keyword boundaries;
// clang-format on

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

/// The first `new_rank` − 1 axes, of which the batch is one, and all others as one. TF-Slim section 2.8. Call: inner_flatten(new_rank[, "scope"]).
struct inner_flatten_layer : layer<inner_flatten_layer> {
  static constexpr const char* function_name = "inner_flatten";
  static constexpr const char* default_scope = "InnerFlatten";
  static constexpr auto defaults = arguments_of(new_rank = 2);
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_number rank, const Rest&... rest) const {
    return bind(rest..., new_rank = rank);
  }
  static constexpr tensor apply(const tensor& x, const arguments<inner_flatten_layer>& with) {
    const int kept = with[new_rank] - 2;
    if (kept < 0) return x;  // reported as the number that it is
    if (kept >= x.shape().rank) {
      x.trace->fail(graph::rule::rank_mismatch, {x.shape().rank}, {kept + 1});
      return x;
    }
    slim::shape flat = x.shape();
    for (int i = kept + 1; i < flat.rank; ++i) flat.extents[kept] *= flat[i], flat.extents[i] = 0;
    flat.rank = kept + 1;
    return {*x.trace, graph::reshape(x.trace->g, x.node, flat, x.trace->scope)};
  }
};
inline constexpr inner_flatten_layer inner_flatten;

/// The largest of each group of neighbours along `over_axis`, `num_units` groups: the last axis, unless told otherwise. Those that are equally large share the
/// gradient. TF-Slim section 2.8. Call: maxout(num_units[, "scope"][, over_axis = ...]).
struct maxout_layer : layer<maxout_layer> {
  static constexpr const char* function_name = "maxout";
  static constexpr const char* default_scope = "MaxOut";
  static constexpr auto defaults = arguments_of(num_units = 0, over_axis = -1);
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_number units, const Rest&... rest) const {
    return bind(rest..., num_units = units);
  }
  static constexpr tensor apply(const tensor& x, const arguments<maxout_layer>& with) {
    tracer& trace = *x.trace;
    const int units = with[num_units];
    slim::shape all = x.shape();
    if (with[over_axis].given != 1) trace.fail_number("axis", with[over_axis].given, "one axis");
    const int own = detail::axis_of_example(x, with[over_axis].axes[0], all.rank, "axis", detail::axis_range);
    if (own < 0) return x;
    if (units < 1 || all[own] % units != 0) {
      trace.fail(graph::rule::indivisible, {units}, {all[own]}, "num_units");
      return x;
    }
    long outer = 1;
    for (int i = 0; i < own; ++i) outer *= all[i];
    const int each = all[own] / units;
    const tensor parts(trace, graph::reshape(trace.g, x.node, {outer * units, each, x.shape().size() / (outer * all[own])}, trace.scope));
    all.extents[own] = units;
    return {trace, graph::reshape(trace.g, reduce_max(parts, 1).node, all, trace.scope)};
  }
};
inline constexpr maxout_layer maxout;

/// The columns of an image as a sequence: [height, width, channels] -> [width, height, channels], a step for each column. In TF-Slim the rows of all images
/// stand behind each other as one batch; here the batch stays in front. TF-Slim section 2.8. Call: images_to_sequence(["scope"]).
struct images_to_sequence_layer : layer<images_to_sequence_layer> {
  static constexpr const char* function_name = "images_to_sequence";
  static constexpr const char* default_scope = "ImagesToSequence";
  static constexpr auto defaults = arguments_of();
  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<images_to_sequence_layer>&) {
    if (x.shape().rank == 3) return transpose(x, {1, 0, 2});
    x.trace->fail(graph::rule::rank_mismatch, {x.shape().rank}, {3});
    return x;
  }
};
inline constexpr images_to_sequence_layer images_to_sequence;

/// Back from images_to_sequence: [width, height, channels] -> [height, width, channels]. TF-Slim section 2.8. Call: sequence_to_images(height[, "scope"]).
struct sequence_to_images_layer : layer<sequence_to_images_layer> {
  static constexpr const char* function_name = "sequence_to_images";
  static constexpr const char* default_scope = "SequenceToImages";
  static constexpr auto defaults = arguments_of(image_height = 0);
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_number rows, const Rest&... rest) const {
    return bind(rest..., image_height = rows);
  }
  static constexpr tensor apply(const tensor& x, const arguments<sequence_to_images_layer>& with) {
    const slim::shape found = x.shape();
    const int rows = with[image_height];
    if (found.rank == 3 && found[1] == rows) return transpose(x, {1, 0, 2});
    if (found.rank != 3) x.trace->fail(graph::rule::rank_mismatch, {found.rank}, {3});
    x.trace->fail(graph::rule::shape_mismatch, found, {found[0], rows, found[2]});
    return x;
  }
};
inline constexpr sequence_to_images_layer sequence_to_images;

/// The number of boundaries that are not above each element: its bucket, 0 to as many as there are boundaries. No gradient flows. TF-Slim section 2.8.
/// Call: bucketize({0, 10, 100}[, "scope"]); at most 32 boundaries, in ascending order.
struct bucketize_layer : layer<bucketize_layer> {
  static constexpr const char* function_name = "bucketize";
  static constexpr const char* default_scope = "bucketize";
  static constexpr auto defaults = arguments_of(boundaries = boundary_list{});
  template <class... Rest>
  constexpr auto operator()(const boundary_list& bounds, const Rest&... rest) const {
    return bind(rest..., boundaries = bounds);
  }
  static constexpr tensor apply(const tensor& x, const arguments<bucketize_layer>& with) {
    const boundary_list& bounds = with[boundaries];
    expr::scalar_function f;
    const int value = f.add_input(0);
    int bucket = f.add_constant(0);
    for (int i = 0; i < bounds.count; ++i)
      bucket = f.emit(
          expr::scalar_op::add, bucket,
          f.emit(expr::scalar_op::select, f.emit(expr::scalar_op::greater, f.add_constant(bounds.values[i]), value), f.add_constant(0), f.add_constant(1)));
    f.add_output(bucket);
    return slim::apply(f, stop_gradient(x));
  }
};
inline constexpr bucketize_layer bucketize;

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
  static constexpr tensor apply(const tensor& x, const arguments<softmax_layer>&) { return {*x.trace, op::softmax::add(x.trace->g, x.node, x.trace->scope)}; }
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
  using layer::operator();
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
