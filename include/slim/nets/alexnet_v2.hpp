#pragma once
#include "slim/core/begin.hpp"

#include "slim/nets/convolutional_classifier.hpp"

namespace slim::nets {

/// Defaults of alexnet_v2: TF-Slim section 13.3.
constexpr auto alexnet_v2_arg_scope(double weight_decay = 0.0005) {
  return published(
      arg_scope<conv2d, fully_connected>(activation_fn = relu, biases_initializer = constant(0.1), weights_regularizer = l2_regularizer(weight_decay)) +
      arg_scope<conv2d>(padding = SAME) + arg_scope<max_pool2d>(padding = VALID));
}

/// AlexNet on [224, 224, channels] images, returns logits [num_classes]. Krizhevsky 2014, "One weird trick for parallelizing
/// convolutional neural networks", as TF-Slim defines it, section 13.4.
constexpr auto make_alexnet_v2(int num_classes = 1000, const convolutional_classifier_options& options = {}) {
  return scope("alexnet_v2", conv2d(64, {11, 11}, 4, "conv1", padding = VALID) >> max_pool2d({3, 3}, 2, "pool1") >> conv2d(192, {5, 5}, "conv2") >>
                                 max_pool2d({3, 3}, 2, "pool2") >> conv2d(384, {3, 3}, "conv3") >> conv2d(384, {3, 3}, "conv4") >>
                                 conv2d(256, {3, 3}, "conv5") >> max_pool2d({3, 3}, 2, "pool5") >>
                                 arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.005),
                                                   biases_initializer = constant(0.1))(convolutional_classifier(4096, {5, 5}, num_classes, options)));
}
inline constexpr auto alexnet_v2 = alexnet_v2_arg_scope()(make_alexnet_v2());

}  // namespace slim::nets

#include "slim/core/end.hpp"
