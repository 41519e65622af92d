#pragma once
#include "slim/core/begin.hpp"
// ResNet, first version: He et al. 2015, "Deep residual learning for image recognition", as TF-Slim defines it, section 13.6.
// On [224, 224, channels] images, or any extent: a global pool comes before the logits.

#include "slim/slim.hpp"

namespace slim::nets {

/// Defaults of the resnets: TF-Slim section 13.3. TF-Slim states the numbers of batch_norm twice, here and as normalizer_params.
constexpr auto resnet_arg_scope(double weight_decay = 0.0001, double batch_norm_decay = 0.997, double batch_norm_epsilon = 1e-5,
                                bool batch_norm_scale = true) {
  return published(arg_scope<conv2d>(weights_regularizer = l2_regularizer(weight_decay), weights_initializer = variance_scaling(),
                           activation_fn = relu, normalizer_fn = batch_norm)
       + arg_scope<batch_norm>(decay = batch_norm_decay, epsilon = batch_norm_epsilon, scale = batch_norm_scale)
       + arg_scope<max_pool2d>(padding = SAME));
}

/// A convolution whose border does not depend on the extent of its input, so that strides sample the same cells at every extent.
constexpr auto conv2d_same(int outputs, extent2 kernel, int strides, const char* name) {
  return conv2d(outputs, kernel, strides, name, padding = FIXED);
}

/// Every `factor`-th row and column.
constexpr tensor subsample(const tensor& x, int factor, const char* name) {
  return factor == 1 ? x : max_pool2d({1, 1}, factor, name)(x);
}

/// relu(shortcut + residual), where the residual narrows to depth/4 channels for its 3×3 convolution. The shortcut is x itself when
/// x has `depth` channels already, else a 1×1 convolution.
struct bottleneck_v1 {
  static constexpr const char* name = "bottleneck_v1";
  int depth;
  int stride;

  constexpr tensor operator()(const tensor& x) const {
    const tensor shortcut = x.channels() == depth ? subsample(x, stride, "shortcut")
                                                  : conv2d(depth, {1, 1}, stride, "shortcut", activation_fn = none)(x);
    const auto residual = conv2d(depth / 4, {1, 1}, "conv1")
                       >> conv2d_same(depth / 4, {3, 3}, stride, "conv2")
                       >> conv2d(depth, {1, 1}, "conv3", activation_fn = none);
    return collect_named_output(relu(shortcut + residual(x)));
  }
};

/// `units` bottlenecks in a row, unit_1, unit_2, …; the last has the stride (in the paper the first of the next block).
template <class Bottleneck>
struct resnet_block {
  int depth;
  int units;
  int stride;

  constexpr tensor operator()(tensor x) const {
    for (int i = 1; i <= units; ++i)
      x = apply_numbered(scope(Bottleneck::name, Bottleneck{depth, i == units ? stride : 1}), x, "unit", i);
    return collect_named_output(x);
  }
};

/// The four blocks of a resnet, of so many units each.
template <class Bottleneck>
constexpr auto resnet_blocks(int units1, int units2, int units3, int units4) {
  return scope("block1", resnet_block<Bottleneck>{256, units1, 2})
      >> scope("block2", resnet_block<Bottleneck>{512, units2, 2})
      >> scope("block3", resnet_block<Bottleneck>{1024, units3, 2})
      >> scope("block4", resnet_block<Bottleneck>{2048, units4, 1});
}

/// What follows the blocks: the mean over the image, and logits [num_classes].
constexpr auto resnet_logits(int num_classes) {
  return global_avg_pool("global_pool")
      >> conv2d(num_classes, {1, 1}, "logits", activation_fn = none, normalizer_fn = none)
      >> spatial_squeeze("spatial_squeeze")
      >> aside(softmax("predictions"));
}

/// A resnet with the given numbers of units in its four blocks. Returns logits [num_classes].
constexpr auto make_resnet_v1(const char* name, int units1, int units2, int units3, int units4, int num_classes = 1000) {
  return scope(name, conv2d_same(64, {7, 7}, 2, "conv1")
                  >> max_pool2d({3, 3}, 2, "pool1")
                  >> resnet_blocks<bottleneck_v1>(units1, units2, units3, units4)
                  >> resnet_logits(num_classes));
}
constexpr auto make_resnet_v1_50(int num_classes = 1000) { return make_resnet_v1("resnet_v1_50", 3, 4, 6, 3, num_classes); }
constexpr auto make_resnet_v1_101(int num_classes = 1000) { return make_resnet_v1("resnet_v1_101", 3, 4, 23, 3, num_classes); }
constexpr auto make_resnet_v1_152(int num_classes = 1000) { return make_resnet_v1("resnet_v1_152", 3, 8, 36, 3, num_classes); }
constexpr auto make_resnet_v1_200(int num_classes = 1000) { return make_resnet_v1("resnet_v1_200", 3, 24, 36, 3, num_classes); }

inline constexpr auto resnet_v1_50 = resnet_arg_scope()(make_resnet_v1_50());
inline constexpr auto resnet_v1_101 = resnet_arg_scope()(make_resnet_v1_101());
inline constexpr auto resnet_v1_152 = resnet_arg_scope()(make_resnet_v1_152());
inline constexpr auto resnet_v1_200 = resnet_arg_scope()(make_resnet_v1_200());

}  // namespace slim::nets

#include "slim/core/end.hpp"
