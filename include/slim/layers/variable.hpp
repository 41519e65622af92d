#pragma once
// Variables made by hand, and the plain products they go into: what layers of one's own are made of. TF-Slim section 10.

#include "slim/layers/keywords.hpp"
#include "slim/layers/layer.hpp"

namespace slim {

/// A variable of the open scope: made here, or found again under `reuse`. `x` is any tensor of the network. The regularizer's loss joins
/// the regularization losses once. There is one device, the CPU.
constexpr tensor variable(const tensor& x, const char* name, const shape& extent, const initializer& initial, const stored_function& regularize = none,
                          bool trained = true) {
  tracer& trace = *x.trace;
  const int regularizer_function = regularize.empty() ? -1 : trace.g.intern(regularize.function());
  return {trace, trace.variable(name, extent, initial, regularizer_function, trained)};
}

namespace nn {

/// Cross-correlation of an image with `kernel` [height, width, channels, outputs]; no biases, no activation.
constexpr tensor conv2d(const tensor& x, const tensor& kernel, extent2 strides = 1, padding_mode pad = SAME) {
  tracer& trace = *x.trace;
  const shape& k = kernel.shape();
  if (k.rank != 4 || k[2] != x.channels()) {
    trace.fail(k.rank != 4 ? graph::rule::rank_mismatch : graph::rule::channel_mismatch, {k.rank != 4 ? k.rank : k[2]}, {k.rank != 4 ? 4 : x.channels()});
    return x;
  }
  window placed;
  shape out;
  if (!graph::place_window(trace.g, x.shape(), {k[0], k[1]}, strides, 1, pad, trace.scope, placed, out)) return x;
  out.extents[2] = k[3];
  return {trace, graph::convolution(trace.g, x.node, kernel.node, placed, out, trace.scope)};
}

/// Rows times matrix: [inputs] · [inputs, outputs]; an image is flattened first.
constexpr tensor matmul(const tensor& x, const tensor& weights) {
  tracer& trace = *x.trace;
  const shape& w = weights.shape();
  if (w.rank != 2 || w[0] != x.shape().size()) {
    trace.fail(graph::rule::shape_mismatch, w, {x.shape().size(), w.channels()});
    return x;
  }
  const int flat = graph::reshape(trace.g, x.node, {w[0]}, trace.scope);
  return {trace, graph::matmul(trace.g, flat, weights.node, {w[1]}, trace.scope)};
}

}  // namespace nn
}  // namespace slim
