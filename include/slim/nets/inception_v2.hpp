#pragma once
#include "slim/core/begin.hpp"
// Inception, second version: Ioffe and Szegedy 2015, "Batch normalization: accelerating deep network training", as TF-Slim defines it, section 13.5.
// On [224, 224, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

/// 1×1; 1×1 and 3×3; 1×1 and two 3×3; the mean, or the largest, and 1×1.
struct inception_v2_block {
  int ones, reduced1, threes1, reduced2, threes2, pooled;
  bool largest = false;

  constexpr tensor operator()(const tensor& x) const {
    const auto reduce = arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.09)), project = arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.1));
    const auto pool = [this](const tensor& y) { return largest ? max_pool2d({3, 3}, 1, "MaxPool_0a_3x3")(y) : avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3")(y); };
    return collect_named_output(concat(scope("Branch_0", conv2d(ones, {1, 1}, "Conv2d_0a_1x1")),
                                       scope("Branch_1", reduce(conv2d(reduced1, {1, 1}, "Conv2d_0a_1x1")) >> conv2d(threes1, {3, 3}, "Conv2d_0b_3x3")),
                                       scope("Branch_2", reduce(conv2d(reduced2, {1, 1}, "Conv2d_0a_1x1")) >> conv2d(threes2, {3, 3}, "Conv2d_0b_3x3") >> conv2d(threes2, {3, 3}, "Conv2d_0c_3x3")),
                                       scope("Branch_3", pool >> project(conv2d(pooled, {1, 1}, "Conv2d_0b_1x1"))))(x));
  }
};

/// Half of the extent: 1×1 and 3×3 with stride 2; 1×1, 3×3 and 3×3 with stride 2; the largest of each window.
struct inception_v2_reduction {
  int reduced0, threes0, reduced1, threes1;

  constexpr tensor operator()(const tensor& x) const {
    const auto reduce = arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.09));
    return collect_named_output(concat(scope("Branch_0", reduce(conv2d(reduced0, {1, 1}, "Conv2d_0a_1x1")) >> conv2d(threes0, {3, 3}, 2, "Conv2d_1a_3x3")),
                                       scope("Branch_1", reduce(conv2d(reduced1, {1, 1}, "Conv2d_0a_1x1")) >> conv2d(threes1, {3, 3}, "Conv2d_0b_3x3") >> conv2d(threes1, {3, 3}, 2, "Conv2d_1a_3x3")),
                                       scope("Branch_2", max_pool2d({3, 3}, 2, "MaxPool_1a_3x3")))(x));
  }
};

/// Returns logits [num_classes]. The first convolution is a separable one with `min(64 / channels, 8)` kernels for each channel, eight for colours.
constexpr auto make_inception_v2(int num_classes = 1001, double dropout_keep_prob = 0.8) {
  const auto first = [](const tensor& x) {
    const int kernels = 64 / x.channels() < 8 ? 64 / x.channels() : 8;
    return separable_conv2d(64, {7, 7}, "Conv2d_1a_7x7", depth_multiplier = kernels, stride = 2, weights_initializer = truncated_normal(0.0, 1.0))(x);
  };
  return scope("InceptionV2",
      arg_scope<conv2d, max_pool2d, avg_pool2d>(padding = SAME)(
             first
          >> max_pool2d({3, 3}, 2, "MaxPool_2a_3x3")
          >> conv2d(64, {1, 1}, "Conv2d_2b_1x1", weights_initializer = truncated_normal(0.0, 0.1))
          >> conv2d(192, {3, 3}, "Conv2d_2c_3x3")
          >> max_pool2d({3, 3}, 2, "MaxPool_3a_3x3")
          >> scope("Mixed_3b", inception_v2_block{64, 64, 64, 64, 96, 32})
          >> scope("Mixed_3c", inception_v2_block{64, 64, 96, 64, 96, 64})
          >> scope("Mixed_4a", inception_v2_reduction{128, 160, 64, 96})
          >> scope("Mixed_4b", inception_v2_block{224, 64, 96, 96, 128, 128})
          >> scope("Mixed_4c", inception_v2_block{192, 96, 128, 96, 128, 128})
          >> scope("Mixed_4d", inception_v2_block{160, 128, 160, 128, 160, 96})
          >> scope("Mixed_4e", inception_v2_block{96, 128, 192, 160, 192, 96})
          >> scope("Mixed_5a", inception_v2_reduction{128, 192, 192, 256})
          >> scope("Mixed_5b", inception_v2_block{352, 192, 320, 160, 224, 128})
          >> scope("Mixed_5c", inception_v2_block{352, 192, 320, 192, 224, 128, true}))
      >> scope("Logits", avg_pool2d({7, 7}, 2, "AvgPool_1a_7x7") >> dropout(dropout_keep_prob, "Dropout_1b")
                             >> conv2d(num_classes, {1, 1}, "Conv2d_1c_1x1", activation_fn = none, normalizer_fn = none)
                             >> spatial_squeeze("SpatialSqueeze"))
      >> aside(softmax("Predictions")));
}

inline constexpr auto inception_v2 = inception_arg_scope()(make_inception_v2());

}  // namespace slim::nets

#include "slim/core/end.hpp"
