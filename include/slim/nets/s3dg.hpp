#pragma once
#include "slim/core/begin.hpp"
// S3D-G: Xie et al. 2017, "Rethinking spatiotemporal feature learning for video understanding", as TF-Slim defines it, section 13.8: Inception v1 for videos
// [frames, height, width, channels], whose convolutions are one over each frame and one along the time, and whose channels are gated. On [64, 224, 224, 3], or
// any extent.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

// clang-format off
struct separable_keyword : keyword<separable_keyword, bool> { static constexpr const char* name = "separable"; using keyword::operator=; };
inline constexpr separable_keyword separable;
// clang-format on

/// The identity at the middle one of the taps [taps, 1, 1, channels, channels]: a convolution along the time that changes nothing at first.
constexpr initializer center_initializer() { return {distribution::center, 1.0}; }

/// conv3d, or with `separable` a convolution of each frame, whose weights, biases or normalizer are its own, and behind its activation another along the time
/// without normalizer, in the scope
/// `temporal` inside. The kernel along the time is odd then; at 1 there is nothing to separate.
/// Call: conv3d_spatiotemporal(num_outputs, kernel_size[, stride][, "scope"][, keyword = value ...]).
struct conv3d_spatiotemporal_layer : kernel_layer<conv3d_spatiotemporal_layer, whole_extents> {
  static constexpr const char* function_name = "conv3d_spatiotemporal";
  static constexpr const char* default_scope = "Conv";
  static constexpr auto defaults = arguments_of(num_outputs = 0, kernel_size = 1, stride = 1, padding = SAME, activation_fn = none, normalizer_fn = none,
                                                normalizer_params = parameter_list{}, weights_regularizer = none, separable = false);

  static constexpr tensor apply(const tensor& x, const arguments<conv3d_spatiotemporal_layer>& with) {
    tracer& trace = *x.trace;
    const auto kernel = axes_of<3>(trace, with, kernel_size), strides = axes_of<3>(trace, with, stride);
    const bool parts = with[separable] && kernel[0] != 1;
    if (parts && kernel[0] % 2 == 0) trace.fail_number("kernel_size", kernel[0], "odd along the time");
    const auto spatial = [&](const auto&... given) {
      const argument_base* const call[] = {&given...};
      return run_layer<conv3d_layer>(x, call, sizeof...(given));
    };
    const tensor y =
        spatial(num_outputs = with[num_outputs], kernel_size = whole_extents(parts ? 1 : kernel[0], kernel[1], kernel[2]),
                stride = whole_extents(parts ? 1 : strides[0], strides[1], strides[2]), padding = with[padding], activation_fn = with[activation_fn],
                normalizer_fn = with[normalizer_fn], normalizer_params = with[normalizer_params], weights_regularizer = with[weights_regularizer]);
    if (!parts) return y;
    return conv3d(with[num_outputs], whole_extents(kernel[0], 1, 1), whole_extents(strides[0], 1, 1), "temporal", padding = with[padding],
                  activation_fn = with[activation_fn], normalizer_fn = none, weights_initializer = center_initializer())(y);
  }
};
inline constexpr conv3d_spatiotemporal_layer conv3d_spatiotemporal;

struct i3d_arg_scope_options {
  double batch_norm_decay = 0.999, batch_norm_epsilon = 0.001;
  bool use_renorm = false;        // batch renormalization
  bool separable_conv3d = false;  // what is done along the time apart from what is done over each frame
};
/// Defaults of both networks; averages of batch normalization are in the collection `moving_vars`.
constexpr auto i3d_arg_scope(double weight_decay = 1e-7, const i3d_arg_scope_options& options = {}) {
  return published(
      arg_scope<conv3d, conv3d_spatiotemporal>(weights_regularizer = l2_regularizer(weight_decay), activation_fn = relu, normalizer_fn = batch_norm) +
      arg_scope<batch_norm>(decay = options.batch_norm_decay, epsilon = options.batch_norm_epsilon, fused = false, renorm = options.use_renorm,
                            variables_collections = {{"moving_mean", "moving_vars"}, {"moving_variance", "moving_vars"}}) +
      arg_scope<conv3d_spatiotemporal>(separable = options.separable_conv3d));
}
constexpr auto s3dg_arg_scope(double weight_decay = 1e-7, double batch_norm_decay = 0.999, double batch_norm_epsilon = 0.001) {
  return i3d_arg_scope(weight_decay, {.batch_norm_decay = batch_norm_decay, .batch_norm_epsilon = batch_norm_epsilon, .separable_conv3d = true});
}

