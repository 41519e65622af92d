#pragma once
#include "slim/core/begin.hpp"
// MobileNet, second version: Sandler et al. 2018, "MobileNetV2: inverted residuals and linear bottlenecks", as TF-Slim defines it, section 13.7. On
// [224, 224, channels] images, or any extent: a global pool comes before the logits.

#include "slim/nets/mobilenet.hpp"

namespace slim::nets {

/// Defaults of training: TF-Slim section 13.3, `training_scope`. There is no penalty on depthwise weights.
constexpr auto mobilenet_v2_arg_scope(double weight_decay = 0.00004, double stddev = 0.09, double dropout_keep_prob = 0.8, double batch_norm_decay = 0.997) {
  return detail::mobilenet_training_scope(relu6, weight_decay, stddev, dropout_keep_prob, batch_norm_decay);
}

/// Returns logits [num_classes]. End points layer_1 … layer_19.
constexpr auto make_mobilenet_v2(int num_classes = 1001, const mobilenet_options& options = {}) {
  constexpr struct {
    int expansion, outputs, stride, times;
  } stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 2, 3}, {6, 64, 2, 4}, {6, 96, 1, 3}, {6, 160, 2, 3}, {6, 320, 1, 1}};
  mobilenet<19> net{{{32, 3, 2}}, num_classes, options};
  int next = 1;
  for (const auto& stage : stages)
    for (int i = 0; i < stage.times; ++i)
      net.layers[next++] = {.outputs = stage.outputs, .kernel = 3, .stride = i == 0 ? stage.stride : 1, .expansion = static_cast<double>(stage.expansion)};
  net.layers[next] = {1280};
  return scope("MobilenetV2", net);
}

inline constexpr auto mobilenet_v2 = mobilenet_v2_arg_scope()(make_mobilenet_v2());
inline constexpr auto mobilenet_v2_140 = mobilenet_v2_arg_scope()(make_mobilenet_v2(1001, {.depth_multiplier = 1.4}));
inline constexpr auto mobilenet_v2_050 = mobilenet_v2_arg_scope()(make_mobilenet_v2(1001, {.depth_multiplier = 0.5, .finegrain_classification_mode = true}));
inline constexpr auto mobilenet_v2_035 = mobilenet_v2_arg_scope()(make_mobilenet_v2(1001, {.depth_multiplier = 0.35, .finegrain_classification_mode = true}));

}  // namespace slim::nets

#include "slim/core/end.hpp"
