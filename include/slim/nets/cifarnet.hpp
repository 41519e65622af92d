#pragma once
#include "slim/core/begin.hpp"

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// Defaults of cifarnet: TF-Slim section 13.3. Only fully connected weights decay.
constexpr auto cifarnet_arg_scope(double weight_decay = 0.004) {
  return published(arg_scope<conv2d>(weights_initializer = truncated_normal(0.0, 0.05), activation_fn = relu) +
                   arg_scope<fully_connected>(weights_initializer = truncated_normal(0.0, 0.04), biases_initializer = constant(0.1),
                                              weights_regularizer = l2_regularizer(weight_decay), activation_fn = relu));
}

struct cifarnet_options {
  double dropout_keep_prob = 0.5;
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// CifarNet on [32, 32, channels] images, returns logits [num_classes], with num_classes = 0 what fc4 does. Krizhevsky's cuda-convnet as TF-Slim defines it,
/// section 13.4.
constexpr auto make_cifarnet(int num_classes = 10, const cifarnet_options& options = {}) {
  return scope("CifarNet", arg_scope<local_response_normalization>(depth_radius = 4, bias = 1.0, alpha = 0.001 / 9.0, beta = 0.75)(
                               conv2d(64, {5, 5}, "conv1") >> max_pool2d({2, 2}, 2, "pool1") >> local_response_normalization("norm1") >>
                               conv2d(64, {5, 5}, "conv2") >> local_response_normalization("norm2") >> max_pool2d({2, 2}, 2, "pool2") >> flatten("Flatten") >>
                               fully_connected(384, "fc3") >> dropout(options.dropout_keep_prob, "dropout3") >> fully_connected(192, "fc4") >>
                               detail::only_if(num_classes != 0, fully_connected(num_classes, "logits", activation_fn = none,
                                                                                 weights_initializer = truncated_normal(0.0, 1 / 192.0),
                                                                                 weights_regularizer = none, biases_initializer = zeros) >>
                                                                     detail::predicted{options.prediction_fn})));
}
inline constexpr auto cifarnet = cifarnet_arg_scope()(make_cifarnet());

}  // namespace slim::nets

#include "slim/core/end.hpp"
