#pragma once
#include "slim/core/begin.hpp"
// Inception, third version: Szegedy et al. 2015, "Rethinking the Inception architecture for computer vision", as TF-Slim defines it, section 13.5,
// without the auxiliary head. On [299, 299, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

/// 35×35 cells: 1×1; 1×1 and 5×5; 1×1 and two 3×3; the mean and 1×1. Mixed_5c has other names of branch 1.
struct inception_v3_35 {
  int pooled;
  const char *reduce = "Conv2d_0a_1x1", *fives = "Conv2d_0b_5x5";

  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(concat(scope("Branch_0", conv2d(64, {1, 1}, "Conv2d_0a_1x1")), scope("Branch_1", conv2d(48, {1, 1}, reduce) >> conv2d(64, {5, 5}, fives)),
                                       scope("Branch_2", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_0b_3x3") >> conv2d(96, {3, 3}, "Conv2d_0c_3x3")),
                                       scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(pooled, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// 17×17 cells: 1×1; rows and columns of seven, once and twice; the mean and 1×1. `inner`: channels between them.
struct inception_v3_17 {
  int inner;

  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(
        concat(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_0a_1x1")),
               scope("Branch_1", conv2d(inner, {1, 1}, "Conv2d_0a_1x1") >> conv2d(inner, {1, 7}, "Conv2d_0b_1x7") >> conv2d(192, {7, 1}, "Conv2d_0c_7x1")),
               scope("Branch_2", conv2d(inner, {1, 1}, "Conv2d_0a_1x1") >> conv2d(inner, {7, 1}, "Conv2d_0b_7x1") >> conv2d(inner, {1, 7}, "Conv2d_0c_1x7")
                                     >> conv2d(inner, {7, 1}, "Conv2d_0d_7x1") >> conv2d(192, {1, 7}, "Conv2d_0e_1x7")),
               scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(192, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// 8×8 cells: 1×1; rows beside columns of three, after 1×1 and after 3×3; the mean and 1×1. `column`: TF-Slim's name of the columns of branch 1.
struct inception_v3_8 {
  const char* column;

  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(
        concat(scope("Branch_0", conv2d(320, {1, 1}, "Conv2d_0a_1x1")),
               scope("Branch_1", conv2d(384, {1, 1}, "Conv2d_0a_1x1") >> concat(conv2d(384, {1, 3}, "Conv2d_0b_1x3"), conv2d(384, {3, 1}, column))),
               scope("Branch_2", conv2d(448, {1, 1}, "Conv2d_0a_1x1") >> conv2d(384, {3, 3}, "Conv2d_0b_3x3")
                                     >> concat(conv2d(384, {1, 3}, "Conv2d_0c_1x3"), conv2d(384, {3, 1}, "Conv2d_0d_3x1"))),
               scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(192, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// Returns logits [num_classes].
constexpr auto make_inception_v3(int num_classes = 1001, double dropout_keep_prob = 0.8) {
  const auto stem = arg_scope<conv2d, max_pool2d>(padding = VALID)(
         conv2d(32, {3, 3}, 2, "Conv2d_1a_3x3") >> conv2d(32, {3, 3}, "Conv2d_2a_3x3") >> conv2d(64, {3, 3}, "Conv2d_2b_3x3", padding = SAME)
      >> max_pool2d({3, 3}, 2, "MaxPool_3a_3x3") >> conv2d(80, {1, 1}, "Conv2d_3b_1x1") >> conv2d(192, {3, 3}, "Conv2d_4a_3x3") >> max_pool2d({3, 3}, 2, "MaxPool_5a_3x3"));
  const auto to_17 = detail::mixed(scope("Branch_0", detail::halving_conv2d(384, "Conv2d_1a_1x1")),
                                   scope("Branch_1", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_0b_3x3") >> detail::halving_conv2d(96, "Conv2d_1a_1x1")),
                                   scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3")));
  const auto to_8 = detail::mixed(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> detail::halving_conv2d(320, "Conv2d_1a_3x3")),
                                  scope("Branch_1", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> conv2d(192, {1, 7}, "Conv2d_0b_1x7") >> conv2d(192, {7, 1}, "Conv2d_0c_7x1")
                                                        >> detail::halving_conv2d(192, "Conv2d_1a_3x3")),
                                  scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3")));
  return scope("InceptionV3", stem
      >> arg_scope<conv2d, avg_pool2d>(padding = SAME)(
             scope("Mixed_5b", inception_v3_35{32})
          >> scope("Mixed_5c", inception_v3_35{64, "Conv2d_0b_1x1", "Conv_1_0c_5x5"})
          >> scope("Mixed_5d", inception_v3_35{64})
          >> scope("Mixed_6a", to_17)
          >> scope("Mixed_6b", inception_v3_17{128})
          >> scope("Mixed_6c", inception_v3_17{160})
          >> scope("Mixed_6d", inception_v3_17{160})
          >> scope("Mixed_6e", inception_v3_17{192})
          >> scope("Mixed_7a", to_8)
          >> scope("Mixed_7b", inception_v3_8{"Conv2d_0b_3x1"})
          >> scope("Mixed_7c", inception_v3_8{"Conv2d_0c_3x1"}))
      >> scope("Logits", avg_pool2d({8, 8}, 1, "AvgPool_1a_8x8") >> dropout(dropout_keep_prob, "Dropout_1b")
                             >> conv2d(num_classes, {1, 1}, "Conv2d_1c_1x1", activation_fn = none, normalizer_fn = none)
                             >> spatial_squeeze("SpatialSqueeze"))
      >> aside(softmax("Predictions")));
}

inline constexpr auto inception_v3 = inception_arg_scope()(make_inception_v3());

}  // namespace slim::nets

#include "slim/core/end.hpp"
