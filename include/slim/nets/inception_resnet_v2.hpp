#pragma once
#include "slim/core/begin.hpp"
// Inception-ResNet, second version: Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the impact of residual connections on learning", as
// TF-Slim defines it, section 13.5, without the auxiliary head. On [299, 299, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

/// Defaults of inception_resnet_v2: the penalty is on biases, too, and initial weights are Xavier's.
constexpr auto inception_resnet_v2_arg_scope(double weight_decay = 0.00004, double batch_norm_decay = 0.9997, double batch_norm_epsilon = 0.001) {
  return published(arg_scope<conv2d, fully_connected>(weights_regularizer = l2_regularizer(weight_decay), biases_regularizer = l2_regularizer(weight_decay))
       + arg_scope<conv2d>(activation_fn = relu, normalizer_fn = batch_norm)
       + arg_scope<batch_norm>(decay = batch_norm_decay, epsilon = batch_norm_epsilon));
}

namespace detail {
/// activation(x + scale · up), `up`: the branches side by side, brought to the channels of x by a 1×1 convolution.
template <class Branches>
constexpr tensor add_scaled(const tensor& x, const Branches& branches, double scale, bool activated) {
  const tensor y = x + scale * conv2d(x.channels(), {1, 1}, "Conv2d_1x1", normalizer_fn = none, activation_fn = none)(branches(x));
  return activated ? relu(y) : y;
}
}  // namespace detail

/// 35×35 cells. As the other two a layer to `repeat`, which names it.
struct block35 {
  using layer_type = block35;
  static constexpr const char* function_name = "block35";

  constexpr tensor operator()(const tensor& x) const {
    return detail::add_scaled(x, concat(scope("Branch_0", conv2d(32, {1, 1}, "Conv2d_1x1")), scope("Branch_1", conv2d(32, {1, 1}, "Conv2d_0a_1x1") >> conv2d(32, {3, 3}, "Conv2d_0b_3x3")),
                                        scope("Branch_2", conv2d(32, {1, 1}, "Conv2d_0a_1x1") >> conv2d(48, {3, 3}, "Conv2d_0b_3x3") >> conv2d(64, {3, 3}, "Conv2d_0c_3x3"))),
                              0.17, true);
  }
};

/// 17×17 cells.
struct block17 {
  using layer_type = block17;
  static constexpr const char* function_name = "block17";

  constexpr tensor operator()(const tensor& x) const {
    return detail::add_scaled(x, concat(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_1x1")),
                                        scope("Branch_1", conv2d(128, {1, 1}, "Conv2d_0a_1x1") >> conv2d(160, {1, 7}, "Conv2d_0b_1x7") >> conv2d(192, {7, 1}, "Conv2d_0c_7x1"))),
                              0.10, true);
  }
};

/// 8×8 cells.
struct block8 {
  using layer_type = block8;
  static constexpr const char* function_name = "block8";
  double scale = 0.20;
  bool activated = true;

  constexpr tensor operator()(const tensor& x) const {
    return detail::add_scaled(x, concat(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_1x1")),
                                        scope("Branch_1", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> conv2d(224, {1, 3}, "Conv2d_0b_1x3") >> conv2d(256, {3, 1}, "Conv2d_0c_3x1"))),
                              scale, activated);
  }
};

/// Returns logits [num_classes].
constexpr auto make_inception_resnet_v2(int num_classes = 1001, double dropout_keep_prob = 0.8) {
  return scope("InceptionResnetV2",
      arg_scope<conv2d, avg_pool2d>(padding = SAME)(
             detail::halving_conv2d(32, "Conv2d_1a_3x3") >> conv2d(32, {3, 3}, "Conv2d_2a_3x3", padding = VALID) >> conv2d(64, {3, 3}, "Conv2d_2b_3x3") >> detail::halving_pool("MaxPool_3a_3x3")
          >> conv2d(80, {1, 1}, "Conv2d_3b_1x1", padding = VALID) >> conv2d(192, {3, 3}, "Conv2d_4a_3x3", padding = VALID) >> detail::halving_pool("MaxPool_5a_3x3")
          >> scope("Mixed_5b", detail::mixed(scope("Branch_0", conv2d(96, {1, 1}, "Conv2d_1x1")), scope("Branch_1", conv2d(48, {1, 1}, "Conv2d_0a_1x1") >> conv2d(64, {5, 5}, "Conv2d_0b_5x5")),
                                     scope("Branch_2", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_0b_3x3") >> conv2d(96, {3, 3}, "Conv2d_0c_3x3")),
                                     scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(64, {1, 1}, "Conv2d_0b_1x1"))))
          >> repeat<10>(block35{})
          >> scope("Mixed_6a", detail::mixed(scope("Branch_0", detail::halving_conv2d(384, "Conv2d_1a_3x3")),
                                     scope("Branch_1", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> conv2d(256, {3, 3}, "Conv2d_0b_3x3") >> detail::halving_conv2d(384, "Conv2d_1a_3x3")),
                                     scope("Branch_2", detail::halving_pool("MaxPool_1a_3x3"))))
          >> repeat<20>(block17{})
          >> scope("Mixed_7a", detail::mixed(scope("Branch_0", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> detail::halving_conv2d(384, "Conv2d_1a_3x3")),
                                     scope("Branch_1", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> detail::halving_conv2d(288, "Conv2d_1a_3x3")),
                                     scope("Branch_2", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> conv2d(288, {3, 3}, "Conv2d_0b_3x3") >> detail::halving_conv2d(320, "Conv2d_1a_3x3")),
                                     scope("Branch_3", detail::halving_pool("MaxPool_1a_3x3"))))
          >> repeat<9>(block8{})
          >> scope("Block8", block8{1.0, false})
          >> conv2d(1536, {1, 1}, "Conv2d_7b_1x1"))
      >> scope("Logits", global_avg_pool("AvgPool_1a_8x8") >> flatten("PreLogitsFlatten") >> dropout(dropout_keep_prob, "Dropout")
                             >> fully_connected(num_classes, "Logits", activation_fn = none))
      >> aside(softmax("Predictions")));
}

inline constexpr auto inception_resnet_v2 = inception_resnet_v2_arg_scope()(make_inception_resnet_v2());

}  // namespace slim::nets

#include "slim/core/end.hpp"
