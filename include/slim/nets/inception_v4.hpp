#pragma once
#include "slim/core/begin.hpp"
// Inception, fourth version: Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the impact of residual connections on learning", as TF-Slim
// defines it, section 13.5. On [299, 299, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

struct inception_v4_options {
  const char* final_endpoint = nullptr;  // "Conv2d_1a_3x3" … "Mixed_7d": the base alone, up to there
  bool create_aux_logits = true;         // logits of Mixed_6h, too: losses::with_aux_logits
  double dropout_keep_prob = 0.8;
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// 35×35 cells.
struct inception_v4_a {
  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(concat(
        scope("Branch_0", conv2d(96, {1, 1}, "Conv2d_0a_1x1")), scope("Branch_1", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_0b_3x3")),
        scope("Branch_2", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_0b_3x3") >> conv2d(96, {3, 3}, "Conv2d_0c_3x3")),
        scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(96, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// 17×17 cells: rows and columns of seven.
struct inception_v4_b {
  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(
        concat(scope("Branch_0", conv2d(384, {1, 1}, "Conv2d_0a_1x1")),
               scope("Branch_1", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> conv2d(224, {1, 7}, "Conv2d_0b_1x7") >> conv2d(256, {7, 1}, "Conv2d_0c_7x1")),
               scope("Branch_2", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> conv2d(192, {7, 1}, "Conv2d_0b_7x1") >> conv2d(224, {1, 7}, "Conv2d_0c_1x7") >>
                                     conv2d(224, {7, 1}, "Conv2d_0d_7x1") >> conv2d(256, {1, 7}, "Conv2d_0e_1x7")),
               scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(128, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// 8×8 cells: rows beside columns of three.
struct inception_v4_c {
  constexpr tensor operator()(const tensor& x) const {
    return collect_named_output(
        concat(scope("Branch_0", conv2d(256, {1, 1}, "Conv2d_0a_1x1")),
               scope("Branch_1", conv2d(384, {1, 1}, "Conv2d_0a_1x1") >> concat(conv2d(256, {1, 3}, "Conv2d_0b_1x3"), conv2d(256, {3, 1}, "Conv2d_0c_3x1"))),
               scope("Branch_2", conv2d(384, {1, 1}, "Conv2d_0a_1x1") >> conv2d(448, {3, 1}, "Conv2d_0b_3x1") >> conv2d(512, {1, 3}, "Conv2d_0c_1x3") >>
                                     concat(conv2d(256, {1, 3}, "Conv2d_0d_1x3"), conv2d(256, {3, 1}, "Conv2d_0e_3x1"))),
               scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(256, {1, 1}, "Conv2d_0b_1x1")))(x));
  }
};

/// Logits of Mixed_6h: the second convolution takes the whole map.
struct inception_v4_aux_logits {
  int num_classes;

  constexpr tensor operator()(const tensor& x) const {
    const tensor y = (avg_pool2d({5, 5}, 3, "AvgPool_1a_5x5", padding = VALID) >> conv2d(128, {1, 1}, "Conv2d_1b_1x1"))(x);
    return (conv2d(768, {y.shape()[0], y.shape()[1]}, "Conv2d_2a", padding = VALID) >> flatten("Flatten") >>
            fully_connected(num_classes, "Aux_logits", activation_fn = none))(y);
  }
};

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [1, 1, 1536].
constexpr auto make_inception_v4(int num_classes = 1001, const inception_v4_options& options = {}) {
  const auto base = published(arg_scope<conv2d, avg_pool2d>(padding = SAME))(
      detail::halving_conv2d(32, "Conv2d_1a_3x3") >> conv2d(32, {3, 3}, "Conv2d_2a_3x3", padding = VALID) >> conv2d(64, {3, 3}, "Conv2d_2b_3x3") >>
      scope("Mixed_3a",
            detail::mixed(scope("Branch_0", detail::halving_pool("MaxPool_0a_3x3")), scope("Branch_1", detail::halving_conv2d(96, "Conv2d_0a_3x3")))) >>
      scope("Mixed_4a", detail::mixed(scope("Branch_0", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_1a_3x3", padding = VALID)),
                                      scope("Branch_1", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(64, {1, 7}, "Conv2d_0b_1x7") >>
                                                            conv2d(64, {7, 1}, "Conv2d_0c_7x1") >> conv2d(96, {3, 3}, "Conv2d_1a_3x3", padding = VALID)))) >>
      scope("Mixed_5a",
            detail::mixed(scope("Branch_0", detail::halving_conv2d(192, "Conv2d_1a_3x3")), scope("Branch_1", detail::halving_pool("MaxPool_1a_3x3")))) >>
      scope("Mixed_5b", inception_v4_a{}) >> scope("Mixed_5c", inception_v4_a{}) >> scope("Mixed_5d", inception_v4_a{}) >>
      scope("Mixed_5e", inception_v4_a{}) >>
      scope("Mixed_6a", detail::mixed(scope("Branch_0", detail::halving_conv2d(384, "Conv2d_1a_3x3")),
                                      scope("Branch_1", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> conv2d(224, {3, 3}, "Conv2d_0b_3x3") >>
                                                            detail::halving_conv2d(256, "Conv2d_1a_3x3")),
                                      scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3")))) >>
      scope("Mixed_6b", inception_v4_b{}) >> scope("Mixed_6c", inception_v4_b{}) >> scope("Mixed_6d", inception_v4_b{}) >>
      scope("Mixed_6e", inception_v4_b{}) >> scope("Mixed_6f", inception_v4_b{}) >> scope("Mixed_6g", inception_v4_b{}) >>
      scope("Mixed_6h", inception_v4_b{}) >>
      scope("Mixed_7a", detail::mixed(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> detail::halving_conv2d(192, "Conv2d_1a_3x3")),
                                      scope("Branch_1", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> conv2d(256, {1, 7}, "Conv2d_0b_1x7") >>
                                                            conv2d(320, {7, 1}, "Conv2d_0c_7x1") >> detail::halving_conv2d(320, "Conv2d_1a_3x3")),
                                      scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3")))) >>
      scope("Mixed_7b", inception_v4_c{}) >> scope("Mixed_7c", inception_v4_c{}) >> scope("Mixed_7d", inception_v4_c{}));
  const auto head = detail::only_if(options.create_aux_logits && num_classes != 0, detail::auxiliary("Mixed_6h", inception_v4_aux_logits{num_classes})) >>
                    detail::head_of_features(num_classes, options.prediction_fn, "AvgPool_1a",
                                             dropout(options.dropout_keep_prob, "Dropout_1b") >> flatten("PreLogitsFlatten"));
  return scope("InceptionV4", detail::network_of(options, base, head));
}

inline constexpr auto inception_v4 = inception_arg_scope()(make_inception_v4());

}  // namespace slim::nets

#include "slim/core/end.hpp"
