#pragma once
#include "slim/core/begin.hpp"

#include "slim/nets/convolutional_classifier.hpp"

namespace slim::nets {

/// Defaults of overfeat: TF-Slim section 13.3.
constexpr auto overfeat_arg_scope(double weight_decay = 0.0005) {
  return published(arg_scope<conv2d, fully_connected>(activation_fn = relu, weights_regularizer = l2_regularizer(weight_decay), biases_initializer = zeros) +
                   arg_scope<conv2d>(padding = SAME) + arg_scope<max_pool2d>(padding = VALID));
}

/// OverFeat's fast model on [231, 231, channels] images, returns logits [num_classes]. Sermanet et al. 2013 as TF-Slim defines it,
/// section 13.4.
constexpr auto make_overfeat(int num_classes = 1000, const convolutional_classifier_options& options = {}) {
  return scope("overfeat", conv2d(64, {11, 11}, 4, "conv1", padding = VALID) >> max_pool2d({2, 2}, 2, "pool1") >>
                               conv2d(256, {5, 5}, "conv2", padding = VALID) >> max_pool2d({2, 2}, 2, "pool2") >> conv2d(512, {3, 3}, "conv3") >>
                               conv2d(1024, {3, 3}, "conv4") >> conv2d(1024, {3, 3}, "conv5") >> max_pool2d({2, 2}, 2, "pool5") >>
                               arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.005),
                                                 biases_initializer = constant(0.1))(convolutional_classifier(3072, {6, 6}, num_classes, options)));
}
inline constexpr auto overfeat = overfeat_arg_scope()(make_overfeat());

}  // namespace slim::nets

#include "slim/core/end.hpp"
