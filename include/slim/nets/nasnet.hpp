#pragma once
#include "slim/core/begin.hpp"
// NASNet-A: Zoph et al. 2017, "Learning transferable architectures for scalable image recognition", as TF-Slim defines it, section 13.8: three networks of two
// kinds of cells.

#include "slim/nets/nasnet_cells.hpp"

namespace slim::nets {

constexpr nasnet_config nasnet_cifar_config() { return {.num_conv_filters = 32, .num_cells = 18, .drop_path_keep_prob = 0.6, .total_training_steps = 937500}; }
constexpr nasnet_config nasnet_mobile_config() { return {.stem_multiplier = 1, .num_conv_filters = 44, .num_cells = 12, .dense_dropout_keep_prob = 0.5}; }
constexpr nasnet_config nasnet_large_config() {
  return {.num_conv_filters = 168, .num_cells = 18, .drop_path_keep_prob = 0.7, .dense_dropout_keep_prob = 0.5, .skip_reduction_layer_input = true};
}

/// Defaults of the three networks: TF-Slim section 13.3.
constexpr auto nasnet_cifar_arg_scope(double weight_decay = 5e-4, double batch_norm_decay = 0.9, double batch_norm_epsilon = 1e-5) {
  return detail::nasnet_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon);
}
constexpr auto nasnet_mobile_arg_scope(double weight_decay = 4e-5, double batch_norm_decay = 0.9997, double batch_norm_epsilon = 1e-3) {
  return detail::nasnet_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon);
}
constexpr auto nasnet_large_arg_scope(double weight_decay = 5e-5, double batch_norm_decay = 0.9997, double batch_norm_epsilon = 1e-3) {
  return detail::nasnet_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon);
}

namespace detail {

constexpr cell_table nasnet_normal_cell() {
  using enum cell_operation;
  return {{{{sep5, 0}, {sep3, 1}}, {{sep5, 1}, {sep3, 1}}, {{avg3, 0}, {same, 1}}, {{avg3, 1}, {avg3, 1}}, {{sep3, 0}, {same, 0}}}, {true}};
}
constexpr cell_table nasnet_reduction_cell() {
  using enum cell_operation;
  return {{{{sep5, 0}, {sep7, 1}}, {{max3, 0}, {sep7, 1}}, {{avg3, 0}, {sep5, 1}}, {{same, 3}, {avg3, 2}}, {{sep3, 2}, {max3, 0}}}, {true, true, true}};
}

struct nasnet_network {
  nasnet_config config;
  bool imagenet;
  int num_classes;
  nasnet_options options;

  constexpr tensor operator()(tensor x) const {
    constexpr cell_table normal = nasnet_normal_cell(), reduction = nasnet_reduction_cell();
    const nasnet_parts parts(config, config.num_cells + (imagenet ? 4 : 2), x);
    const final_end_point last(options.final_endpoint, x);
    slim::detail::list<tensor> outputs;
    x = collected_as{"Stem"}(imagenet ? parts.imagenet_stem(reduction, x, outputs) : parts.cifar_stem(x, outputs));
    double scaling = 1;
    for (int i = 0, number = imagenet ? 2 : 0; i < config.num_cells && !last.reached(); ++i) {
      tensor before = outputs[outputs.size() - 2];
      const auto place = [&](const cell_table& table, const char* name, int index, const char* key, int step) {
        x = apply_numbered([&](const tensor& y) { return parts.cell(table, y, before, scaling, step, number++); }, x, name, index);
        collected_as{key, index}(x);
      };
      if (const int which = parts.reduction_before(i); which >= 0) {
        scaling *= config.filter_scaling_rate;
        place(reduction, "reduction_cell", which, "Reduction_Cell", 2);
        outputs.push(x);
        if (last.reached()) return x;
        if (!config.skip_reduction_layer_input) before = outputs[outputs.size() - 2];
      }
      place(normal, "cell", i, "Cell", 1);
      outputs.push(x);
      if (!last.reached()) parts.auxiliary_head(x, i, num_classes);
    }
    return parts.head(x, num_classes, options, last);
  }
};

}  // namespace detail

/// These return logits [num_classes], or with num_classes = 0 the features [channels] behind global_pool. End points Stem, Reduction_Cell_0, Cell_0, …,
/// AuxLogits, global_pool, Logits, Predictions. Inference does not compute AuxLogits; inside arg_scope<batch_norm>(is_training = false), TF-Slim's form for
/// evaluation, their variables are not there either.
constexpr auto make_nasnet_cifar(int num_classes = 10, const nasnet_options& options = {}, const nasnet_config& config = nasnet_cifar_config()) {
  return detail::nasnet_network{config, false, num_classes, options};
}
constexpr auto make_nasnet_mobile(int num_classes = 1001, const nasnet_options& options = {}, const nasnet_config& config = nasnet_mobile_config()) {
  return detail::nasnet_network{config, true, num_classes, options};
}
constexpr auto make_nasnet_large(int num_classes = 1001, const nasnet_options& options = {}, const nasnet_config& config = nasnet_large_config()) {
  return detail::nasnet_network{config, true, num_classes, options};
}

/// On [32, 32, channels] images; the others on [224, 224, channels] and [331, 331, channels], or any extent.
inline constexpr auto nasnet_cifar = nasnet_cifar_arg_scope()(make_nasnet_cifar());
inline constexpr auto nasnet_mobile = nasnet_mobile_arg_scope()(make_nasnet_mobile());
inline constexpr auto nasnet_large = nasnet_large_arg_scope()(make_nasnet_large());

}  // namespace slim::nets

#include "slim/core/end.hpp"
