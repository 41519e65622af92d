#pragma once
#include "slim/core/begin.hpp"

#include "slim/layers/normalizer.hpp"
#include "slim/op/all_reduce.hpp"
#include "slim/op/moments.hpp"

namespace slim {

/// One number for each example: `batch_weights = w`.
struct example_weights {
  tensor value = 1.0;
  bool given = false;

  constexpr example_weights() = default;
  constexpr example_weights(none_t) {}
  constexpr example_weights(const tensor& weights) : value(weights), given(true) {}
};
constexpr void slim_describe(const example_weights& value, name_buffer& to) { to.add(value.given ? "a tensor" : "none"); }

/// Bounds of the corrections of renorm: `renorm_clipping = {.rmin = 0.3, .rmax = 3, .dmax = 5}`.
struct renorm_limits {
  double rmin = 0, rmax = 1e300, dmax = 1e300;
};
constexpr void slim_describe(const renorm_limits& value, name_buffer& to) {
  if (value.rmin > 0) to.add("rmin "), slim_describe(value.rmin, to), to.add(" ");
  if (value.rmax < 1e300) to.add("rmax "), slim_describe(value.rmax, to), to.add(" ");
  if (value.dmax < 1e300) to.add("dmax "), slim_describe(value.dmax, to);
}

/// What is done with a normalized batch before gamma and beta, in training only: y · scale + bias.
struct batch_adjustment {
  tensor scale = 1.0, bias = 0.0;
};
/// A constexpr function of the input of the layer that returns a batch_adjustment: a lambda without captures.
struct adjustment_function {
  batch_adjustment (*apply)(const tensor&) = nullptr;
  bool given = false;  // see normalizer

  constexpr adjustment_function() = default;
  constexpr adjustment_function(none_t) {}
  template <class Callable>
    requires(std::is_empty_v<Callable> && std::is_default_constructible_v<Callable> && std::is_invocable_r_v<batch_adjustment, Callable, const tensor&>)
  constexpr adjustment_function(const Callable&) : apply([](const tensor& x) -> batch_adjustment { return Callable{}(x); }), given(true) {}
};
constexpr void slim_describe(const adjustment_function& value, name_buffer& to) { to.add(value.given ? "custom" : "none"); }

// clang-format off
struct fused_keyword : keyword<fused_keyword, bool> { static constexpr const char* name = "fused"; using keyword::operator=; };
struct batch_weights_keyword : keyword<batch_weights_keyword, example_weights> { static constexpr const char* name = "batch_weights"; using keyword::operator=; };
struct zero_debias_moving_mean_keyword : keyword<zero_debias_moving_mean_keyword, bool> { static constexpr const char* name = "zero_debias_moving_mean"; using keyword::operator=; };
struct updates_collections_keyword : keyword<updates_collections_keyword, collection_list> { static constexpr const char* name = "updates_collections"; using keyword::operator=; constexpr argument<updates_collections_keyword> operator=(none_t) const { return collection_list{}; } };
struct renorm_keyword : keyword<renorm_keyword, bool> { static constexpr const char* name = "renorm"; using keyword::operator=; };
struct renorm_clipping_keyword : keyword<renorm_clipping_keyword, renorm_limits> { static constexpr const char* name = "renorm_clipping"; using keyword::operator=; static constexpr number_fault fault(const renorm_limits& n) { return n.rmin > n.rmax ? number_fault{n.rmin, "rmin that is not above rmax"} : check_range(n.dmax, 0, 1e300, "dmax that is at least 0"); } };
struct renorm_decay_keyword : keyword<renorm_decay_keyword, double> { static constexpr const char* name = "renorm_decay"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1, "in [0, 1]"); } };
struct adjustment_keyword : keyword<adjustment_keyword, adjustment_function> { static constexpr const char* name = "adjustment"; using keyword::operator=; };

inline constexpr fused_keyword fused;
inline constexpr batch_weights_keyword batch_weights;
inline constexpr zero_debias_moving_mean_keyword zero_debias_moving_mean;
inline constexpr updates_collections_keyword updates_collections;
inline constexpr renorm_keyword renorm;
inline constexpr renorm_clipping_keyword renorm_clipping;
inline constexpr renorm_decay_keyword renorm_decay;
inline constexpr adjustment_keyword adjustment;
// clang-format on

