#pragma once
#include "slim/core/begin.hpp"
// Inception, first version: Szegedy et al. 2014, "Going deeper with convolutions", as TF-Slim defines it, section 13.5. On [224, 224, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

/// Four branches of one input side by side: 1×1; 1×1 and 3×3; 1×1 and 3×3 (the paper has 5×5); a pool and 1×1.
struct inception_v1_block {
  int ones, reduced1, threes1, reduced2, threes2, pooled;
  const char* second = "Conv2d_0b_3x3";  // TF-Slim's name of the 3×3 convolution of branch 2

  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(concat(scope("Branch_0", conv2d(ones, {1, 1}, "Conv2d_0a_1x1")),
                                       scope("Branch_1", conv2d(reduced1, {1, 1}, "Conv2d_0a_1x1") >> conv2d(threes1, {3, 3}, "Conv2d_0b_3x3")),
                                       scope("Branch_2", conv2d(reduced2, {1, 1}, "Conv2d_0a_1x1") >> conv2d(threes2, {3, 3}, second)),
                                       scope("Branch_3", max_pool2d({3, 3}, 1, "MaxPool_0a_3x3") >> conv2d(pooled, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// Returns logits [num_classes].
constexpr auto make_inception_v1(int num_classes = 1001, double dropout_keep_prob = 0.8) {
  return scope("InceptionV1",
      arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.01))(arg_scope<conv2d, max_pool2d>(padding = SAME)(
             conv2d(64, {7, 7}, 2, "Conv2d_1a_7x7")
          >> max_pool2d({3, 3}, 2, "MaxPool_2a_3x3")
          >> conv2d(64, {1, 1}, "Conv2d_2b_1x1")
          >> conv2d(192, {3, 3}, "Conv2d_2c_3x3")
          >> max_pool2d({3, 3}, 2, "MaxPool_3a_3x3")
          >> scope("Mixed_3b", inception_v1_block{64, 96, 128, 16, 32, 32})
          >> scope("Mixed_3c", inception_v1_block{128, 128, 192, 32, 96, 64})
          >> max_pool2d({3, 3}, 2, "MaxPool_4a_3x3")
          >> scope("Mixed_4b", inception_v1_block{192, 96, 208, 16, 48, 64})
          >> scope("Mixed_4c", inception_v1_block{160, 112, 224, 24, 64, 64})
          >> scope("Mixed_4d", inception_v1_block{128, 128, 256, 24, 64, 64})
          >> scope("Mixed_4e", inception_v1_block{112, 144, 288, 32, 64, 64})
          >> scope("Mixed_4f", inception_v1_block{256, 160, 320, 32, 128, 128})
          >> max_pool2d({2, 2}, 2, "MaxPool_5a_2x2")
          >> scope("Mixed_5b", inception_v1_block{256, 160, 320, 32, 128, 128, "Conv2d_0a_3x3"})
          >> scope("Mixed_5c", inception_v1_block{384, 192, 384, 48, 128, 128})))
      >> scope("Logits", avg_pool2d({7, 7}, 1, "AvgPool_0a_7x7") >> dropout(dropout_keep_prob, "Dropout_0b")
                             >> conv2d(num_classes, {1, 1}, "Conv2d_0c_1x1", activation_fn = none, normalizer_fn = none)
                             >> spatial_squeeze("SpatialSqueeze"))
      >> aside(softmax("Predictions")));
}

inline constexpr auto inception_v1 = inception_arg_scope()(make_inception_v1());

}  // namespace slim::nets

#include "slim/core/end.hpp"
