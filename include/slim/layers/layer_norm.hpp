#pragma once
#include "slim/core/begin.hpp"
// Normalizers whose statistics are those of one example, so that training and inference are the same. TF-Slim section 2.7.

#include "slim/layers/normalizer.hpp"

namespace slim {

/// Layer normalization (Ba, Kiros & Hinton 2016): over the axes from `begin_norm_axis` to the last, which count the batch as 0. Variables `beta` (center) and
/// `gamma` (scale) have the extents of the axes from `begin_params_axis`: the last alone, unless told otherwise. ε is TF-Slim's 1e-12. Call:
/// layer_norm(["scope"][, keyword = value ...]), or as normalizer_fn.
struct layer_norm_layer
    : normalizing_layer<layer_norm_layer, center_keyword, scale_keyword, begin_norm_axis_keyword, begin_params_axis_keyword, trainable_keyword> {
  static constexpr const char* function_name = "layer_norm";
  static constexpr const char* default_scope = "LayerNorm";
  static constexpr auto defaults = arguments_of(center = true, scale = true, activation_fn = none, begin_norm_axis = 1, begin_params_axis = -1,
                                                trainable = true, reuse = false, variables_collections = variable_collections{});

  static constexpr tensor apply(const tensor& x, const arguments<layer_norm_layer>& with) {
    const slim::shape all = x.shape();
    const int first = detail::axis_of_example(x, with[begin_norm_axis], all.rank, "begin_norm_axis", detail::axis_range);
    const int first_parameter = detail::axis_of_example(x, with[begin_params_axis], all.rank, "begin_params_axis", detail::axis_range);
    if (first < 0 || first_parameter < 0) return x;
    slim::shape kept = all, extent;
    for (int i = first; i < all.rank; ++i) kept.extents[i] = 1;
    for (int i = first_parameter; i < all.rank; ++i) extent.extents[extent.rank++] = all[i];
    const reuse_guard sharing(*x.trace, with[reuse]);
    return activated(detail::normalized(x, detail::moments_within(x, kept), 1e-12, extent, extent, with), with);
  }
};
inline constexpr layer_norm_layer layer_norm;

/// Instance normalization (Ulyanov, Vedaldi & Lempitsky 2016): each channel of each example over all other axes. Variables `beta` and `gamma` [channels].
/// Call: instance_norm(["scope"][, keyword = value ...]), or as normalizer_fn.
struct instance_norm_layer : normalizing_layer<instance_norm_layer, center_keyword, scale_keyword, epsilon_keyword, trainable_keyword> {
  static constexpr const char* function_name = "instance_norm";
  static constexpr const char* default_scope = "InstanceNorm";
  static constexpr auto defaults = arguments_of(center = true, scale = true, epsilon = 1e-6, activation_fn = none, param_initializers = none, trainable = true,
                                                reuse = false, variables_collections = variable_collections{});

  static constexpr tensor apply(const tensor& x, const arguments<instance_norm_layer>& with) {
    detail::check_parameters<instance_norm_layer>(*x.trace, with[param_initializers], {"beta", "gamma"});
    slim::shape kept = x.shape();
    for (int i = 0; i + 1 < kept.rank; ++i) kept.extents[i] = 1;
    const slim::shape channels{x.channels()};
    const reuse_guard sharing(*x.trace, with[reuse]);
    return activated(detail::normalized(x, detail::moments_within(x, kept), with[epsilon], channels, channels, with), with);
  }
};
inline constexpr instance_norm_layer instance_norm;

/// Group normalization (Wu & He 2018): the channels in `groups` of neighbours, each group over itself and `reduction_axes`, which count the batch as 0: height
/// and width unless told otherwise; for vectors `reduction_axes = {}`. Variables `beta` and `gamma` [channels]. The channels are the last axis. Call:
/// group_norm(["scope"][, keyword = value ...]), or as normalizer_fn.
struct group_norm_layer : normalizing_layer<group_norm_layer, groups_keyword, center_keyword, scale_keyword, epsilon_keyword, trainable_keyword> {
  static constexpr const char* function_name = "group_norm";
  static constexpr const char* default_scope = "GroupNorm";
  static constexpr auto defaults =
      arguments_of(groups = 32, channels_axis = -1, reduction_axes = {-3, -2}, center = true, scale = true, epsilon = 1e-6, activation_fn = none,
                   param_initializers = none, trainable = true, reuse = false, variables_collections = variable_collections{});

