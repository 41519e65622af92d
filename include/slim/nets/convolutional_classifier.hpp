#pragma once
#include "slim/core/begin.hpp"

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// Options of alexnet_v2 and overfeat.
struct convolutional_classifier_options {
  bool global_pool = false;  // true: logits of the mean of fc7, for images larger than the published ones
  double dropout_keep_prob = 0.5;
  bool spatial_squeeze = true;  // false: logits [height, width, num_classes]
};

/// fc6 to fc8 of AlexNet, OverFeat and VGG as convolutions: `units` outputs over the whole feature map of extent `map`, 4096, then logits
/// [num_classes]. The same weights and results as fully connected layers have. With num_classes = 0 the result is that of fc7. TF-Slim section 13.4.
constexpr auto convolutional_classifier(int units, extent2 map, int num_classes, const convolutional_classifier_options& options,
                                        padding_mode fc_conv_padding = VALID) {
  return conv2d(units, map, "fc6", padding = fc_conv_padding) >> dropout(options.dropout_keep_prob, "dropout6") >> conv2d(4096, {1, 1}, "fc7") >>
         detail::only_if(options.global_pool, global_avg_pool("global_pool")) >>
         detail::only_if(num_classes != 0, dropout(options.dropout_keep_prob, "dropout7") >>
                                               conv2d(num_classes, {1, 1}, "fc8", activation_fn = none, normalizer_fn = none, biases_initializer = zeros) >>
                                               detail::only_if(options.spatial_squeeze, spatial_squeeze("fc8")));
}

}  // namespace slim::nets

#include "slim/core/end.hpp"
