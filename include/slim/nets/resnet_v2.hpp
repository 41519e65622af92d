#pragma once
#include "slim/core/begin.hpp"
// ResNet, second version: He et al. 2016, "Identity mappings in deep residual networks", as TF-Slim defines it, section 13.6: normalization and
// activation come before the convolutions of a unit. On [224, 224, channels] images, or any extent.

#include "slim/nets/resnet_v1.hpp"

namespace slim::nets {

/// shortcut + residual, both of relu(batch_norm(x)); but where x has `depth` channels already the shortcut is x itself.
struct bottleneck_v2 {
  static constexpr const char* name = "bottleneck_v2";
  int depth;
  int stride;

  constexpr tensor operator()(const tensor& x) const {
    const tensor preact = batch_norm("preact", activation_fn = relu)(x);
    const tensor shortcut = x.channels() == depth ? subsample(x, stride, "shortcut")
                                                  : conv2d(depth, {1, 1}, stride, "shortcut", normalizer_fn = none, activation_fn = none)(preact);
    const auto residual = conv2d(depth / 4, {1, 1}, "conv1")
                       >> conv2d_same(depth / 4, {3, 3}, stride, "conv2")
                       >> conv2d(depth, {1, 1}, "conv3", normalizer_fn = none, activation_fn = none);
    return collect_named_output(shortcut + residual(preact));
  }
};

/// A resnet with the given numbers of units in its four blocks. Returns logits [num_classes].
constexpr auto make_resnet_v2(const char* name, int units1, int units2, int units3, int units4, int num_classes = 1001) {
  return scope(name, arg_scope<conv2d>(normalizer_fn = none, activation_fn = none)(conv2d_same(64, {7, 7}, 2, "conv1"))
                  >> max_pool2d({3, 3}, 2, "pool1")
                  >> resnet_blocks<bottleneck_v2>(units1, units2, units3, units4)
                  >> batch_norm("postnorm", activation_fn = relu)
                  >> resnet_logits(num_classes));
}
constexpr auto make_resnet_v2_50(int num_classes = 1001) { return make_resnet_v2("resnet_v2_50", 3, 4, 6, 3, num_classes); }
constexpr auto make_resnet_v2_101(int num_classes = 1001) { return make_resnet_v2("resnet_v2_101", 3, 4, 23, 3, num_classes); }
constexpr auto make_resnet_v2_152(int num_classes = 1001) { return make_resnet_v2("resnet_v2_152", 3, 8, 36, 3, num_classes); }
constexpr auto make_resnet_v2_200(int num_classes = 1001) { return make_resnet_v2("resnet_v2_200", 3, 24, 36, 3, num_classes); }

inline constexpr auto resnet_v2_50 = resnet_arg_scope()(make_resnet_v2_50());
inline constexpr auto resnet_v2_101 = resnet_arg_scope()(make_resnet_v2_101());
inline constexpr auto resnet_v2_152 = resnet_arg_scope()(make_resnet_v2_152());
inline constexpr auto resnet_v2_200 = resnet_arg_scope()(make_resnet_v2_200());

}  // namespace slim::nets

#include "slim/core/end.hpp"