  static constexpr tensor apply(const tensor& x, const arguments<group_norm_layer>& with) {
    tracer& trace = *x.trace;
    const slim::shape all = x.shape();
    if (all.rank < 1) {
      trace.fail(graph::rule::rank_mismatch, {all.rank}, {1});
      return x;
    }
    const int channels = all.channels(), parts = with[groups];
    detail::check_parameters<group_norm_layer>(trace, with[param_initializers], {"beta", "gamma"});
    if (with[channels_axis] != -1 && with[channels_axis] != all.rank) trace.fail_number("channels_axis", with[channels_axis].written, "the last axis");
    if (parts < 1 || channels % parts != 0) trace.fail(graph::rule::indivisible, {parts}, {channels}, "groups");
    bool summed[slim::shape::max_rank]{};
    const layer_axes& axes = with[reduction_axes];
    for (int i = 0; i < axes.count; ++i) {
      const int own = detail::axis_of_example(x, axes.axes[i], all.rank - 1, "reduction_axes", "an axis between the batch and the channels");
      if (own >= 0) summed[own] = true;
    }
    if (trace.g.failed()) return x;
    // Neighbours that are summed, or not summed, together are one axis.
    slim::shape split, kept;
    for (int i = 0; i + 1 < all.rank; ++i) {
      if (i == 0 || summed[i] != summed[i - 1]) split.extents[split.rank++] = 1;
      split.extents[split.rank - 1] *= all[i];
      kept.extents[split.rank - 1] = summed[i] ? 1 : split[split.rank - 1];
    }
    if (split.rank + 2 > slim::shape::max_rank) {
      trace.fail(graph::rule::rank_mismatch, {split.rank + 2}, {slim::shape::max_rank});
      return x;
    }
    for (const int extent : {parts, channels / parts}) kept.extents[split.rank] = extent, split.extents[split.rank++] = extent;
    kept.rank = split.rank, kept.extents[kept.rank - 1] = 1;
    const reuse_guard sharing(trace, with[reuse]);
    const tensor grouped(trace, graph::reshape(trace.g, x.node, split, trace.scope));
    const tensor y = detail::normalized(grouped, detail::moments_within(grouped, kept), with[epsilon], {channels}, {parts, channels / parts}, with);
    return activated(tensor(trace, graph::reshape(trace.g, y.node, all, trace.scope)), with);
  }
};
inline constexpr group_norm_layer group_norm;

/// x / sqrt(ε + Σ x²) along axis `dim`, which counts the batch as 0 and is not negative. Call: unit_norm(dim[, "scope"][, epsilon = ...]), or as normalizer_fn.
struct unit_norm_layer : normalizing_layer<unit_norm_layer, dim_keyword, epsilon_keyword> {
  static constexpr const char* function_name = "unit_norm";
  static constexpr const char* default_scope = "UnitNorm";
  static constexpr auto defaults = arguments_of(dim = 0, epsilon = 1e-7);
  using layer::operator();
  template <class... Rest>
  constexpr auto operator()(whole_number along, const Rest&... rest) const {
    return bind(rest..., dim = along);
  }

  static constexpr tensor apply(const tensor& x, const arguments<unit_norm_layer>& with) {
    tracer& trace = *x.trace;
    const whole_number along = with[dim];
    constexpr const char* range = "an axis of the example: 1 is its first";
    if (along < 0) trace.fail_number("dim", along.written, range);
    const int own = detail::axis_of_example(x, along, x.shape().rank, "dim", range);
    if (own < 0 || trace.g.failed()) return x;
    slim::shape kept = x.shape();
    kept.extents[own] = 1;
    const tensor squares = detail::sum_to(kept, recorded<1>(trace.g, [](auto v) { return square(v); }), x);
    return x * slim::apply(recorded<1>(trace.g, [](double e, auto s) { return 1.0 / sqrt(s + e); }, with[epsilon]), squares);
  }
};
inline constexpr unit_norm_layer unit_norm;

/// Into the Poincaré ball (Nickel & Kiela 2017): x · min((1 − ε) / |x|, 1), where |x| is the length along `over_axis`, which counts the batch as 0, or along
/// several. Call: poincare_normalize(["scope"][, over_axis = ...][, epsilon = ...]), or as normalizer_fn.
struct poincare_normalize_layer : normalizing_layer<poincare_normalize_layer, axis_keyword, epsilon_keyword> {
  static constexpr const char* function_name = "poincare_normalize";
  static constexpr const char* default_scope = "poincare_normalize";
  static constexpr auto defaults = arguments_of(over_axis = 1, epsilon = 1e-5);

  static constexpr tensor apply(const tensor& x, const arguments<poincare_normalize_layer>& with) {
    tracer& trace = *x.trace;
    slim::shape kept = x.shape();
    const layer_axes& axes = with[over_axis];
    for (int i = 0; i < axes.count; ++i) {
      const int own = detail::axis_of_example(x, axes.axes[i], kept.rank, "axis", detail::axis_range);
      if (own < 0) return x;
      kept.extents[own] = 1;
    }
    const double most = 1 - with[epsilon];
    const tensor squares = detail::sum_to(kept, recorded<1>(trace.g, [](auto v) { return square(v); }), x);
    // Written so that nothing is divided by the length 0.
    return x * slim::apply(recorded<1>(trace.g, [](double m, auto s) { return m / sqrt(max(m * m, s)); }, most), squares);
  }
};
inline constexpr poincare_normalize_layer poincare_normalize;

}  // namespace slim

#include "slim/core/end.hpp"
