#pragma once
#include "slim/core/begin.hpp"
// ResNet, second version: He et al. 2016, "Identity mappings in deep residual networks", as TF-Slim defines it, section 13.6: normalization and
// activation come before the convolutions of a unit. On [224, 224, channels] images, or any extent.

#include "slim/nets/resnet_v1.hpp"

namespace slim::nets {

/// shortcut + residual, both of relu(batch_norm(x)); but where x has `depth` channels already the shortcut is x itself.
struct bottleneck_v2 {
  static constexpr const char* name = "bottleneck_v2";
  int depth = 0;
  int stride = 1;
  int rate = 1;  // of the 3×3 convolution

  constexpr tensor operator()(const tensor& x) const {
    const tensor preact = batch_norm("preact", activation_fn = relu)(x);
    const tensor shortcut = x.channels() == depth ? subsample(x, stride, "shortcut")
                                                  : conv2d(depth, {1, 1}, stride, "shortcut", normalizer_fn = none, activation_fn = none)(preact);
    const auto residual = conv2d(depth / 4, {1, 1}, "conv1") >> conv2d_same(depth / 4, {3, 3}, stride, "conv2", rate) >>
                          conv2d(depth, {1, 1}, "conv3", normalizer_fn = none, activation_fn = none);
    return collect_named_output(shortcut + residual(preact));
  }
};

struct resnet_v2_options {
  bool include_root_block = true;  // false: the input is what block1 reads
  int output_stride = 0;           // the extent of the image over that of the features: 8, 16, … in place of 32, with rates for strides. 0: as the blocks say
  bool global_pool = true;         // false: logits, or features, for each cell
  bool spatial_squeeze = true;     // false: logits [height, width, num_classes]
};

/// A resnet of the given blocks, as make_resnet_v1. Returns logits [num_classes]; with num_classes = 0 features [1, 1, channels].
template <std::size_t Blocks>
constexpr auto make_resnet_v2(const char* name, const resnet_block (&blocks)[Blocks], int num_classes = 1001, const resnet_v2_options& options = {}) {
  stack_blocks_dense<bottleneck_v2, Blocks> body{{}, options.output_stride, options.include_root_block ? 4 : 1};
  for (std::size_t i = 0; i < Blocks; ++i) body.blocks[i] = blocks[i];
  const auto root = arg_scope<conv2d>(normalizer_fn = none, activation_fn = none)(conv2d_same(64, {7, 7}, 2, "conv1")) >> max_pool2d({3, 3}, 2, "pool1");
  return scope(name, detail::only_if(options.include_root_block, root) >> body >> batch_norm("postnorm", activation_fn = relu) >>
                         detail::resnet_head{num_classes, options.global_pool, options.spatial_squeeze});
}
namespace detail {
constexpr auto published_resnet_v2(const char* name, int units1, int units2, int units3, int units4, int num_classes, const resnet_v2_options& options) {
  return make_resnet_v2(name, {{"block1", 64, units1, 2}, {"block2", 128, units2, 2}, {"block3", 256, units3, 2}, {"block4", 512, units4, 1}}, num_classes,
                        options);
}
}  // namespace detail
constexpr auto make_resnet_v2_50(int num_classes = 1001, const resnet_v2_options& options = {}) {
  return detail::published_resnet_v2("resnet_v2_50", 3, 4, 6, 3, num_classes, options);
}
constexpr auto make_resnet_v2_101(int num_classes = 1001, const resnet_v2_options& options = {}) {
  return detail::published_resnet_v2("resnet_v2_101", 3, 4, 23, 3, num_classes, options);
}
constexpr auto make_resnet_v2_152(int num_classes = 1001, const resnet_v2_options& options = {}) {
  return detail::published_resnet_v2("resnet_v2_152", 3, 8, 36, 3, num_classes, options);
}
constexpr auto make_resnet_v2_200(int num_classes = 1001, const resnet_v2_options& options = {}) {
  return detail::published_resnet_v2("resnet_v2_200", 3, 24, 36, 3, num_classes, options);
}

inline constexpr auto resnet_v2_50 = resnet_arg_scope()(make_resnet_v2_50());
inline constexpr auto resnet_v2_101 = resnet_arg_scope()(make_resnet_v2_101());
inline constexpr auto resnet_v2_152 = resnet_arg_scope()(make_resnet_v2_152());
inline constexpr auto resnet_v2_200 = resnet_arg_scope()(make_resnet_v2_200());

}  // namespace slim::nets

#include "slim/core/end.hpp"
