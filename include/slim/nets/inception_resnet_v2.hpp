#pragma once
#include "slim/core/begin.hpp"
// Inception-ResNet, second version: Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the impact of residual connections on learning", as
// TF-Slim defines it, section 13.5. On [299, 299, channels] images.

#include "slim/nets/inception.hpp"

namespace slim::nets {

struct inception_resnet_v2_options {
  const char* final_endpoint = nullptr;  // "Conv2d_1a_3x3" … "Conv2d_7b_1x1": the base alone, up to there
  int output_stride = 16;                // 8: maps behind Mixed_6a are twice as large, and end at PreAuxLogits
  bool align_feature_maps = false;       // true: SAME everywhere, so that maps lie over each other
  stored_function activation_fn = relu;  // of what a block adds up; with relu6 what is added is within ±6
  bool create_aux_logits = true;         // logits of PreAuxLogits, too: losses::with_aux_logits
  double dropout_keep_prob = 0.8;
  prediction_function prediction_fn = softmax;  // none: no Predictions
};

struct inception_resnet_v2_arg_scope_options {
  double batch_norm_decay = 0.9997, batch_norm_epsilon = 0.001;
  stored_function activation_fn = relu;
  collection_list batch_norm_updates_collections = collection_list{"update_ops"};
  bool batch_norm_scale = false;  // true: gamma
};

/// Defaults of inception_resnet_v2: the penalty is on biases, too, and initial weights are Xavier's.
constexpr auto inception_resnet_v2_arg_scope(double weight_decay = 0.00004, const inception_resnet_v2_arg_scope_options& options = {}) {
  return published(arg_scope<conv2d, fully_connected>(weights_regularizer = l2_regularizer(weight_decay), biases_regularizer = l2_regularizer(weight_decay)) +
                   arg_scope<conv2d>(activation_fn = options.activation_fn, normalizer_fn = batch_norm) +
                   arg_scope<batch_norm>(decay = options.batch_norm_decay, epsilon = options.batch_norm_epsilon, scale = options.batch_norm_scale,
                                         updates_collections = options.batch_norm_updates_collections));
}

namespace detail {
/// How a block adds to its input.
struct scaled_sum {
  double scale = 1.0;
  stored_function activation = relu;

  /// activation(x + scale · up), `up`: the branches side by side, brought to the channels of x by a 1×1 convolution.
  template <class Branches>
  constexpr tensor add(const tensor& x, const Branches& branches) const {
    const tensor up = scale * conv2d(x.channels(), {1, 1}, "Conv2d_1x1", normalizer_fn = none, activation_fn = none)(branches(x));
    const tensor y = x + (equal(activation.name, relu6.name) ? clip_by_value(up, -6.0, 6.0) : up);
    return activation.empty() ? y : slim::apply(interned(*x.trace, activation), y);
  }
};
}  // namespace detail

/// 35×35 cells. As the other two a layer to `repeat`, which names it.
struct block35 : detail::scaled_sum {
  using layer_type = block35;
  static constexpr const char* function_name = "block35";

  constexpr tensor operator()(const tensor& x) const {
    return add(x, concat(scope("Branch_0", conv2d(32, {1, 1}, "Conv2d_1x1")),
                         scope("Branch_1", conv2d(32, {1, 1}, "Conv2d_0a_1x1") >> conv2d(32, {3, 3}, "Conv2d_0b_3x3")),
                         scope("Branch_2", conv2d(32, {1, 1}, "Conv2d_0a_1x1") >> conv2d(48, {3, 3}, "Conv2d_0b_3x3") >> conv2d(64, {3, 3}, "Conv2d_0c_3x3"))));
  }
};

/// 17×17 cells.
struct block17 : detail::scaled_sum {
  using layer_type = block17;
  static constexpr const char* function_name = "block17";

  constexpr tensor operator()(const tensor& x) const {
    return add(x,
               concat(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_1x1")),
                      scope("Branch_1", conv2d(128, {1, 1}, "Conv2d_0a_1x1") >> conv2d(160, {1, 7}, "Conv2d_0b_1x7") >> conv2d(192, {7, 1}, "Conv2d_0c_7x1"))));
  }
};

/// 8×8 cells.
struct block8 : detail::scaled_sum {
  using layer_type = block8;
  static constexpr const char* function_name = "block8";

  constexpr tensor operator()(const tensor& x) const {
    return add(x,
               concat(scope("Branch_0", conv2d(192, {1, 1}, "Conv2d_1x1")),
                      scope("Branch_1", conv2d(192, {1, 1}, "Conv2d_0a_1x1") >> conv2d(224, {1, 3}, "Conv2d_0b_1x3") >> conv2d(256, {3, 1}, "Conv2d_0c_3x1"))));
  }
};

/// Logits of PreAuxLogits: the second convolution takes the whole map. The first scope is TF-Slim's name of a pool.
struct inception_resnet_v2_aux_logits {
  int num_classes;

