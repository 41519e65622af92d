#pragma once
#include "slim/core/begin.hpp"
// MobileNet, first version: Howard et al. 2017, "MobileNets: efficient convolutional neural networks for mobile vision applications", as TF-Slim
// defines it, section 13.7. On [224, 224, channels] images or smaller ones; on any extent with global_pool.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

struct mobilenet_v1_arg_scope_options {
  double stddev = 0.09;               // of initial weights
  bool regularize_depthwise = false;  // false: the penalty is on the convolutions over channels only
  double batch_norm_decay = 0.9997, batch_norm_epsilon = 0.001;
  collection_list batch_norm_updates_collections = collection_list{"update_ops"};
  normalizer normalizer_fn = batch_norm;
};

/// Defaults of mobilenet_v1: TF-Slim section 13.3.
constexpr auto mobilenet_v1_arg_scope(double weight_decay = 0.00004, const mobilenet_v1_arg_scope_options& options = {}) {
  return published(arg_scope<conv2d, separable_conv2d>(weights_initializer = truncated_normal(0.0, options.stddev), activation_fn = relu6,
                                                       normalizer_fn = options.normalizer_fn) +
                   arg_scope<batch_norm>(decay = options.batch_norm_decay, epsilon = options.batch_norm_epsilon, center = true, scale = true,
                                         updates_collections = options.batch_norm_updates_collections) +
                   arg_scope<conv2d>(weights_regularizer = l2_regularizer(weight_decay)) +
                   arg_scope<separable_conv2d>(weights_regularizer = options.regularize_depthwise ? l2_regularizer(weight_decay) : stored_function()));
}

struct mobilenet_v1_options {
  double depth_multiplier = 1.0;         // of the channels of all layers
  int min_depth = 8;                     // of narrowed layers
  int output_stride = 0;                 // 8, 16 or 32: where strides reach it, they become rates. 0: never
  bool use_explicit_padding = false;     // borders that do not depend on the extent (padding FIXED)
  const char* final_endpoint = nullptr;  // "Conv2d_0", "Conv2d_1_depthwise", … "Conv2d_13_pointwise": the base alone, up to there
  bool global_pool = false;              // the mean over any extent in place of a pool of 7×7
  double dropout_keep_prob = 0.999;
  bool spatial_squeeze = true;                  // false: logits [height, width, num_classes]
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// A row of the table of layers: a convolution, or a depthwise one and one over channels.
struct mobilenet_v1_layer {
  int depth;
  int stride = 1;
  bool separable = true;
  int kernel = 3;
};

namespace detail {

// Conv2d_3, Conv2d_3_depthwise, Conv2d_3_pointwise: literals, see end_points.hpp.
#define SLIM_LAYER(number) {"Conv2d_" #number, "Conv2d_" #number "_depthwise", "Conv2d_" #number "_pointwise"}
inline constexpr const char* mobilenet_v1_scopes[32][3] = {
    SLIM_LAYER(0),  SLIM_LAYER(1),  SLIM_LAYER(2),  SLIM_LAYER(3),  SLIM_LAYER(4),  SLIM_LAYER(5),  SLIM_LAYER(6),  SLIM_LAYER(7),
    SLIM_LAYER(8),  SLIM_LAYER(9),  SLIM_LAYER(10), SLIM_LAYER(11), SLIM_LAYER(12), SLIM_LAYER(13), SLIM_LAYER(14), SLIM_LAYER(15),
    SLIM_LAYER(16), SLIM_LAYER(17), SLIM_LAYER(18), SLIM_LAYER(19), SLIM_LAYER(20), SLIM_LAYER(21), SLIM_LAYER(22), SLIM_LAYER(23),
    SLIM_LAYER(24), SLIM_LAYER(25), SLIM_LAYER(26), SLIM_LAYER(27), SLIM_LAYER(28), SLIM_LAYER(29), SLIM_LAYER(30), SLIM_LAYER(31)};
#undef SLIM_LAYER

template <std::size_t Layers>
struct mobilenet_v1_base {
  static_assert(Layers <= 32);
  mobilenet_v1_layer layers[Layers];
  mobilenet_v1_options options;

  constexpr tensor operator()(tensor x) const {
    const depths depth{options.depth_multiplier, options.min_depth};
    const padding_mode border = options.use_explicit_padding ? FIXED : SAME;
    const final_end_point last(options.final_endpoint, x);
    int reached = 1, apart = 1;
    for (std::size_t i = 0; i < Layers && !last.reached(); ++i) {
      const auto& [whole, depthwise, pointwise] = mobilenet_v1_scopes[i];
      const auto& [outputs, full_stride, separable, side] = layers[i];
      const bool dense = reached == options.output_stride;
      const int own_stride = dense ? 1 : full_stride, own_rate = dense ? apart : 1;
      (dense ? apart : reached) *= full_stride;
      const extent2 window = side;
      if (!separable) {
        x = conv2d(depth(outputs), window, own_stride, whole, padding = border, rate = own_rate)(x);
        continue;
      }
      x = separable_conv2d(none, window, depthwise, stride = own_stride, padding = border, rate = own_rate)(x);
      if (!last.reached()) x = conv2d(depth(outputs), {1, 1}, pointwise)(x);
    }
    return x;
  }
};

struct mobilenet_v1_pool {
  constexpr tensor operator()(const tensor& x) const {
    const extent2 window = reduced({7, 7}, x);
    return avg_pool2d({window.height, window.width}, "AvgPool_1a", padding = VALID)(x);
  }
};

}  // namespace detail

/// A network of these layers; TF-Slim's conv_defs. Returns logits [num_classes]; with num_classes = 0 the pooled features.
template <std::size_t Layers>
constexpr auto make_mobilenet_v1(const mobilenet_v1_layer (&layers)[Layers], int num_classes = 1001, const mobilenet_v1_options& options = {}) {
  detail::mobilenet_v1_base<Layers> base{{}, options};
  for (std::size_t i = 0; i < Layers; ++i) base.layers[i] = layers[i];
  const int strides = options.output_stride;
  const detail::number_must_be known_stride{"8, 16 or 32", strides == 0 || strides == 8 || strides == 16 || strides == 32, "output_stride",
                                            static_cast<double>(strides)};
  return scope("MobilenetV1", detail::depths{options.depth_multiplier, options.min_depth}.checked() >> known_stride >>
                                  detail::network_of(options, base,
                                                     detail::pooled_head(num_classes, options, {"AvgPool_1a", "Dropout_1b", nullptr, "Conv2d_1c_1x1"},
                                                                         detail::mobilenet_v1_pool{})));
}
/// The published network.
constexpr auto make_mobilenet_v1(int num_classes = 1001, const mobilenet_v1_options& options = {}) {
  return make_mobilenet_v1({{32, 2, false}, {64}, {128, 2}, {128}, {256, 2}, {256}, {512, 2}, {512}, {512}, {512}, {512}, {512}, {1024, 2}, {1024}},
                           num_classes, options);
}

inline constexpr auto mobilenet_v1 = mobilenet_v1_arg_scope()(make_mobilenet_v1());
inline constexpr auto mobilenet_v1_075 = mobilenet_v1_arg_scope()(make_mobilenet_v1(1001, {.depth_multiplier = 0.75}));
inline constexpr auto mobilenet_v1_050 = mobilenet_v1_arg_scope()(make_mobilenet_v1(1001, {.depth_multiplier = 0.5}));
inline constexpr auto mobilenet_v1_025 = mobilenet_v1_arg_scope()(make_mobilenet_v1(1001, {.depth_multiplier = 0.25}));

}  // namespace slim::nets

#include "slim/core/end.hpp"
