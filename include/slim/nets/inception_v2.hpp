#pragma once
#include "slim/core/begin.hpp"
// Inception, second version: Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training", as TF-Slim defines it, section 13.5.
// On [224, 224, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

struct inception_v2_options {
  const char* final_endpoint = nullptr;  // "Conv2d_1a_7x7" … "Mixed_5c": the base alone, up to there
  int min_depth = 16;                    // of what depth_multiplier makes narrower
  double depth_multiplier = 1.0;         // times the channels of all layers
  bool use_separable_conv = true;        // Conv2d_1a_7x7
  bool include_root_block = true;        // false: the input is what Mixed_3b reads
  bool global_pool = false;              // the mean over any extent in place of a pool of 7×7, or of the map where that is smaller
  double dropout_keep_prob = 0.8;
  bool spatial_squeeze = true;                  // false: logits [height, width, num_classes]
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// 1×1; 1×1 and 3×3; 1×1 and two 3×3; the mean, or the largest, and 1×1.
struct inception_v2_block {
  detail::depths depth;
  int ones, reduced1, threes1, reduced2, threes2, pooled;
  bool largest = false;

  constexpr tensor operator()(const tensor& x) const {
    const auto reduce = arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.09)),
               project = arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.1));
    const auto pool = [this](const tensor& y) { return largest ? max_pool2d({3, 3}, 1, "MaxPool_0a_3x3")(y) : avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3")(y); };
    return collect_named_output(
        concat(scope("Branch_0", conv2d(depth(ones), {1, 1}, "Conv2d_0a_1x1")),
               scope("Branch_1", reduce(conv2d(depth(reduced1), {1, 1}, "Conv2d_0a_1x1")) >> conv2d(depth(threes1), {3, 3}, "Conv2d_0b_3x3")),
               scope("Branch_2", reduce(conv2d(depth(reduced2), {1, 1}, "Conv2d_0a_1x1")) >> conv2d(depth(threes2), {3, 3}, "Conv2d_0b_3x3") >>
                                     conv2d(depth(threes2), {3, 3}, "Conv2d_0c_3x3")),
               scope("Branch_3", pool >> project(conv2d(depth(pooled), {1, 1}, "Conv2d_0b_1x1"))))(x));
  }
};

/// Half of the extent: 1×1 and 3×3 with stride 2; 1×1, 3×3 and 3×3 with stride 2; the largest of each window.
struct inception_v2_reduction {
  detail::depths depth;
  int reduced0, threes0, reduced1, threes1;

  constexpr tensor operator()(const tensor& x) const {
    const auto reduce = arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.09));
    return collect_named_output(
        concat(scope("Branch_0", reduce(conv2d(depth(reduced0), {1, 1}, "Conv2d_0a_1x1")) >> conv2d(depth(threes0), {3, 3}, 2, "Conv2d_1a_3x3")),
               scope("Branch_1", reduce(conv2d(depth(reduced1), {1, 1}, "Conv2d_0a_1x1")) >> conv2d(depth(threes1), {3, 3}, "Conv2d_0b_3x3") >>
                                     conv2d(depth(threes1), {3, 3}, 2, "Conv2d_1a_3x3")),
               scope("Branch_2", max_pool2d({3, 3}, 2, "MaxPool_1a_3x3")))(x));
  }
};

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [1, 1, 1024].
constexpr auto make_inception_v2(int num_classes = 1001, const inception_v2_options& options = {}) {
  const detail::depths depth{options.depth_multiplier, options.min_depth};
  const int third = depth(64) / 3, kernels = third < 8 ? third : 8;  // of each channel of the image
  const auto wide = arg_scope<conv2d, separable_conv2d>(weights_initializer = truncated_normal(0.0, 1.0), stride = 2);
  const auto base =
      depth.checked() >>
      published(arg_scope<conv2d, max_pool2d, avg_pool2d>(padding = SAME))(
          detail::only_if(
              options.include_root_block,
              detail::only_if(options.use_separable_conv, wide(separable_conv2d(depth(64), {7, 7}, "Conv2d_1a_7x7", slim::depth_multiplier = kernels))) >>
                  detail::only_if(!options.use_separable_conv, wide(conv2d(depth(64), {7, 7}, "Conv2d_1a_7x7"))) >> max_pool2d({3, 3}, 2, "MaxPool_2a_3x3") >>
                  conv2d(depth(64), {1, 1}, "Conv2d_2b_1x1", weights_initializer = truncated_normal(0.0, 0.1)) >> conv2d(depth(192), {3, 3}, "Conv2d_2c_3x3") >>
                  max_pool2d({3, 3}, 2, "MaxPool_3a_3x3")) >>
          scope("Mixed_3b", inception_v2_block{depth, 64, 64, 64, 64, 96, 32}) >> scope("Mixed_3c", inception_v2_block{depth, 64, 64, 96, 64, 96, 64}) >>
          scope("Mixed_4a", inception_v2_reduction{depth, 128, 160, 64, 96}) >> scope("Mixed_4b", inception_v2_block{depth, 224, 64, 96, 96, 128, 128}) >>
          scope("Mixed_4c", inception_v2_block{depth, 192, 96, 128, 96, 128, 128}) >>
          scope("Mixed_4d", inception_v2_block{depth, 160, 128, 160, 128, 160, 96}) >>
          scope("Mixed_4e", inception_v2_block{depth, 96, 128, 192, 160, 192, 96}) >> scope("Mixed_5a", inception_v2_reduction{depth, 128, 192, 192, 256}) >>
          scope("Mixed_5b", inception_v2_block{depth, 352, 192, 320, 160, 224, 128}) >>
          scope("Mixed_5c", inception_v2_block{depth, 352, 192, 320, 192, 224, 128, true}));
  return scope("InceptionV2", detail::network_of(options, base,
                                                 detail::pooled_head(num_classes, options, {"AvgPool_1a", "Dropout_1b", "PreLogits", "Conv2d_1c_1x1"},
                                                                     detail::reduced_avg_pool{{7, 7}})));
}

inline constexpr auto inception_v2 = inception_arg_scope()(make_inception_v2());

}  // namespace slim::nets

#include "slim/core/end.hpp"