/// Batch normalization (Ioffe & Szegedy 2015) over all axes but the last. Variables, each [channels]: `beta` (center), `gamma` (scale),
/// `moving_mean` and `moving_variance` (never trained). Training normalizes by the batch's mean and biased variance and moves the
/// averages by m·decay + batch·(1 − decay); inference uses the averages. The variance that is averaged is the unbiased one where TF-Slim has a fused form, of
/// vectors and images; it is the biased one with `fused = false`, and with the options that have no such form:
///   batch_weights            one number for each example, which counts so often; no renorm
///   renorm                   batch renormalization (Ioffe 2017): variables `moving_stddev`, `renorm_mean`, `renorm_stddev`, which renorm_decay moves, within
/// renorm_clipping
///   adjustment               a function of the input, see batch_adjustment
/// `zero_debias_moving_mean` divides what `moving_mean` lacks at first out of it: variables `moving_mean/biased` and `moving_mean/local_step`.
/// Averages move in every training step, whatever updates_collections says. Source: TF-Slim section 2.6. Call: batch_norm(["scope"][, keyword = value ...]), or
/// as normalizer_fn.
struct batch_norm_layer : normalizing_layer<batch_norm_layer, decay_keyword, epsilon_keyword, center_keyword, scale_keyword, is_training_keyword,
                                            trainable_keyword, fused_keyword, zero_debias_moving_mean_keyword, renorm_keyword, renorm_decay_keyword> {
  static constexpr const char* function_name = "batch_norm";
  static constexpr const char* default_scope = "BatchNorm";
  static constexpr auto defaults =
      arguments_of(decay = 0.999, center = true, scale = false, epsilon = 0.001, activation_fn = none, param_initializers = none, param_regularizers = none,
                   updates_collections = collection_list{"update_ops"}, is_training = training::automatic, trainable = true, reuse = false,
                   variables_collections = variable_collections{}, batch_weights = none, fused = true, zero_debias_moving_mean = false, renorm = false,
                   renorm_clipping = renorm_limits{}, renorm_decay = 0.99, adjustment = none);

  static constexpr tensor apply(const tensor& x, const arguments<batch_norm_layer>& with) {
    tracer& trace = *x.trace;
    const reuse_guard sharing(trace, with[reuse]);
    const named_values<initializer>& initials = with[param_initializers];
    const named_values<stored_function>& penalties = with[param_regularizers];
    detail::check_parameters<batch_norm_layer>(trace, initials, {"beta", "gamma", "moving_mean", "moving_variance"});
    detail::check_parameters<batch_norm_layer>(trace, penalties, {"beta", "gamma"});
    const auto create = [&](const char* name, const initializer& initial, bool trained) {
      const int penalty = penalties.count == 0 ? -1 : interned(trace, penalties.of(name, stored_function{}));
      return tensor(trace, layer_variable(trace, name, {x.channels()}, initials.of(name, initial), penalty, trained, with));
    };
    const tensor shift = with[center] ? create("beta", zeros, with[trainable]) : tensor(0.0);
    const tensor gamma = with[scale] ? create("gamma", ones, with[trainable]) : tensor(1.0);
    const tensor moving_mean = create("moving_mean", zeros, false), moving_variance = create("moving_variance", ones, false);

    // Few nodes, each a function recorded at once: deep networks have hundreds of these layers.
    const double small = with[epsilon], keep = with[decay];
    const bool renormalizes = with[renorm], trains = with[is_training].in(trace);
    const example_weights& weights = with[batch_weights];
    const adjustment_function& adjust = with[adjustment];
    const bool unbiased = with[fused] && (x.shape().rank == 1 || x.shape().rank == 3) && !weights.given && !renormalizes && !adjust.given;
    const bool debiases = with[zero_debias_moving_mean];
    if (renormalizes && (weights.given || debiases))
      trace.fail_unknown_argument("batch_norm with renorm", weights.given ? "batch_weights" : "zero_debias_moving_mean");
    tensor center_of = moving_mean, variance = moving_variance;
    if (trains) {
      if (weights.given) {
        const statistics found = weighted(x, weights.value);
        center_of = found.mean, variance = found.variance;
      } else {
        const int moments = op::moments::add(trace.g, x.node, trace.scope);
        center_of = {trace, graph::result_of(trace.g, moments, 0, trace.scope)};
        variance = {trace, graph::result_of(trace.g, moments, 1, trace.scope)};
      }
    }
    const bool shares = trains && trace.shares_statistics;
    const auto over_processes = [&](const tensor& own, bool weighted = true) {
      return tensor(trace, op::mean_over_processes(trace.g, own.node, trace.scope, weighted));
    };
    if (shares) {
      const tensor mean = over_processes(center_of);
      variance = over_processes(variance + square(center_of - mean));
      center_of = mean;
    }
    if (trains && !debiases) move(moving_mean, keep, center_of);
    if (trains && unbiased) {
      const int cells = static_cast<int>(x.shape().size() / x.channels());
      const tensor own(trace, trace.g.nodes[x.node].batched ? graph::batch_size(trace.g, cells) : graph::constant(trace.g, cells)),
          count = shares ? over_processes(own * counts_here(trace), false) : own;
      update(moving_variance,
             recorded<3>(trace.g, [](double k, auto m, auto b, auto n) { return m * k + b * (n / max(n - 1.0, 1.0)) * (1.0 - k); }, keep), {variance, count});
    } else if (trains && !renormalizes) {
      move(moving_variance, keep, variance);
    }
    if (debiases) {
      const tensor biased = global(x, "moving_mean/biased", {x.channels()}, 0), steps = global(x, "moving_mean/local_step", {}, 0);
      if (trains) {
        move(biased, keep, center_of);
        update(steps, recorded<1>(trace.g, [](auto s) { return s + 1.0; }), {});
        update(moving_mean,
               recorded<4>(
                   trace.g, [](double k, auto, auto b, auto s, auto m) { return (b * k + m * (1.0 - k)) / (1.0 - pow(decltype(s)(k), s + 1.0)); }, keep),
               {biased, steps, center_of});
      }
    }
    tensor factor(1.0), offset(0.0);
    if (renormalizes) {
      const tensor stddev = global(x, "moving_stddev", {x.channels()}, 1), mean_of = global(x, "renorm_mean", {x.channels()}, 0),
                   deviation_of = global(x, "renorm_stddev", {x.channels()}, 1);
      if (trains) {
        const renorm_limits limits = with[renorm_clipping];
        const double slow = with[renorm_decay];
        const tensor deviation = slim::apply(recorded<1>(trace.g, [](double e, auto v) { return sqrt(v + e); }, small), variance);
        const tensor usual = slim::apply(recorded<1>(trace.g, [](double e, auto v) { return sqrt(max(v * v, e)); }, small), deviation_of);
        factor = deviation / usual, offset = (center_of - mean_of) / usual;
        if (limits.rmin > 0) factor = max(factor, limits.rmin);
        if (limits.rmax < renorm_limits{}.rmax) factor = min(factor, limits.rmax);
        if (limits.dmax < renorm_limits{}.dmax) offset = min(max(offset, -limits.dmax), limits.dmax);
        factor = stop_gradient(factor), offset = stop_gradient(offset);
        move(mean_of, slow, center_of);
        move(deviation_of, slow, deviation);
        update(moving_variance,
               recorded<3>(
                   trace.g, [](double k, double e, auto, auto m, auto s) { return max(0.0, square(m * k + s * (1.0 - k)) - e); }, keep, small),
               {stddev, deviation});
        move(stddev, keep, deviation);
      }
    }
    const bool plain = !trains || (!renormalizes && !adjust.given);
    const int inverse_deviation = recorded<2>(trace.g, [](double e, auto v, auto g) { return g / sqrt(v + e); }, small);
    const int normalized = recorded<4>(trace.g, [](auto v, auto m, auto s, auto b) { return (v - m) * s + b; });
    const tensor y = slim::apply(normalized, x, center_of, slim::apply(inverse_deviation, variance, plain ? gamma : factor), plain ? shift : offset);
    if (plain) return activated(y, with);
    const batch_adjustment adjusted = adjust.given ? adjust.apply(x) : batch_adjustment{};
    return activated((y * adjusted.scale + adjusted.bias) * gamma + shift, with);
  }

private:
  /// 1 on a process with examples of its own, 0 on one that was given some only because a step needs one.
  static constexpr tensor counts_here(tracer& trace) {
    const tensor weight(trace, graph::add_leaf(trace.g, graph::kind::scalar, false, {}, trace.step_number + 1));
    return weight > 0.0;
  }
  struct statistics {
    tensor mean, variance;
  };

  /// Of each channel over the examples, each as often as its weight says.
  static constexpr statistics weighted(const tensor& x, const tensor& weights) {
    tracer& trace = *x.trace;
    if (!weights.bound() || weights.shape().size() != 1 || !trace.g.nodes[weights.node].batched || !trace.g.nodes[x.node].batched) {
      trace.fail(graph::rule::shape_mismatch, weights.bound() ? weights.shape() : slim::shape{}, {1});
      return {x, x};
    }
    const tensor each(trace, graph::reshape(trace.g, weights.node, {}, trace.scope));
    const auto sum_of = [&](const slim::shape& result, int function, const auto&... operands) {
      const int nodes[] = {operands.node...};
      return tensor(trace, graph::reduce(trace.g, function, nodes, sizeof...(operands), {false, result}, trace.scope));
    };
    const double cells = static_cast<double>(x.shape().size()) / x.channels();
    const tensor total = sum_of({}, recorded<1>(trace.g, [](double n, auto w) { return n * w; }, cells), each);
    const tensor mean = sum_of({x.channels()}, recorded<2>(trace.g, [](auto v, auto w) { return v * w; }), x, each) / total;
    return {mean, sum_of({x.channels()}, recorded<3>(trace.g, [](auto v, auto m, auto w) { return square(v - m) * w; }), x, mean, each) / total};
  }

  static constexpr tensor global(const tensor& x, const char* name, const slim::shape& extent, double initial) {
    return {*x.trace, x.trace->variable(name, extent, initializer(distribution::constant, initial), -1, false, variable_kind::global)};
  }

  /// average ← average · keep + batch · (1 − keep), after the step.
  static constexpr void move(const tensor& average, double keep, const tensor& batch) {
    update(average, recorded<2>(average.trace->g, [](double k, auto m, auto b) { return m * k + b * (1.0 - k); }, keep), {batch});
  }
  static constexpr void update(const tensor& kept, int function, std::initializer_list<tensor> operands) {
    graph::node n;
    n.kind = graph::kind::update, n.extent = kept.shape(), n.function = function;
    n.operand_count = 1, n.operands[0] = kept.node;
    for (const tensor& operand : operands) n.operands[n.operand_count++] = operand.node;
    graph::add_node(kept.trace->g, n, kept.trace->scope);
  }
};
inline constexpr batch_norm_layer batch_norm;

}  // namespace slim

#include "slim/core/end.hpp"
