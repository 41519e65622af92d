#pragma once
#include "slim/core/begin.hpp"

#include "slim/layers/normalizer.hpp"
#include "slim/op/moments.hpp"

namespace slim {

/// Batch normalization (Ioffe & Szegedy 2015) over all axes but the last. Variables, each [channels]: `beta` (center), `gamma` (scale),
/// `moving_mean` and `moving_variance` (never trained). Training normalizes by the batch's mean and biased variance and moves the
/// averages by m·decay + batch·(1 − decay), where the variance that is averaged is the unbiased one, as in TF-Slim's fused form;
/// inference uses the averages. Source: TF-Slim section 2.6. Call: batch_norm(["scope"][, keyword = value ...]), or as normalizer_fn.
struct batch_norm_layer : normalizing_layer<batch_norm_layer, decay_keyword, epsilon_keyword, center_keyword, scale_keyword, is_training_keyword, trainable_keyword> {
  static constexpr const char* function_name = "batch_norm";
  static constexpr const char* default_scope = "BatchNorm";
  static constexpr auto defaults = arguments_of(
      decay = 0.999, center = true, scale = false, epsilon = 0.001, activation_fn = none, is_training = training::automatic,
      trainable = true, reuse = false, variables_collections = variable_collections{});

  static constexpr tensor apply(const tensor& x, const arguments<batch_norm_layer>& with) {
    tracer& trace = *x.trace;
    const slim::shape channels{x.channels()};
    const reuse_guard sharing(trace, with[reuse]);
    const auto variable = [&](const char* name, const initializer& initial, bool trained) {
      return tensor(trace, layer_variable(trace, name, channels, initial, -1, trained, with));
    };
    const tensor beta = with[center] ? variable("beta", zeros, with[trainable]) : tensor(0.0);
    const tensor gamma = with[scale] ? variable("gamma", ones, with[trainable]) : tensor(1.0);
    const tensor moving_mean = variable("moving_mean", zeros, false), moving_variance = variable("moving_variance", ones, false);

    // Few nodes, each a function recorded at once: deep networks have hundreds of these layers.
    const double small = with[epsilon], keep = with[decay];
    tensor center_of = moving_mean, variance = moving_variance;
    if (with[is_training].in(trace)) {
      const double cells = static_cast<double>(x.shape().size()) / x.channels();
      const tensor examples(trace, trace.g.nodes[x.node].batched ? graph::batch_size(trace.g) : graph::constant(trace.g, 1));
      const int moments = op::moments::add(trace.g, x.node, trace.scope);
      center_of = {trace, graph::result_of(trace.g, moments, 0, trace.scope)};
      variance = {trace, graph::result_of(trace.g, moments, 1, trace.scope)};
      move_average(moving_mean, center_of, examples, recorded<3>(trace.g, [](double k, auto m, auto b, auto) { return m * k + b * (1.0 - k); }, keep));
      move_average(moving_variance, variance, examples, recorded<3>(trace.g, [](double k, double n, auto m, auto b, auto batch) {
                     return m * k + b * (n * batch / max(n * batch - 1.0, 1.0)) * (1.0 - k);
                   }, keep, cells));
    }
    const int inverse_deviation = recorded<2>(trace.g, [](double e, auto v, auto g) { return g / sqrt(v + e); }, small);
    const int normalized = recorded<4>(trace.g, [](auto v, auto m, auto s, auto b) { return (v - m) * s + b; });
    const tensor y = slim::apply(normalized, x, center_of, slim::apply(inverse_deviation, variance, gamma), beta);
    return activated(y, with);
  }

private:
  static constexpr void move_average(const tensor& average, const tensor& batch, const tensor& examples, int function) {
    tracer& trace = *average.trace;
    graph::node n;
    n.kind = graph::kind::update, n.extent = average.shape();
    n.operand_count = 3, n.operands[0] = average.node, n.operands[1] = batch.node, n.operands[2] = examples.node;
    n.function = function;
    graph::add_node(trace.g, n, trace.scope);
  }
};
inline constexpr batch_norm_layer batch_norm;

}  // namespace slim

#include "slim/core/end.hpp"
