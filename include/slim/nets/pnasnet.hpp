#pragma once
#include "slim/core/begin.hpp"
// PNASNet-5: Liu et al. 2017, "Progressive neural architecture search", as TF-Slim defines it, section 13.8: one kind of cell, with stride 2 where the image
// gets smaller.

#include "slim/nets/nasnet_cells.hpp"

namespace slim::nets {

constexpr nasnet_config pnasnet_large_config() {
  return {.num_conv_filters = 216, .num_cells = 12, .drop_path_keep_prob = 0.6, .dense_dropout_keep_prob = 0.5, .skip_reduction_layer_input = true};
}
constexpr nasnet_config pnasnet_mobile_config() {
  return {.stem_multiplier = 1, .num_conv_filters = 54, .num_cells = 9, .dense_dropout_keep_prob = 0.5, .skip_reduction_layer_input = true};
}

/// Defaults of both networks: TF-Slim section 13.3.
constexpr auto pnasnet_large_arg_scope(double weight_decay = 4e-5, double batch_norm_decay = 0.9997, double batch_norm_epsilon = 1e-3) {
  return detail::nasnet_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon);
}
constexpr auto pnasnet_mobile_arg_scope(double weight_decay = 4e-5, double batch_norm_decay = 0.9997, double batch_norm_epsilon = 1e-3) {
  return detail::nasnet_arg_scope(weight_decay, batch_norm_decay, batch_norm_epsilon);
}

namespace detail {

constexpr cell_table pnasnet_cell() {
  using enum cell_operation;
  return {{{{sep5, 1}, {max3, 1}}, {{sep7, 0}, {max3, 0}}, {{sep5, 0}, {sep3, 0}}, {{sep3, 4}, {max3, 0}}, {{sep3, 1}, {same, 0}}}, {true, true}};
}

struct pnasnet_network {
  nasnet_config config;
  int num_classes;
  nasnet_options options;

  constexpr tensor operator()(tensor x) const {
    constexpr cell_table table = pnasnet_cell();
    const nasnet_parts parts(config, config.num_cells + 2, x);
    const final_end_point last(options.final_endpoint, x);
    slim::detail::list<tensor> outputs;
    x = collected_as{"Stem"}(parts.imagenet_stem(table, x, outputs));
    tensor before = 0.0;
    double scaling = 1;
    for (int i = 0; i < config.num_cells && !last.reached(); ++i) {
      const bool reduces = parts.reduction_before(i) >= 0;
      if (reduces) scaling *= config.filter_scaling_rate;
      if (config.skip_reduction_layer_input || !reduces) before = outputs[outputs.size() - 2];
      x = apply_numbered([&](const tensor& y) { return parts.cell(table, y, before, scaling, reduces ? 2 : 1, i + 2); }, x, "cell", i);
      collected_as{"Cell", i}(x);
      outputs.push(x);
      if (!last.reached()) parts.auxiliary_head(x, i, num_classes);
    }
    return parts.head(x, num_classes, options, last);
  }
};

}  // namespace detail

/// These return logits [num_classes], or with num_classes = 0 the features [channels] behind global_pool. End points Stem, Cell_0, …, AuxLogits, global_pool,
/// Logits, Predictions; AuxLogits as in NASNet.
constexpr auto make_pnasnet_large(int num_classes = 1001, const nasnet_options& options = {}, const nasnet_config& config = pnasnet_large_config()) {
  return detail::pnasnet_network{config, num_classes, options};
}
constexpr auto make_pnasnet_mobile(int num_classes = 1001, const nasnet_options& options = {}, const nasnet_config& config = pnasnet_mobile_config()) {
  return detail::pnasnet_network{config, num_classes, options};
}

/// On [331, 331, channels] and [224, 224, channels] images, or any extent.
inline constexpr auto pnasnet_large = pnasnet_large_arg_scope()(make_pnasnet_large());
inline constexpr auto pnasnet_mobile = pnasnet_mobile_arg_scope()(make_pnasnet_mobile());

}  // namespace slim::nets

#include "slim/core/end.hpp"