  constexpr tensor operator()(const tensor& x) const {
    const tensor y = (avg_pool2d({5, 5}, 3, "Conv2d_1a_3x3", padding = VALID) >> conv2d(128, {1, 1}, "Conv2d_1b_1x1"))(x);
    return (conv2d(768, {y.shape()[0], y.shape()[1]}, "Conv2d_2a_5x5", padding = VALID) >> flatten("Flatten") >>
            fully_connected(num_classes, "Logits", activation_fn = none))(y);
  }
};

/// Returns logits [num_classes]; with num_classes = 0 the pooled features [1, 1, 1536].
constexpr auto make_inception_resnet_v2(int num_classes = 1001, const inception_resnet_v2_options& options = {}) {
  using detail::halving_conv2d, detail::halving_pool, detail::mixed;
  const int strides = options.output_stride;
  const bool wide = strides == 8;
  const padding_mode border = options.align_feature_maps ? SAME : VALID;
  const detail::number_must_be known_stride{"8 or 16", strides == 8 || strides == 16, "output_stride", static_cast<double>(strides)},
      usual_stride{"16 behind PreAuxLogits", strides == 16, "output_stride", static_cast<double>(strides)};
  const auto base =
      known_stride >>
      published(arg_scope<conv2d, avg_pool2d>(padding = SAME))(
          halving_conv2d(32, "Conv2d_1a_3x3", border) >> conv2d(32, {3, 3}, "Conv2d_2a_3x3", padding = border) >> conv2d(64, {3, 3}, "Conv2d_2b_3x3") >>
          halving_pool("MaxPool_3a_3x3", border) >> conv2d(80, {1, 1}, "Conv2d_3b_1x1", padding = border) >>
          conv2d(192, {3, 3}, "Conv2d_4a_3x3", padding = border) >> halving_pool("MaxPool_5a_3x3", border) >>
          scope("Mixed_5b",
                mixed(scope("Branch_0", conv2d(96, {1, 1}, "Conv2d_1x1")),
                      scope("Branch_1", conv2d(48, {1, 1}, "Conv2d_0a_1x1") >> conv2d(64, {5, 5}, "Conv2d_0b_5x5")),
                      scope("Branch_2", conv2d(64, {1, 1}, "Conv2d_0a_1x1") >> conv2d(96, {3, 3}, "Conv2d_0b_3x3") >> conv2d(96, {3, 3}, "Conv2d_0c_3x3")),
                      scope("Branch_3", avg_pool2d({3, 3}, 1, "AvgPool_0a_3x3") >> conv2d(64, {1, 1}, "Conv2d_0b_1x1")))) >>
          repeat<10>(block35{{0.17, options.activation_fn}}) >>
          scope("Mixed_6a", mixed(scope("Branch_0", halving_conv2d(384, "Conv2d_1a_3x3", border, wide ? 1 : 2)),
                                  scope("Branch_1", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> conv2d(256, {3, 3}, "Conv2d_0b_3x3") >>
                                                        halving_conv2d(384, "Conv2d_1a_3x3", border, wide ? 1 : 2)),
                                  scope("Branch_2", halving_pool("MaxPool_1a_3x3", border, wide ? 1 : 2)))) >>
          arg_scope<conv2d>(rate = wide ? 2 : 1)(repeat<20>(block17{{0.10, options.activation_fn}})) >> detail::collected_as{"PreAuxLogits"} >> usual_stride >>
          scope("Mixed_7a", mixed(scope("Branch_0", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> halving_conv2d(384, "Conv2d_1a_3x3", border)),
                                  scope("Branch_1", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> halving_conv2d(288, "Conv2d_1a_3x3", border)),
                                  scope("Branch_2", conv2d(256, {1, 1}, "Conv2d_0a_1x1") >> conv2d(288, {3, 3}, "Conv2d_0b_3x3") >>
                                                        halving_conv2d(320, "Conv2d_1a_3x3", border)),
                                  scope("Branch_3", halving_pool("MaxPool_1a_3x3", border)))) >>
          repeat<9>(block8{{0.20, options.activation_fn}}) >> scope("Block8", block8{{1.0, none}}) >> conv2d(1536, {1, 1}, "Conv2d_7b_1x1"));
  const auto head =
      detail::only_if(options.create_aux_logits && num_classes != 0, detail::auxiliary("PreAuxLogits", inception_resnet_v2_aux_logits{num_classes})) >>
      detail::head_of_features(num_classes, options.prediction_fn, "AvgPool_1a_8x8", flatten("Flatten") >> dropout(options.dropout_keep_prob, "Dropout"));
  return scope("InceptionResnetV2", detail::network_of(options, base, head));
}

inline constexpr auto inception_resnet_v2 = inception_resnet_v2_arg_scope()(make_inception_resnet_v2());

}  // namespace slim::nets

#include "slim/core/end.hpp"
