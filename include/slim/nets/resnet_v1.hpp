#pragma once
#include "slim/core/begin.hpp"
// ResNet, first version: He et al. 2015, "Deep residual learning for image recognition", as TF-Slim defines it, section 13.6.
// On [224, 224, channels] images, or any extent: a global pool comes before the logits.

#include "slim/nets/end_points.hpp"

namespace slim::nets {

struct resnet_arg_scope_options {
  double batch_norm_decay = 0.997, batch_norm_epsilon = 1e-5;
  bool batch_norm_scale = true;  // gamma
  stored_function activation_fn = relu;
  bool use_batch_norm = true;  // false: biases
  collection_list batch_norm_updates_collections = collection_list{"update_ops"};
};

/// Defaults of the resnets: TF-Slim section 13.3. TF-Slim states the numbers of batch_norm twice, here and as normalizer_params.
constexpr auto resnet_arg_scope(double weight_decay = 0.0001, const resnet_arg_scope_options& options = {}) {
  return published(arg_scope<conv2d>(weights_regularizer = l2_regularizer(weight_decay), weights_initializer = variance_scaling(),
                                     activation_fn = options.activation_fn, normalizer_fn = options.use_batch_norm ? normalizer(batch_norm) : none) +
                   arg_scope<batch_norm>(decay = options.batch_norm_decay, epsilon = options.batch_norm_epsilon, scale = options.batch_norm_scale,
                                         updates_collections = options.batch_norm_updates_collections) +
                   arg_scope<max_pool2d>(padding = SAME));
}

/// A convolution whose border does not depend on the extent of its input, so that strides sample the same cells at every extent.
constexpr auto conv2d_same(int outputs, extent2 kernel, int strides, const char* name, int rates = 1) {
  return conv2d(outputs, kernel, strides, name, padding = FIXED, rate = rates);
}

/// Every `factor`-th row and column.
constexpr tensor subsample(const tensor& x, int factor, const char* name) { return factor == 1 ? x : max_pool2d({1, 1}, factor, name)(x); }

/// relu(shortcut + residual), where the residual narrows to depth/4 channels for its 3×3 convolution. The shortcut is x itself when
/// x has `depth` channels already, else a 1×1 convolution.
struct bottleneck_v1 {
  static constexpr const char* name = "bottleneck_v1";
  int depth = 0;
  int stride = 1;
  int rate = 1;                          // of the 3×3 convolution
  bool use_bounded_activations = false;  // relu6 for relu, and the residual is clipped to ±6

  constexpr tensor operator()(const tensor& x) const {
    const auto residual =
        conv2d(depth / 4, {1, 1}, "conv1") >> conv2d_same(depth / 4, {3, 3}, stride, "conv2", rate) >> conv2d(depth, {1, 1}, "conv3", activation_fn = none);
    const tensor passed = shortcut(x), added = residual(x);
    return collect_named_output(use_bounded_activations ? relu6(passed + max(min(added, 6.0), -6.0)) : relu(passed + added));
  }

private:
  constexpr tensor shortcut(const tensor& x) const {
    if (x.channels() == depth) return subsample(x, stride, "shortcut");
    if (use_bounded_activations) return conv2d(depth, {1, 1}, stride, "shortcut", activation_fn = relu6)(x);
    return conv2d(depth, {1, 1}, stride, "shortcut", activation_fn = none)(x);
  }
};

/// `num_units` bottlenecks in a row, unit_1, unit_2, …, of 4 · base_depth channels; the last has the stride (in the paper the first of the next block).
struct resnet_block {
  const char* scope;
  int base_depth;
  int num_units;
  int stride;
};

/// The blocks of a resnet. When strides have reached output_stride (0: never), those that follow become rates.
template <class Bottleneck, std::size_t Blocks>
struct stack_blocks_dense {
  resnet_block blocks[Blocks];
  int output_stride = 0;
  int reached = 1;                             // strides in front of the blocks
  bool store_non_strided_activations = false;  // the stride of a block follows its end point
  Bottleneck unit{};                           // what all units have in common

