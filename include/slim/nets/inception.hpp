#pragma once
#include "slim/core/begin.hpp"
// What the inception networks share. TF-Slim sections 13.3 and 13.5.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

struct inception_arg_scope_options {
  bool use_batch_norm = true;  // false: biases
  double batch_norm_decay = 0.9997, batch_norm_epsilon = 0.001;
  stored_function activation_fn = relu;
  collection_list batch_norm_updates_collections = collection_list{"update_ops"};
  bool batch_norm_scale = false;  // true: gamma
};

/// Defaults of the inception networks.
constexpr auto inception_arg_scope(double weight_decay = 0.00004, const inception_arg_scope_options& options = {}) {
  return published(arg_scope<conv2d, fully_connected>(weights_regularizer = l2_regularizer(weight_decay)) +
                   arg_scope<conv2d>(weights_initializer = variance_scaling(), activation_fn = options.activation_fn,
                                     normalizer_fn = options.use_batch_norm ? normalizer(batch_norm) : none) +
                   arg_scope<batch_norm>(decay = options.batch_norm_decay, epsilon = options.batch_norm_epsilon, scale = options.batch_norm_scale,
                                         updates_collections = options.batch_norm_updates_collections));
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
constexpr auto halving_pool(const char* name, padding_mode border = VALID, int stride = 2) { return max_pool2d({3, 3}, stride, name, padding = border); }
constexpr auto halving_conv2d(int outputs, const char* name, padding_mode border = VALID, int stride = 2) {
  return conv2d(outputs, {3, 3}, stride, name, padding = border);
}

/// Auxiliary logits, the end point AuxLogits, of an end point further in front; passes its input on.
template <class Logits>
struct auxiliary_head {
  const char* of;
  Logits logits;

  constexpr tensor operator()(const tensor& x) const {
    const int source = x.trace->find_end_point(of);
    if (source >= 0) (scope("AuxLogits", logits) >> collected_as{"AuxLogits"})(tensor(*x.trace, source));  // else the trace has failed before
    return x;
  }
};
template <network_part Logits>
constexpr auxiliary_head<Logits> auxiliary(const char* of, const Logits& logits) {
  return {of, logits};
}

/// The head of v4 and of Inception-ResNet: the mean over the map, what makes a vector of it, logits. Without classes the mean is the result.
template <class Between>
struct connected_head {
  int num_classes;
  prediction_function prediction_fn;
  const char* pool;
  Between between;

  constexpr tensor operator()(const tensor& x) const {
    const tensor pooled = (scope("Logits", global_avg_pool(pool)) >> collected_as{"global_pool"})(x);
    if (num_classes == 0) return pooled;
    const auto logits = scope("Logits", between) >> collected_as{"PreLogitsFlatten"} >>
                        scope("Logits", fully_connected(num_classes, "Logits", activation_fn = none)) >> collected_as{"Logits"};
    return with_predictions(logits(pooled), prediction_fn);
  }
};
template <network_part Between>
constexpr connected_head<Between> head_of_features(int num_classes, const prediction_function& prediction_fn, const char* pool, const Between& between) {
  return {num_classes, prediction_fn, pool, between};
}

}  // namespace detail
}  // namespace slim::nets

#include "slim/core/end.hpp"