/// x times a gate for each channel, which a product with the mean of x over time and image opens: the end point of the open scope.
struct self_gating {
  constexpr tensor operator()(const tensor& x) const {
    const slim::shape s = x.shape();
    if (s.rank != 4) return x;  // the convolution in front has said so
    const tensor weights = scope("self_gating", avg_pool3d(whole_extents(s[0], s[1], s[2]), 1, "avg_pool3d") >>
                                                    conv3d(s[3], 1, "transformer_W", activation_fn = none, normalizer_fn = none, biases_initializer = none,
                                                           weights_initializer = truncated_normal(0.0, 0.01)))(x);
    return collect_named_output(sigmoid(weights) * x);
  }
};

/// The block of Inception v1 in three dimensions.
struct inception_block_v1_3d {
  int ones, reduced1, threes1, reduced2, threes2, pooled;
  int temporal_kernel_size;
  bool gated;

  constexpr tensor operator()(const tensor& x) const {
    const auto gate = [this](const char* name) { return detail::only_if(gated, scope(name, self_gating{})); };
    const whole_extents kernel(temporal_kernel_size, 3, 3);
    return collect_named_output(
        concat(scope("Branch_0", conv3d(ones, 1, "Conv2d_0a_1x1") >> gate("Conv2d_0a_1x1")),
               scope("Branch_1", conv3d(reduced1, 1, "Conv2d_0a_1x1") >> conv3d_spatiotemporal(threes1, kernel, "Conv2d_0b_3x3") >> gate("Conv2d_0b_3x3")),
               scope("Branch_2", conv3d(reduced2, 1, "Conv2d_0a_1x1") >> conv3d_spatiotemporal(threes2, kernel, "Conv2d_0b_3x3") >> gate("Conv2d_0b_3x3")),
               scope("Branch_3", max_pool3d(3, 1, "MaxPool_0a_3x3") >> conv3d(pooled, 1, "Conv2d_0b_1x1") >> gate("Conv2d_0b_1x1")))(x));
  }
};

struct s3dg_options {
  const char* final_endpoint = nullptr;                 // "Conv2d_1a_7x7" … "Mixed_5c": the base alone, up to there
  int first_temporal_kernel_size = 3;                   // of Conv2d_1a_7x7: 1, 3, 5 or 7
  const char* temporal_conv_startat = "Conv2d_2c_3x3";  // from this block on convolutions reach over 3 frames; null: nowhere
  const char* gating_startat = "Conv2d_2c_3x3";         // from this block on channels are gated; null: nowhere
  double depth_multiplier = 1.0;                        // of all channels, which are at least min_depth
  int min_depth = 16;
  double dropout_keep_prob = 0.8;
  bool spatial_squeeze = true;                  // false: logits [height, width, num_classes]
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

namespace detail {

/// Of what s3dg_options name a block: from which of them on.
constexpr int first_block(const char* startat) {
  constexpr const char* blocks[] = {"Conv2d_2c_3x3", "Mixed_3b", "Mixed_3c", "Mixed_4b", "Mixed_4c",
                                    "Mixed_4d",      "Mixed_4e", "Mixed_4f", "Mixed_5b", "Mixed_5c"};
  int i = 0;
  while (i < 10 && (startat == nullptr || !equal(blocks[i], startat))) ++i;
  return startat == nullptr ? 10 : i < 10 ? i : -1;
}
struct block_is_known {
  const char* option;
  const char* name;

  constexpr tensor operator()(const tensor& x) const {
    if (first_block(name) < 0)
      x.trace->fail(graph::rule::number_wrong, {}, {}, option), x.trace->g.error.layer_kind = "Conv2d_2c_3x3, Mixed_3b ... Mixed_5c or null";
    return x;
  }
};

/// A pool of two frames and of the image, no larger than they are; dropout; logits of each frame that is left, and their mean.
struct video_head {
  int num_classes;
  double dropout_keep_prob;
  bool spatial_squeeze;
  prediction_function prediction_fn;

