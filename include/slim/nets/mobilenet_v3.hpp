#pragma once
#include "slim/core/begin.hpp"
// MobileNet, third version: Howard et al. 2019, "Searching for MobileNetV3", and the networks for Edge TPUs that came of it, as TF-Slim defines them, section
// 13.7. On [224, 224, channels] images, or any extent.

#include "slim/nets/mobilenet.hpp"

namespace slim::nets {

/// Defaults of training: TF-Slim section 13.3, `training_scope`. There is no penalty on depthwise weights.
constexpr auto mobilenet_v3_arg_scope(double weight_decay = 0.00004, double stddev = 0.09, double dropout_keep_prob = 0.8, double batch_norm_decay = 0.997) {
  return detail::mobilenet_training_scope(relu, weight_decay, stddev, dropout_keep_prob, batch_norm_decay);
}

namespace detail {

/// A row of the published tables: S has squeeze-excite, H hard-swish.
struct mobilenet_v3_row {
  double expansion;
  int outputs, kernel, stride;
  bool s = false, h = false;
};

/// A first convolution, the rows, a convolution of `wide` channels, the mean of the image and a layer of `last` units without normalization. `minimalistic`:
/// windows of 3×3 and relu alone.
/// `halved`: layers with this number and higher ones, but the last, have half of the outputs.
template <std::size_t Rows>
constexpr mobilenet<Rows + 4> mobilenet_v3_layers(const mobilenet_v3_row (&rows)[Rows], int wide, int last, bool minimalistic, int halved, int num_classes,
                                                  const mobilenet_options& options) {
  mobilenet<Rows + 4> net{{{.outputs = 16, .kernel = 3, .stride = 2, .hard_swish = !minimalistic}}, num_classes, options};
  for (std::size_t i = 0; i < Rows; ++i) {
    const mobilenet_v3_row& row = rows[i];
    net.layers[i + 1] = {.outputs = row.outputs,
                         .kernel = minimalistic ? 3 : row.kernel,
                         .stride = row.stride,
                         .expansion = row.expansion,
                         .hard_swish = row.h && !minimalistic,
                         .squeeze_excite = row.s && !minimalistic};
  }
  net.layers[Rows + 1] = {.outputs = wide, .hard_swish = !minimalistic};
  for (std::size_t i = static_cast<std::size_t>(halved); i <= Rows + 1; ++i) net.layers[i].outputs /= 2;
  net.layers[Rows + 3] = {.outputs = last, .hard_swish = !minimalistic, .normalized = false};
  return net;
}
inline constexpr int none_halved = 1000;

constexpr auto mobilenet_v3_large_layers(bool minimalistic, int halved, int num_classes, const mobilenet_options& options) {
  return mobilenet_v3_layers({{1, 16, 3, 1},
                              {4, 24, 3, 2},
                              {3, 24, 3, 1},
                              {3, 40, 5, 2, true},
                              {3, 40, 5, 1, true},
                              {3, 40, 5, 1, true},
                              {6, 80, 3, 2, false, true},
                              {2.5, 80, 3, 1, false, true},
                              {184 / 80.0, 80, 3, 1, false, true},
                              {184 / 80.0, 80, 3, 1, false, true},
                              {6, 112, 3, 1, true, true},
                              {6, 112, 3, 1, true, true},
                              {6, 160, 5, 2, true, true},
                              {6, 160, 5, 1, true, true},
                              {6, 160, 5, 1, true, true}},
                             960, 1280, minimalistic, halved, num_classes, options);
}
constexpr auto mobilenet_v3_small_layers(bool minimalistic, int halved, int num_classes, const mobilenet_options& options) {
  return mobilenet_v3_layers({{1, 16, 3, 2, true},
                              {72 / 16.0, 24, 3, 2},
                              {88 / 24.0, 24, 3, 1},
                              {4, 40, 5, 2, true, true},
                              {6, 40, 5, 1, true, true},
                              {6, 40, 5, 1, true, true},
                              {3, 48, 5, 1, true, true},
                              {3, 48, 5, 1, true, true},
                              {6, 96, 5, 2, true, true},
                              {6, 96, 5, 1, true, true},
                              {6, 96, 5, 1, true, true}},
                             576, 1024, minimalistic, halved, num_classes, options);
}

}  // namespace detail

/// These return logits [num_classes]. End points layer_1, layer_2, …, of inverted residuals also layer_k/expansion_output, /depthwise_output and /output.
constexpr auto make_mobilenet_v3_large(int num_classes = 1001, const mobilenet_options& options = {}) {
  return scope("MobilenetV3", detail::mobilenet_v3_large_layers(false, detail::none_halved, num_classes, options));
}
constexpr auto make_mobilenet_v3_small(int num_classes = 1001, const mobilenet_options& options = {}) {
  return scope("MobilenetV3", detail::mobilenet_v3_small_layers(false, detail::none_halved, num_classes, options));
}
/// Without squeeze-excite, hard-swish and windows of 5×5.
constexpr auto make_mobilenet_v3_large_minimalistic(int num_classes = 1001, const mobilenet_options& options = {}) {
  return scope("MobilenetV3", detail::mobilenet_v3_large_layers(true, detail::none_halved, num_classes, options));
}
constexpr auto make_mobilenet_v3_small_minimalistic(int num_classes = 1001, const mobilenet_options& options = {}) {
  return scope("MobilenetV3", detail::mobilenet_v3_small_layers(true, detail::none_halved, num_classes, options));
}
/// What detectors are built on: the last layers have half of the outputs.
constexpr auto make_mobilenet_v3_large_detection(int num_classes = 1001, const mobilenet_options& options = {}) {
  return scope("MobilenetV3", detail::mobilenet_v3_large_layers(false, 13, num_classes, options));
}
constexpr auto make_mobilenet_v3_small_detection(int num_classes = 1001, const mobilenet_options& options = {}) {
  return scope("MobilenetV3", detail::mobilenet_v3_small_layers(false, 9, num_classes, options));
}

/// Full convolutions of 3×3 in place of the first expansions and depthwise ones.
constexpr auto make_mobilenet_edgetpu(int num_classes = 1001, const mobilenet_options& options = {}) {
  constexpr struct {
    bool fused;
    double expansion;
    int outputs, kernel, stride, times;
    bool residual = true;
  } stages[] = {{true, 1, 16, 3, 1, 1},  {true, 8, 32, 3, 2, 1},   {true, 4, 32, 3, 1, 3},   {true, 8, 48, 3, 2, 1},
                {true, 4, 48, 3, 1, 3},  {false, 8, 96, 3, 2, 1},  {false, 4, 96, 3, 1, 3},  {false, 8, 96, 3, 1, 1, false},
                {false, 4, 96, 3, 1, 3}, {false, 8, 160, 5, 2, 1}, {false, 4, 160, 5, 1, 3}, {false, 8, 192, 3, 1, 1}};
  mobilenet<24> net{{{32, 3, 2}}, num_classes, options};
  int next = 1;
  for (const auto& stage : stages)
    for (int i = 0; i < stage.times; ++i)
      net.layers[next++] = {.outputs = stage.outputs,
                            .kernel = stage.kernel,
                            .stride = stage.stride,
                            .expansion = stage.expansion,
                            .fused = stage.fused,
                            .residual = stage.residual};
  net.layers[next] = {1280};
  return scope("MobilenetEdgeTPU", net);
}

inline constexpr auto mobilenet_v3_large = mobilenet_v3_arg_scope()(make_mobilenet_v3_large());
inline constexpr auto mobilenet_v3_small = mobilenet_v3_arg_scope()(make_mobilenet_v3_small());
inline constexpr auto mobilenet_v3_large_minimalistic = mobilenet_v3_arg_scope()(make_mobilenet_v3_large_minimalistic());
inline constexpr auto mobilenet_v3_small_minimalistic = mobilenet_v3_arg_scope()(make_mobilenet_v3_small_minimalistic());
inline constexpr auto mobilenet_edgetpu = mobilenet_v3_arg_scope()(make_mobilenet_edgetpu());
inline constexpr auto mobilenet_edgetpu_075 =
    mobilenet_v3_arg_scope()(make_mobilenet_edgetpu(1001, {.depth_multiplier = 0.75, .finegrain_classification_mode = true}));

}  // namespace slim::nets

#include "slim/core/end.hpp"
