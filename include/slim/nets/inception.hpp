#pragma once
#include "slim/core/begin.hpp"
// What the inception networks share. TF-Slim sections 13.3 and 13.5.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

/// Defaults of the inception networks.
constexpr auto inception_arg_scope(double weight_decay = 0.00004, double batch_norm_decay = 0.9997, double batch_norm_epsilon = 0.001, bool batch_norm_scale = false) {
  return published(arg_scope<conv2d, fully_connected>(weights_regularizer = l2_regularizer(weight_decay))
       + arg_scope<conv2d>(weights_initializer = variance_scaling(), activation_fn = relu, normalizer_fn = batch_norm)
       + arg_scope<batch_norm>(decay = batch_norm_decay, epsilon = batch_norm_epsilon, scale = batch_norm_scale));
}

namespace detail {

template <class Part>
struct end_point_part {
  Part part;

  constexpr tensor operator()(const tensor& x) const { return collect_named_output(part(x)); }
};
/// Branches side by side, as the end point of the open scope.
template <class... Branches>
constexpr auto mixed(const Branches&... branches) {
  return end_point_part<decltype(concat(branches...))>{concat(branches...)};
}
/// Half of the extent: the largest of 3×3 cells, or a 3×3 convolution, without a border.
constexpr auto halving_pool(const char* name) { return max_pool2d({3, 3}, 2, name, padding = VALID); }
constexpr auto halving_conv2d(int outputs, const char* name) { return conv2d(outputs, {3, 3}, 2, name, padding = VALID); }

}  // namespace detail
}  // namespace slim::nets

#include "slim/core/end.hpp"
