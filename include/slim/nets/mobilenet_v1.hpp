#pragma once
#include "slim/core/begin.hpp"
// MobileNet, first version: Howard et al. 2017, "MobileNets: efficient convolutional neural networks for mobile vision applications", as TF-Slim
// defines it, section 13.7. On [224, 224, channels] images, or any extent: a global pool comes before the logits.

#include "slim/slim.hpp"

namespace slim::nets {

/// Defaults of mobilenet_v1: TF-Slim section 13.3. The penalty is on the convolutions over channels, and on depthwise ones only if they are named.
constexpr auto mobilenet_v1_arg_scope(double weight_decay = 0.00004, double stddev = 0.09, bool regularize_depthwise = false, double batch_norm_decay = 0.9997,
                                      double batch_norm_epsilon = 0.001) {
  return published(arg_scope<conv2d, separable_conv2d>(weights_initializer = truncated_normal(0.0, stddev), activation_fn = relu6, normalizer_fn = batch_norm)
       + arg_scope<batch_norm>(decay = batch_norm_decay, epsilon = batch_norm_epsilon, center = true, scale = true)
       + arg_scope<conv2d>(weights_regularizer = l2_regularizer(weight_decay))
       + arg_scope<separable_conv2d>(weights_regularizer = regularize_depthwise ? l2_regularizer(weight_decay) : stored_function()));
}

/// Thirteen pairs of a depthwise 3×3 convolution and one over channels, `Conv2d_1_depthwise`, `Conv2d_1_pointwise`, …, with
/// max(depth · depth_multiplier, min_depth) channels.
struct mobilenet_v1_pairs {
  double depth_multiplier;
  int min_depth;

  constexpr int depth(int full) const {
    const int scaled = static_cast<int>(full * depth_multiplier);
    return scaled > min_depth ? scaled : min_depth;
  }
  constexpr tensor operator()(tensor x) const {
    constexpr struct {
      int stride, outputs;
      const char *depthwise, *pointwise;
    } pairs[] = {{1, 64, "Conv2d_1_depthwise", "Conv2d_1_pointwise"},     {2, 128, "Conv2d_2_depthwise", "Conv2d_2_pointwise"},   {1, 128, "Conv2d_3_depthwise", "Conv2d_3_pointwise"},
                 {2, 256, "Conv2d_4_depthwise", "Conv2d_4_pointwise"},    {1, 256, "Conv2d_5_depthwise", "Conv2d_5_pointwise"},   {2, 512, "Conv2d_6_depthwise", "Conv2d_6_pointwise"},
                 {1, 512, "Conv2d_7_depthwise", "Conv2d_7_pointwise"},    {1, 512, "Conv2d_8_depthwise", "Conv2d_8_pointwise"},   {1, 512, "Conv2d_9_depthwise", "Conv2d_9_pointwise"},
                 {1, 512, "Conv2d_10_depthwise", "Conv2d_10_pointwise"},  {1, 512, "Conv2d_11_depthwise", "Conv2d_11_pointwise"}, {2, 1024, "Conv2d_12_depthwise", "Conv2d_12_pointwise"},
                 {1, 1024, "Conv2d_13_depthwise", "Conv2d_13_pointwise"}};
    for (const auto& pair : pairs) {
      x = separable_conv2d(none, {3, 3}, pair.depthwise, stride = pair.stride)(x);
      x = conv2d(depth(pair.outputs), {1, 1}, pair.pointwise)(x);
    }
    return x;
  }
};

/// Returns logits [num_classes].
constexpr auto make_mobilenet_v1(double depth_multiplier = 1.0, int num_classes = 1001, double dropout_keep_prob = 0.999, int min_depth = 8) {
  const mobilenet_v1_pairs pairs{depth_multiplier, min_depth};
  return scope("MobilenetV1", conv2d(pairs.depth(32), {3, 3}, 2, "Conv2d_0") >> pairs
                           >> scope("Logits", global_avg_pool("AvgPool_1a") >> dropout(dropout_keep_prob, "Dropout_1b")
                                                  >> conv2d(num_classes, {1, 1}, "Conv2d_1c_1x1", activation_fn = none, normalizer_fn = none)
                                                  >> spatial_squeeze("SpatialSqueeze"))
                           >> aside(softmax("Predictions")));
}

inline constexpr auto mobilenet_v1 = mobilenet_v1_arg_scope()(make_mobilenet_v1());
inline constexpr auto mobilenet_v1_075 = mobilenet_v1_arg_scope()(make_mobilenet_v1(0.75));
inline constexpr auto mobilenet_v1_050 = mobilenet_v1_arg_scope()(make_mobilenet_v1(0.5));
inline constexpr auto mobilenet_v1_025 = mobilenet_v1_arg_scope()(make_mobilenet_v1(0.25));

}  // namespace slim::nets

#include "slim/core/end.hpp"