  constexpr tensor operator()(const tensor& x) const {
    const slim::shape s = x.shape();
    if (s.rank != 4) return x;
    const auto reduced = [&](int axis, int window) { return s[axis] < window ? s[axis] : window; };
    const tensor pooled = scope("Logits", avg_pool3d(whole_extents(reduced(0, 2), reduced(1, 7), reduced(2, 7)), 1, "AvgPool_0a_7x7"))(x);
    if (num_classes == 0) return collected_as{"AvgPool_0a_7x7"}(pooled);
    const auto logits = dropout(dropout_keep_prob, "Dropout_0b") >> conv3d(num_classes, 1, "Conv2d_0c_1x1", activation_fn = none, normalizer_fn = none) >>
                        [](const tensor& y) { return reduce_mean(y, 0); } >> only_if(spatial_squeeze, slim::spatial_squeeze("SpatialSqueeze"));
    return with_predictions(collected_as{"Logits"}(scope("Logits", logits)(pooled)), prediction_fn);
  }
};

}  // namespace detail

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [frames, 1, 1, 1024].
constexpr auto make_s3dg(int num_classes = 1000, const s3dg_options& options = {}) {
  const detail::depths depth{options.depth_multiplier, options.min_depth};
  const int temporal = detail::first_block(options.temporal_conv_startat), gating = detail::first_block(options.gating_startat);
  const int taps = options.first_temporal_kernel_size;
  const auto frames = [=](int block) { return block >= temporal ? 3 : 1; };
  const auto mixed = [=](const char* name, int block, int ones, int reduced1, int threes1, int reduced2, int threes2, int pooled) {
    return scope(name, inception_block_v1_3d{depth(ones), depth(reduced1), depth(threes1), depth(reduced2), depth(threes2), depth(pooled), frames(block),
                                             block >= gating});
  };
  const auto second = [=](const tensor& x) {  // one part: final_endpoint is behind the gate
    return (conv3d_spatiotemporal(depth(192), whole_extents(frames(0), 3, 3), "Conv2d_2c_3x3") >>
            detail::only_if(gating <= 0, scope("Conv2d_2c_3x3", self_gating{})))(x);
  };
  const auto base = published(arg_scope<conv3d>(weights_initializer = truncated_normal(0.0, 0.01)) +
                              arg_scope<conv3d, max_pool3d, conv3d_spatiotemporal>(padding = SAME))(
      conv3d_spatiotemporal(depth(64), whole_extents(taps, 7, 7), 2, "Conv2d_1a_7x7", separable = false) >>
      max_pool3d({1, 3, 3}, {1, 2, 2}, "MaxPool_2a_3x3") >> conv3d(depth(64), 1, "Conv2d_2b_1x1") >> second >>
      max_pool3d({1, 3, 3}, {1, 2, 2}, "MaxPool_3a_3x3") >> mixed("Mixed_3b", 1, 64, 96, 128, 16, 32, 32) >> mixed("Mixed_3c", 2, 128, 128, 192, 32, 96, 64) >>
      max_pool3d(3, 2, "MaxPool_4a_3x3") >> mixed("Mixed_4b", 3, 192, 96, 208, 16, 48, 64) >> mixed("Mixed_4c", 4, 160, 112, 224, 24, 64, 64) >>
      mixed("Mixed_4d", 5, 128, 128, 256, 24, 64, 64) >> mixed("Mixed_4e", 6, 112, 144, 288, 32, 64, 64) >> mixed("Mixed_4f", 7, 256, 160, 320, 32, 128, 128) >>
      max_pool3d(2, 2, "MaxPool_5a_2x2") >> mixed("Mixed_5b", 8, 256, 160, 320, 32, 128, 128) >> mixed("Mixed_5c", 9, 384, 192, 384, 48, 128, 128));
  return scope(
      "InceptionV1",
      depth.checked() >>
          detail::number_must_be{"1, 3, 5 or 7", taps == 1 || taps == 3 || taps == 5 || taps == 7, "first_temporal_kernel_size", static_cast<double>(taps)} >>
          detail::block_is_known{"temporal_conv_startat", options.temporal_conv_startat} >> detail::block_is_known{"gating_startat", options.gating_startat} >>
          detail::network_of(options, base, detail::video_head{num_classes, options.dropout_keep_prob, options.spatial_squeeze, options.prediction_fn}));
}

inline constexpr auto s3dg = s3dg_arg_scope()(make_s3dg());

}  // namespace slim::nets

#include "slim/core/end.hpp"
