#pragma once
#include "slim/core/begin.hpp"
// VGG: Simonyan & Zisserman 2014, as TF-Slim defines it, section 13.4. On [224, 224, channels] images; returns logits [num_classes].

#include "slim/nets/convolutional_classifier.hpp"

namespace slim::nets {

/// Defaults of vgg_a, vgg_16 and vgg_19: TF-Slim section 13.3.
constexpr auto vgg_arg_scope(double weight_decay = 0.0005) {
  return published(arg_scope<conv2d, fully_connected>(activation_fn = relu, weights_regularizer = l2_regularizer(weight_decay), biases_initializer = zeros) +
                   arg_scope<conv2d>(padding = SAME));
}

/// conv1 to pool5: five groups of 3×3 convolutions, N1 … N5 in number, each halved by a pool. [224, 224, c] -> [7, 7, 512].
template <int N1, int N2, int N3, int N4, int N5>
constexpr auto vgg_features() {
  return repeat<N1>(conv2d(64, {3, 3}), "conv1") >> max_pool2d({2, 2}, "pool1") >> repeat<N2>(conv2d(128, {3, 3}), "conv2") >> max_pool2d({2, 2}, "pool2") >>
         repeat<N3>(conv2d(256, {3, 3}), "conv3") >> max_pool2d({2, 2}, "pool3") >> repeat<N4>(conv2d(512, {3, 3}), "conv4") >> max_pool2d({2, 2}, "pool4") >>
         repeat<N5>(conv2d(512, {3, 3}), "conv5") >> max_pool2d({2, 2}, "pool5");
}

struct vgg_options {
  padding_mode fc_conv_padding = VALID;  // SAME: fc6 reads windows around each cell of pool5, so that images of 32 pixels and more have logits
  bool global_pool = false;              // true: logits of the mean of fc7, for images larger than the published ones
  double dropout_keep_prob = 0.5;
  bool spatial_squeeze = true;  // false: logits [height, width, num_classes]
};

namespace detail {
constexpr auto vgg_classifier(int num_classes, const vgg_options& options) {
  return convolutional_classifier(4096, {7, 7}, num_classes, {options.global_pool, options.dropout_keep_prob, options.spatial_squeeze},
                                  options.fc_conv_padding);
}
}  // namespace detail

constexpr auto make_vgg_a(int num_classes = 1000, const vgg_options& options = {}) {
  return scope("vgg_a", vgg_features<1, 1, 2, 2, 2>() >> detail::vgg_classifier(num_classes, options));
}
constexpr auto make_vgg_16(int num_classes = 1000, const vgg_options& options = {}) {
  return scope("vgg_16", vgg_features<2, 2, 3, 3, 3>() >> detail::vgg_classifier(num_classes, options));
}
constexpr auto make_vgg_19(int num_classes = 1000, const vgg_options& options = {}) {
  return scope("vgg_19", vgg_features<2, 2, 4, 4, 4>() >> detail::vgg_classifier(num_classes, options));
}
inline constexpr auto vgg_a = vgg_arg_scope()(make_vgg_a());    // configuration A
inline constexpr auto vgg_16 = vgg_arg_scope()(make_vgg_16());  // configuration D
inline constexpr auto vgg_19 = vgg_arg_scope()(make_vgg_19());  // configuration E

/// VGG-16 as TF-Slim's introduction writes it, ending in fully connected layers: the same names and numbers of parameters; the weights
/// of fc6 to fc8 have the shapes [inputs, outputs].
constexpr auto vgg_16_fully_connected_arg_scope(double weight_decay = 0.0005) {
  return arg_scope<conv2d, fully_connected>(activation_fn = relu, weights_initializer = truncated_normal(0.0, 0.01),
                                            weights_regularizer = l2_regularizer(weight_decay));
}
constexpr auto make_vgg_16_fully_connected(int num_classes = 1000, double dropout_keep_prob = 0.5) {
  return scope("vgg_16", vgg_features<2, 2, 3, 3, 3>() >> fully_connected(4096, "fc6") >> dropout(dropout_keep_prob, "dropout6") >>
                             fully_connected(4096, "fc7") >> dropout(dropout_keep_prob, "dropout7") >>
                             fully_connected(num_classes, "fc8", activation_fn = none));
}
inline constexpr auto vgg_16_fully_connected = vgg_16_fully_connected_arg_scope()(make_vgg_16_fully_connected());

}  // namespace slim::nets

#include "slim/core/end.hpp"
