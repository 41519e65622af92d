#pragma once
#include "slim/core/begin.hpp"
// What the second and third versions of MobileNet share: a network is a table of layers. TF-Slim sections 13.3 and 13.7.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// `value` rounded to a multiple of `divisor`, at least `least`, and no more than a tenth below `value`.
constexpr int make_divisible(double value, int divisor = 8, int least = 0) {
  if (least == 0) least = divisor;
  int rounded = static_cast<int>(value + divisor / 2.0) / divisor * divisor;
  if (rounded < least) rounded = least;
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

/// x · relu6(x + 3) / 6: Howard et al. 2019.
inline constexpr named_activation hard_swish{"hard_swish", [](auto x) { return x * min(6.0, max(0.0, x + 3.0)) * (1.0 / 6.0); }};

/// Group normalization of 8 groups in place of batch_norm, inside the arg_scope of such a network: (mobilenet_v3_arg_scope() +
/// mobilenet_group_norm())(make_mobilenet_v3_small()).
constexpr auto mobilenet_group_norm() { return published(arg_scope<conv2d, separable_conv2d>(normalizer_fn = group_norm) + arg_scope<group_norm>(groups = 8)); }

namespace detail {

/// TF-Slim's training_scope, with the activation of the network. There is no penalty on depthwise weights. A negative `stddev` stands for xavier().
template <class Activation>
constexpr auto mobilenet_training_scope(const Activation& activation, double weight_decay, double stddev, double dropout_keep_prob, double batch_norm_decay) {
  return published(arg_scope<conv2d, separable_conv2d>(weights_initializer = stddev < 0 ? xavier() : truncated_normal(0.0, stddev), activation_fn = activation,
                                                       normalizer_fn = batch_norm) +
                   arg_scope<batch_norm>(decay = batch_norm_decay, center = true, scale = true) + arg_scope<dropout>(keep_prob = dropout_keep_prob) +
                   arg_scope<conv2d>(weights_regularizer = l2_regularizer(weight_decay)));
}

}  // namespace detail

/// One layer of the table. A convolution, or with `expansion` an inverted residual: 1×1 to `expansion` times the channels, kernel × kernel on each, 1×1 without
/// activation to `outputs`; plus its input where the shapes agree. Or, with neither outputs nor expansion, the mean of the image.
struct mobilenet_layer {
  int outputs = 0, kernel = 1, stride = 1;
  double expansion = 0;         // 0: no inverted residual
  bool hard_swish = false;      // else the activation of the arg_scope
  bool squeeze_excite = false;  // each channel behind the depthwise convolution is multiplied by a gate
  bool fused = false;           // one full convolution in place of the expansion and the depthwise one
  bool residual = true;
  bool normalized = true;  // false: biases
};

/// Options of MobileNet v2, v3 and EdgeTPU. A value for depth_multiplier that is not positive does not compile.
struct mobilenet_options {
  double depth_multiplier = 1.0;               // of the channels of all layers
  bool finegrain_classification_mode = false;  // the last layer keeps its channels where others are narrowed
  int min_depth = 8, divisible_by = 8;         // of narrowed layers
  const char* final_endpoint = nullptr;        // "layer_1", …: the base alone, up to there
  int output_stride = 0;                       // 1 or even: where strides reach it, they become rates; 0: never
  bool use_explicit_padding = false;           // borders that do not depend on the extent (padding FIXED)
  prediction_function prediction_fn = softmax;
};

/// A table of layers, and what follows it: logits [num_classes], or with num_classes = 0 the mean [1, 1, channels].
template <std::size_t Layers>
struct mobilenet {
  mobilenet_layer layers[Layers];
  int num_classes;
  mobilenet_options options;

  constexpr tensor operator()(tensor x) const {
    tracer& trace = *x.trace;
    if (!(options.depth_multiplier > 0)) trace.fail_number("depth_multiplier", options.depth_multiplier, "above 0");
    if (options.output_stride < 0 || (options.output_stride > 1 && options.output_stride % 2 != 0))
      trace.fail_number("output_stride", options.output_stride, "0, 1 or even");
    if (options.divisible_by < 1) trace.fail_number("divisible_by", options.divisible_by, "at least 1");
    if (trace.g.failed()) return x;
    const detail::final_end_point last(options.final_endpoint, x);
    int reached = 1, dilation = 1;
    constexpr int count = Layers;
    for (int i = 0; i < count && !last.reached(); ++i) {
      mobilenet_layer layer = layers[i];
      int apart = 1;
      if (reached == options.output_stride) apart = layer.kernel > 1 ? dilation : 1, dilation *= layer.stride, layer.stride = 1;
      else reached *= layer.stride;
      if (layer.outputs > 0 && !(i == count - 1 && options.finegrain_classification_mode))
        layer.outputs = make_divisible(layer.outputs * options.depth_multiplier, options.divisible_by, options.min_depth);
      x = layer.expansion > 0 ? block(layer, apart, i + 1, x) : layer.outputs > 0 ? convolution(layer, apart, x) : pooled(x);
      end_point(x, i + 1);
    }
    if (last.given()) {
      last.check();
      return x;
    }
    x = detail::collected_as{"global_pool"}(scope("Logits", global_avg_pool("AvgPool"))(x));
    if (num_classes == 0) return x;
    const auto logits = dropout("Dropout") >>
                        conv2d(num_classes, {1, 1}, "Conv2d_1c_1x1", activation_fn = none, normalizer_fn = none, biases_initializer = zeros) >>
                        spatial_squeeze("SpatialSqueeze");
    return detail::with_predictions(detail::collected_as{"Logits"}(scope("Logits", logits)(x)), options.prediction_fn);
  }

private:
  /// Makes `x` the end point layer_`number`, or one of the parts of that layer.
  static constexpr void end_point(const tensor& x, int number, const char* part = nullptr) {
    const int outer = x.trace->open("layer", number);
    part == nullptr ? collect_named_output(x) : detail::collected_as{part}(x);
    x.trace->close(outer);
  }

  /// `make` with the activation of the layer.
  template <class Make>
  static constexpr tensor activated(const mobilenet_layer& layer, const Make& make) {
    return layer.hard_swish ? make(activation_fn = nets::hard_swish) : make();
  }

  constexpr padding_mode border() const { return options.use_explicit_padding ? FIXED : SAME; }

  constexpr tensor convolution(const mobilenet_layer& layer, int apart, const tensor& x) const {
    const extent2 window = layer.kernel;
    return activated(layer, [&](const auto&... activation) {
      return layer.normalized ? conv2d(layer.outputs, window, layer.stride, padding = border(), rate = apart, activation...)(x)
                              : conv2d(layer.outputs, window, layer.stride, normalizer_fn = none, activation...)(x);
    });
  }

  static constexpr tensor pooled(const tensor& x) {
    const int side = x.shape()[0] == x.shape()[1] ? x.shape()[0] : 7;
    return avg_pool2d({side, side}, 1)(x);
  }

  constexpr tensor block(const mobilenet_layer& layer, int apart, int number, const tensor& x) const {
    tracer& trace = *x.trace;
    const int outer = trace.open_unique("expanded_conv"), whole = trace.scope;
    const auto collect = [&](const tensor& part, const char* name) {
      trace.close(outer);
      end_point(part, number, name);
      trace.close(whole);
    };
    const int wide = make_divisible(layer.expansion * x.channels());
    const extent2 window = layer.kernel;
    tensor y = x;
    if (wide > x.channels()) {
      y = activated(layer, [&](const auto&... activation) {
        return layer.fused ? conv2d(wide, window, layer.stride, "expand", padding = border(), rate = apart, activation...)(x)
                           : conv2d(wide, {1, 1}, "expand", activation...)(x);
      });
      collect(y, "expansion_output");
    }
    if (!layer.fused) {
      y = activated(layer, [&](const auto&... activation) {
        return separable_conv2d(none, window, "depthwise", stride = layer.stride, padding = border(), rate = apart, activation...)(y);
      });
      collect(y, "depthwise_output");
    }
    if (layer.squeeze_excite) y = y * gate(y);
    y = conv2d(layer.outputs, {1, 1}, "project", activation_fn = none)(y);
    if (layer.residual && layer.stride == 1 && layer.outputs == x.channels()) y = x + y;
    collect_named_output(y);
    collect(y, "output");
    trace.close(outer);
    return y;
  }

  /// A number for each channel, made of the means of all of them.
  static constexpr tensor gate(const tensor& x) {
    constexpr auto gating = [](auto v) { return min(6.0, max(0.0, v + 3.0)) * 0.16667; };
    return scope("squeeze_excite", global_avg_pool("AvgPool") >>
                                       conv2d(make_divisible(x.channels() / 4.0), {1, 1}, normalizer_fn = none, activation_fn = relu) >>
                                       conv2d(x.channels(), {1, 1}, normalizer_fn = none, activation_fn = gating))(x);
  }
};

}  // namespace slim::nets

#include "slim/core/end.hpp"
