#pragma once
#include "slim/core/begin.hpp"
// MobileNet, second version: Sandler et al. 2018, "MobileNetV2: inverted residuals and linear bottlenecks", as TF-Slim defines it, section 13.7. On
// [224, 224, channels] images, or any extent: a global pool comes before the logits.

#include "slim/slim.hpp"

namespace slim::nets {

/// Defaults of training: TF-Slim section 13.3, `training_scope`. There is no penalty on depthwise weights.
constexpr auto mobilenet_v2_arg_scope(double weight_decay = 0.00004, double stddev = 0.09, double dropout_keep_prob = 0.8, double batch_norm_decay = 0.997) {
  return published(arg_scope<conv2d, separable_conv2d>(weights_initializer = stddev < 0 ? xavier() : truncated_normal(0.0, stddev), activation_fn = relu6, normalizer_fn = batch_norm)
       + arg_scope<batch_norm>(decay = batch_norm_decay, center = true, scale = true)
       + arg_scope<dropout>(keep_prob = dropout_keep_prob)
       + arg_scope<conv2d>(weights_regularizer = l2_regularizer(weight_decay)));
}

/// `value` rounded to a multiple of `divisor`, at least that, and no more than a tenth below `value`.
constexpr int make_divisible(double value, int divisor = 8) {
  int rounded = static_cast<int>(value + divisor / 2.0) / divisor * divisor;
  if (rounded < divisor) rounded = divisor;
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

/// An inverted residual: 1×1 to `expansion` times the channels, 3×3 on each, 1×1 without activation to `outputs`; plus x where the shapes agree. Without
/// expansion the first is left out.
struct expanded_conv {
  int outputs;
  int stride;
  int expansion;

  constexpr tensor operator()(const tensor& x) const {
    const int inner = expansion > 1 ? make_divisible(static_cast<double>(x.channels()) * expansion) : x.channels();
    const tensor wide = inner > x.channels() ? conv2d(inner, {1, 1}, "expand")(x) : x;
    const auto narrow = separable_conv2d(none, {3, 3}, "depthwise", slim::stride = stride) >> conv2d(outputs, {1, 1}, "project", activation_fn = none);
    const tensor y = narrow(wide);
    return collect_named_output(stride == 1 && x.channels() == outputs ? x + y : y);
  }
};

/// Layers 2 to 18, expanded_conv, expanded_conv_1, … expanded_conv_16, with make_divisible(outputs · depth_multiplier) outputs.
struct mobilenet_v2_body {
  double depth_multiplier;

  constexpr tensor operator()(tensor x) const {
    constexpr struct {
      int expansion, outputs, stride, times;
    } stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 2, 3}, {6, 64, 2, 4}, {6, 96, 1, 3}, {6, 160, 2, 3}, {6, 320, 1, 1}};
    int number = 0;
    for (const auto& stage : stages)
      for (int i = 0; i < stage.times; ++i, ++number) {
        const expanded_conv one{make_divisible(stage.outputs * depth_multiplier), i == 0 ? stage.stride : 1, stage.expansion};
        x = number == 0 ? scope("expanded_conv", one)(x) : apply_numbered(one, x, "expanded_conv", number);
      }
    return x;
  }
};

/// Returns logits [num_classes]. `finegrain_classification_mode`: the last layer keeps its 1280 channels where others are narrowed.
constexpr auto make_mobilenet_v2(double depth_multiplier = 1.0, int num_classes = 1001, bool finegrain_classification_mode = false) {
  const int last = make_divisible(1280 * (finegrain_classification_mode && depth_multiplier < 1 ? 1.0 : depth_multiplier));
  return scope("MobilenetV2", conv2d(make_divisible(32 * depth_multiplier), {3, 3}, 2, "Conv") >> mobilenet_v2_body{depth_multiplier} >> conv2d(last, {1, 1}, "Conv_1")
                           >> scope("Logits", global_avg_pool("AvgPool") >> dropout("Dropout")
                                                  >> conv2d(num_classes, {1, 1}, "Conv2d_1c_1x1", activation_fn = none, normalizer_fn = none, biases_initializer = zeros)
                                                  >> spatial_squeeze("SpatialSqueeze"))
                           >> aside(softmax("Predictions")));
}

inline constexpr auto mobilenet_v2 = mobilenet_v2_arg_scope()(make_mobilenet_v2());
inline constexpr auto mobilenet_v2_140 = mobilenet_v2_arg_scope()(make_mobilenet_v2(1.4));
inline constexpr auto mobilenet_v2_050 = mobilenet_v2_arg_scope()(make_mobilenet_v2(0.5, 1001, true));
inline constexpr auto mobilenet_v2_035 = mobilenet_v2_arg_scope()(make_mobilenet_v2(0.35, 1001, true));

}  // namespace slim::nets

#include "slim/core/end.hpp"
