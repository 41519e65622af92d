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

struct inception_v1_options {
  const char* final_endpoint = nullptr;  // "Conv2d_1a_7x7" … "Mixed_5c": the base alone, up to there
  bool include_root_block = true;        // false: the input is what Mixed_3b reads
  bool global_pool = false;              // the mean over any extent in place of a pool of 7×7
  double dropout_keep_prob = 0.8;
  bool spatial_squeeze = true;                  // false: logits [height, width, num_classes]
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [1, 1, 1024].
constexpr auto make_inception_v1(int num_classes = 1001, const inception_v1_options& options = {}) {
  const auto base = published(arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.01)) + arg_scope<conv2d, max_pool2d>(padding = SAME))(
      detail::only_if(options.include_root_block, conv2d(64, {7, 7}, 2, "Conv2d_1a_7x7") >> max_pool2d({3, 3}, 2, "MaxPool_2a_3x3") >>
                                                      conv2d(64, {1, 1}, "Conv2d_2b_1x1") >> conv2d(192, {3, 3}, "Conv2d_2c_3x3") >>
                                                      max_pool2d({3, 3}, 2, "MaxPool_3a_3x3")) >>
      scope("Mixed_3b", inception_v1_block{64, 96, 128, 16, 32, 32}) >> scope("Mixed_3c", inception_v1_block{128, 128, 192, 32, 96, 64}) >>
      max_pool2d({3, 3}, 2, "MaxPool_4a_3x3") >> scope("Mixed_4b", inception_v1_block{192, 96, 208, 16, 48, 64}) >>
      scope("Mixed_4c", inception_v1_block{160, 112, 224, 24, 64, 64}) >> scope("Mixed_4d", inception_v1_block{128, 128, 256, 24, 64, 64}) >>
      scope("Mixed_4e", inception_v1_block{112, 144, 288, 32, 64, 64}) >> scope("Mixed_4f", inception_v1_block{256, 160, 320, 32, 128, 128}) >>
      max_pool2d({2, 2}, 2, "MaxPool_5a_2x2") >> scope("Mixed_5b", inception_v1_block{256, 160, 320, 32, 128, 128, "Conv2d_0a_3x3"}) >>
      scope("Mixed_5c", inception_v1_block{384, 192, 384, 48, 128, 128}));
  return scope("InceptionV1", detail::network_of(options, base,
                                                 detail::pooled_head(num_classes, options, {"AvgPool_0a_7x7", "Dropout_0b", nullptr, "Conv2d_0c_1x1"},
                                                                     avg_pool2d({7, 7}, 1, "AvgPool_0a_7x7"))));
}

inline constexpr auto inception_v1 = inception_arg_scope()(make_inception_v1());

}  // namespace slim::nets

#include "slim/core/end.hpp"
