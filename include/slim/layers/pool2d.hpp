#pragma once
#include "slim/core/begin.hpp"

#include "slim/layers/linear.hpp"
#include "slim/op/average_pool.hpp"
#include "slim/op/max_pool.hpp"

namespace slim {

/// Sliding-window maximum or mean of images. Stride 2 and VALID unless told otherwise: not the defaults of conv2d.
/// Padded cells never count: the maximum ignores them and the mean divides by real cells. Source: TF-Slim sections 2.2 and 2.5.
template <class Self, class Operation>
struct pool2d_layer : layer<Self> {
  static constexpr auto defaults = arguments_of(kernel_size = required_extents(), stride = 2, padding = VALID);

  using positional = whole_pair;
  using layer<Self>::operator();
  template <class... Rest>
  constexpr auto operator()(whole_pair kernel, const Rest&... rest) const {
    return layer<Self>::bind(rest..., kernel_size = kernel);
  }
  template <class Strides, class... Rest>
    requires std::is_arithmetic_v<Strides>
  constexpr auto operator()(whole_pair kernel, Strides strides, const Rest&... rest) const {
    return layer<Self>::bind(rest..., kernel_size = kernel, stride = strides);
  }
  template <class... Rest>
  constexpr auto operator()(whole_pair kernel, const braced_strides& strides, const Rest&... rest) const {
    return layer<Self>::bind(rest..., kernel_size = kernel, stride = strides);
  }

  static constexpr tensor apply(const tensor& x, const arguments<Self>& with) {
    tracer& trace = *x.trace;
    window placed;
    slim::shape out;
    if (!op::place_window(trace.g, x.shape(), pair_of(trace, with, kernel_size), pair_of(trace, with, stride), 1, with[padding], trace.scope, placed, out))
      return x;
    return {trace, Operation::add(trace.g, x.node, placed, out, trace.scope)};
  }
};

/// Call: max_pool2d(kernel_size[, stride][, "scope"][, keyword = value ...]).
struct max_pool2d_layer : pool2d_layer<max_pool2d_layer, op::max_pool> {
  static constexpr const char* function_name = "max_pool2d";
  static constexpr const char* default_scope = "MaxPool2D";
};
inline constexpr max_pool2d_layer max_pool2d;

/// Call: avg_pool2d(kernel_size[, stride][, "scope"][, keyword = value ...]).
struct avg_pool2d_layer : pool2d_layer<avg_pool2d_layer, op::average_pool> {
  static constexpr const char* function_name = "avg_pool2d";
  static constexpr const char* default_scope = "AvgPool2D";
};
inline constexpr avg_pool2d_layer avg_pool2d;

/// Mean or maximum over height and width: [h, w, c] -> [1, 1, c].
template <class Self, class Operation>
struct global_pool_layer : layer<Self> {
  static constexpr const char* default_scope = "global_pool";
  static constexpr auto defaults = arguments_of();

  template <class... Rest>
  constexpr auto operator()(const Rest&... rest) const {
    return layer<Self>::bind(rest...);
  }
  static constexpr tensor apply(const tensor& x, const arguments<Self>&) {
    tracer& trace = *x.trace;
    window placed;
    slim::shape out;
    if (!op::place_window(trace.g, x.shape(), {x.shape()[0], x.shape()[1]}, 1, 1, VALID, trace.scope, placed, out)) return x;
    return {trace, Operation::add(trace.g, x.node, placed, out, trace.scope)};
  }
};

/// TF-Slim's nets write it as reduce_mean over both axes with keep_dims. Call: global_avg_pool(["scope"]).
struct global_avg_pool_layer : global_pool_layer<global_avg_pool_layer, op::average_pool> {
  static constexpr const char* function_name = "global_pool";
};
inline constexpr global_avg_pool_layer global_avg_pool;

/// The largest of each channel. Call: global_max_pool(["scope"]).
struct global_max_pool_layer : global_pool_layer<global_max_pool_layer, op::max_pool> {
  static constexpr const char* function_name = "global_max_pool";
};
inline constexpr global_max_pool_layer global_max_pool;

}  // namespace slim

#include "slim/core/end.hpp"