  constexpr tensor operator()(tensor x) const {
    int strides = reached, rates = 1;
    const auto taken = [&](int stride) {
      if (strides == output_stride) return rates *= stride, 1;
      return strides *= stride, stride;
    };
    for (const resnet_block& block : blocks)
      x = scope(block.scope, [&](tensor y) {
        if (block.num_units < 1) y.trace->fail_number("num_units", block.num_units, "a whole number, at least 1");
        for (int i = 1; i <= block.num_units; ++i) {
          Bottleneck next = unit;
          next.depth = 4 * block.base_depth, next.rate = rates;
          next.stride = taken(i == block.num_units && !store_non_strided_activations ? block.stride : 1);
          y = apply_numbered(scope(Bottleneck::name, next), y, "unit", i);
        }
        collect_named_output(y);
        return store_non_strided_activations ? subsample(y, taken(block.stride), "MaxPool2D") : y;
      })(x);
    if (output_stride != 0 && strides != output_stride) x.trace->fail_number("output_stride", output_stride, "reached by the strides");
    return x;
  }
};

struct resnet_v1_options {
  bool include_root_block = true;  // false: the input is what block1 reads
  int output_stride = 0;           // the extent of the image over that of the features: 8, 16, … in place of 32, with rates for strides. 0: as the blocks say
  bool store_non_strided_activations = false;  // true: the end points block1, block2, … come in front of the stride of their block
  int min_base_depth = 8;                      // of the narrowed blocks of resnet_v1_50 to resnet_v1_200; blocks that are given stay as they are
  double depth_multiplier = 1.0;               // of the channels of those blocks
  bool use_bounded_activations = false;        // true: relu6, and residuals within ±6
  bool global_pool = true;                     // false: logits, or features, for each cell
  bool spatial_squeeze = true;                 // false: logits [height, width, num_classes]
};

namespace detail {

/// What follows the blocks: the mean over the image, and logits [num_classes]; without classes the features.
struct resnet_head {
  int num_classes;
  bool global_pool, spatial_squeeze;

  constexpr tensor operator()(const tensor& x) const {
    const tensor features = global_pool ? global_avg_pool("global_pool")(x) : x;
    if (num_classes == 0) return features;
    const auto logits =
        conv2d(num_classes, {1, 1}, "logits", activation_fn = none, normalizer_fn = none) >> only_if(spatial_squeeze, slim::spatial_squeeze("spatial_squeeze"));
    return (logits >> aside(softmax("predictions")))(features);
  }
};

}  // namespace detail

/// A resnet of the given blocks: make_resnet_v1("small", {{"block1", 64, 3, 2}, {"block2", 128, 4, 1}}, 10). Returns logits [num_classes]; with num_classes = 0
/// features [1, 1, channels].
template <std::size_t Blocks>
constexpr auto make_resnet_v1(const char* name, const resnet_block (&blocks)[Blocks], int num_classes = 1000, const resnet_v1_options& options = {}) {
  stack_blocks_dense<bottleneck_v1, Blocks> body{{},
                                                 options.output_stride,
                                                 options.include_root_block ? 4 : 1,
                                                 options.store_non_strided_activations,
                                                 {.use_bounded_activations = options.use_bounded_activations}};
  for (std::size_t i = 0; i < Blocks; ++i) body.blocks[i] = blocks[i];
  return scope(name, detail::depths{options.depth_multiplier}.checked() >>
                         detail::only_if(options.include_root_block, conv2d_same(64, {7, 7}, 2, "conv1") >> max_pool2d({3, 3}, 2, "pool1")) >> body >>
                         detail::resnet_head{num_classes, options.global_pool, options.spatial_squeeze});
}
namespace detail {
constexpr auto published_resnet_v1(const char* name, int units1, int units2, int units3, int units4, int num_classes, const resnet_v1_options& options) {
  const depths depth{options.depth_multiplier, options.min_base_depth};
  return make_resnet_v1(
      name, {{"block1", depth(64), units1, 2}, {"block2", depth(128), units2, 2}, {"block3", depth(256), units3, 2}, {"block4", depth(512), units4, 1}},
      num_classes, options);
}
}  // namespace detail
constexpr auto make_resnet_v1_50(int num_classes = 1000, const resnet_v1_options& options = {}) {
  return detail::published_resnet_v1("resnet_v1_50", 3, 4, 6, 3, num_classes, options);
}
constexpr auto make_resnet_v1_101(int num_classes = 1000, const resnet_v1_options& options = {}) {
  return detail::published_resnet_v1("resnet_v1_101", 3, 4, 23, 3, num_classes, options);
}
constexpr auto make_resnet_v1_152(int num_classes = 1000, const resnet_v1_options& options = {}) {
  return detail::published_resnet_v1("resnet_v1_152", 3, 8, 36, 3, num_classes, options);
}
constexpr auto make_resnet_v1_200(int num_classes = 1000, const resnet_v1_options& options = {}) {
  return detail::published_resnet_v1("resnet_v1_200", 3, 24, 36, 3, num_classes, options);
}

inline constexpr auto resnet_v1_50 = resnet_arg_scope()(make_resnet_v1_50());
inline constexpr auto resnet_v1_101 = resnet_arg_scope()(make_resnet_v1_101());
inline constexpr auto resnet_v1_152 = resnet_arg_scope()(make_resnet_v1_152());
inline constexpr auto resnet_v1_200 = resnet_arg_scope()(make_resnet_v1_200());

}  // namespace slim::nets

#include "slim/core/end.hpp"
