#pragma once
#include "slim/core/begin.hpp"
// Inception, third version: Szegedy et al. 2015, "Rethinking the Inception architecture for computer vision", as TF-Slim defines it, section 13.5. On [299,
// 299, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

struct inception_v3_options {
  const char* final_endpoint = nullptr;  // "Conv2d_1a_3x3" … "Mixed_7c": the base alone, up to there
  int min_depth = 16;                    // of what depth_multiplier makes narrower
  double depth_multiplier = 1.0;         // times the channels of all layers
  bool create_aux_logits = true;         // logits of Mixed_6e, too: losses::with_aux_logits
  bool global_pool = false;              // the mean over any extent in place of a pool of 8×8, or of the map where that is smaller
  double dropout_keep_prob = 0.8;
  bool spatial_squeeze = true;                  // false: logits [height, width, num_classes]
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// 35×35 cells: 1×1; 1×1 and 5×5; 1×1 and two 3×3; the mean and 1×1. Mixed_5c has other names of branch 1.
struct inception_v3_35 {
  detail::depths depth;
  int pooled;
  const char *reduce = "Conv2d_0a_1x1", *fives = "Conv2d_0b_5x5";

  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(concat(scope("Branch_0", conv2d(depth(64), {1, 1}, "Conv2d_0a_1x1")),
                                       scope("Branch_1", conv2d(depth(48), {1, 1}, reduce) >> conv2d(depth(64), {5, 5}, fives)),
                                       scope("Branch_2", conv2d(depth(64), {1, 1}, "Conv2d_0a_1x1") >> conv2d(depth(96), {3, 3}, "Conv2d_0b_3x3") >>
                                                             conv2d(depth(96), {3, 3}, "Conv2d_0c_3x3")),
                                       scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(depth(pooled), {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// 17×17 cells: 1×1; rows and columns of seven, once and twice; the mean and 1×1. `between`: channels between them.
struct inception_v3_17 {
  detail::depths depth;
  int between;

  constexpr tensor operator()(const tensor& x) const {
    const int outer = depth(192), inner = depth(between);
    return collect_named_output(
        concat(scope("Branch_0", conv2d(outer, {1, 1}, "Conv2d_0a_1x1")),
               scope("Branch_1", conv2d(inner, {1, 1}, "Conv2d_0a_1x1") >> conv2d(inner, {1, 7}, "Conv2d_0b_1x7") >> conv2d(outer, {7, 1}, "Conv2d_0c_7x1")),
               scope("Branch_2", conv2d(inner, {1, 1}, "Conv2d_0a_1x1") >> conv2d(inner, {7, 1}, "Conv2d_0b_7x1") >> conv2d(inner, {1, 7}, "Conv2d_0c_1x7") >>
                                     conv2d(inner, {7, 1}, "Conv2d_0d_7x1") >> conv2d(outer, {1, 7}, "Conv2d_0e_1x7")),
               scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(outer, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// 8×8 cells: 1×1; rows beside columns of three, after 1×1 and after 3×3; the mean and 1×1. `column`: TF-Slim's name of the columns of branch 1.
struct inception_v3_8 {
  detail::depths depth;
  const char* column;

  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(concat(scope("Branch_0", conv2d(depth(320), {1, 1}, "Conv2d_0a_1x1")),
                                       scope("Branch_1", conv2d(depth(384), {1, 1}, "Conv2d_0a_1x1") >>
                                                             concat(conv2d(depth(384), {1, 3}, "Conv2d_0b_1x3"), conv2d(depth(384), {3, 1}, column))),
                                       scope("Branch_2", conv2d(depth(448), {1, 1}, "Conv2d_0a_1x1") >> conv2d(depth(384), {3, 3}, "Conv2d_0b_3x3") >>
                                                             concat(conv2d(depth(384), {1, 3}, "Conv2d_0c_1x3"), conv2d(depth(384), {3, 1}, "Conv2d_0d_3x1"))),
                                       scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(depth(192), {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// Logits of Mixed_6e.
struct inception_v3_aux_logits {
  detail::depths depth;
  int num_classes;
  bool squeezed;

  constexpr tensor operator()(const tensor& x) const {
    const tensor y = (avg_pool2d({5, 5}, 3, "AvgPool_1a_5x5", padding = VALID) >> conv2d(depth(128), {1, 1}, "Conv2d_1b_1x1"))(x);
    const extent2 map = detail::reduced({5, 5}, y);
    return (conv2d(depth(768), {map.height, map.width}, detail::map_window_names[map.height - 1][map.width - 1], padding = VALID,
                   weights_initializer = truncated_normal(0.0, 0.01)) >>
            conv2d(num_classes, {1, 1}, "Conv2d_2b_1x1", activation_fn = none, normalizer_fn = none, weights_initializer = truncated_normal(0.0, 0.001)) >>
            detail::only_if(squeezed, spatial_squeeze("SpatialSqueeze")))(y);
  }
};

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [1, 1, 2048].
constexpr auto make_inception_v3(int num_classes = 1001, const inception_v3_options& options = {}) {
  const detail::depths depth{options.depth_multiplier, options.min_depth};
  const auto stem = published(arg_scope<conv2d, max_pool2d>(padding = VALID))(
      conv2d(depth(32), {3, 3}, 2, "Conv2d_1a_3x3") >> conv2d(depth(32), {3, 3}, "Conv2d_2a_3x3") >>
      conv2d(depth(64), {3, 3}, "Conv2d_2b_3x3", padding = SAME) >> max_pool2d({3, 3}, 2, "MaxPool_3a_3x3") >> conv2d(depth(80), {1, 1}, "Conv2d_3b_1x1") >>
      conv2d(depth(192), {3, 3}, "Conv2d_4a_3x3") >> max_pool2d({3, 3}, 2, "MaxPool_5a_3x3"));
  const auto to_17 = detail::mixed(scope("Branch_0", detail::halving_conv2d(depth(384), "Conv2d_1a_1x1")),
                                   scope("Branch_1", conv2d(depth(64), {1, 1}, "Conv2d_0a_1x1") >> conv2d(depth(96), {3, 3}, "Conv2d_0b_3x3") >>
                                                         detail::halving_conv2d(depth(96), "Conv2d_1a_1x1")),
                                   scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3")));
  const auto to_8 = detail::mixed(scope("Branch_0", conv2d(depth(192), {1, 1}, "Conv2d_0a_1x1") >> detail::halving_conv2d(depth(320), "Conv2d_1a_3x3")),
                                  scope("Branch_1", conv2d(depth(192), {1, 1}, "Conv2d_0a_1x1") >> conv2d(depth(192), {1, 7}, "Conv2d_0b_1x7") >>
                                                        conv2d(depth(192), {7, 1}, "Conv2d_0c_7x1") >> detail::halving_conv2d(depth(192), "Conv2d_1a_3x3")),
                                  scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3")));
  const auto base =
      depth.checked() >> stem >>
      published(arg_scope<conv2d, avg_pool2d>(padding = SAME))(
          scope("Mixed_5b", inception_v3_35{depth, 32}) >> scope("Mixed_5c", inception_v3_35{depth, 64, "Conv2d_0b_1x1", "Conv_1_0c_5x5"}) >>
          scope("Mixed_5d", inception_v3_35{depth, 64}) >> scope("Mixed_6a", to_17) >> scope("Mixed_6b", inception_v3_17{depth, 128}) >>
          scope("Mixed_6c", inception_v3_17{depth, 160}) >> scope("Mixed_6d", inception_v3_17{depth, 160}) >> scope("Mixed_6e", inception_v3_17{depth, 192}) >>
          scope("Mixed_7a", to_8) >> scope("Mixed_7b", inception_v3_8{depth, "Conv2d_0b_3x1"}) >> scope("Mixed_7c", inception_v3_8{depth, "Conv2d_0c_3x1"}));
  const auto head = detail::only_if(options.create_aux_logits && num_classes != 0,
                                    detail::auxiliary("Mixed_6e", inception_v3_aux_logits{depth, num_classes, options.spatial_squeeze})) >>
                    detail::pooled_head(num_classes, options, {"AvgPool_1a", "Dropout_1b", "PreLogits", "Conv2d_1c_1x1"}, detail::reduced_avg_pool{{8, 8}});
  return scope("InceptionV3", detail::network_of(options, base, head));
}

inline constexpr auto inception_v3 = inception_arg_scope()(make_inception_v3());

}  // namespace slim::nets

#include "slim/core/end.hpp"
