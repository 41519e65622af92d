#pragma once
#include "slim/core/begin.hpp"

#include "slim/slim.hpp"

namespace slim::nets {

/// fc6 to fc8 of AlexNet, OverFeat and VGG as convolutions: `units` outputs over the whole feature map of extent `map`, 4096, then logits
/// [num_classes]. The same weights and results as fully connected layers have. TF-Slim section 13.4.
constexpr auto convolutional_classifier(int units, extent2 map, int num_classes, double dropout_keep_prob) {
  return conv2d(units, map, "fc6", padding = VALID)
      >> dropout(dropout_keep_prob, "dropout6")
      >> conv2d(4096, {1, 1}, "fc7")
      >> dropout(dropout_keep_prob, "dropout7")
      >> conv2d(num_classes, {1, 1}, "fc8", activation_fn = none, normalizer_fn = none, biases_initializer = zeros)
      >> spatial_squeeze("fc8");
}

}  // namespace slim::nets

#include "slim/core/end.hpp"
