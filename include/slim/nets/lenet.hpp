#pragma once
#include "slim/core/begin.hpp"

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// Defaults of lenet: TF-Slim section 13.3.
constexpr auto lenet_arg_scope(double weight_decay = 0.0) {
  return published(arg_scope<conv2d, fully_connected>(weights_regularizer = l2_regularizer(weight_decay), weights_initializer = truncated_normal(0.0, 0.1),
                                                      activation_fn = relu));
}

struct lenet_options {
  double dropout_keep_prob = 0.5;
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

/// LeNet on [28, 28, channels] images, returns logits [num_classes], with num_classes = 0 what fc3 does. LeCun et al. 1998 as TF-Slim defines it, section 13.4.
constexpr auto make_lenet(int num_classes = 10, const lenet_options& options = {}) {
  return scope("LeNet", conv2d(32, {5, 5}, "conv1") >> max_pool2d({2, 2}, 2, "pool1") >> conv2d(64, {5, 5}, "conv2") >> max_pool2d({2, 2}, 2, "pool2") >>
                            flatten("Flatten") >> fully_connected(1024, "fc3") >>
                            detail::only_if(num_classes != 0, dropout(options.dropout_keep_prob, "dropout3") >>
                                                                  fully_connected(num_classes, "fc4", activation_fn = none) >>
                                                                  detail::predicted{options.prediction_fn}));
}
inline constexpr auto lenet = lenet_arg_scope()(make_lenet());

}  // namespace slim::nets

#include "slim/core/end.hpp"
