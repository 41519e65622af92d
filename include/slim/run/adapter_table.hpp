#pragma once
// Which adapter runs an operation. Those that a program does not need are not named, and so not compiled.

#include "slim/run/adapters.hpp"

namespace slim::detail {

/// Adapter of an operation without a function of its own.
template <class T, kernel_set Needed>
constexpr auto adapter_of([[maybe_unused]] graph::op kind) -> void (*)(const run_state<T>&, const step<T>&) {
  using a = adapters<T>;
  using enum graph::op;
  if constexpr ((Needed & bit_of(moments)) != 0)
    if (kind == moments) return &a::moments;
  if constexpr ((Needed & bit_of(convolution)) != 0)
    if (kind == convolution) return &a::template convolution<Needed>;
  if constexpr ((Needed & bit_of(convolution_data_gradient)) != 0)
    if (kind == convolution_data_gradient) return &a::template convolution_data_gradient<Needed>;
  if constexpr ((Needed & bit_of(convolution_weights_gradient)) != 0)
    if (kind == convolution_weights_gradient) return &a::template convolution_weights_gradient<Needed>;
  if constexpr ((Needed & bit_of(matmul)) != 0)
    if (kind == matmul) return &a::matmul;
  if constexpr ((Needed & bit_of(matmul_data_gradient)) != 0)
    if (kind == matmul_data_gradient) return &a::matmul_data_gradient;
  if constexpr ((Needed & bit_of(matmul_weights_gradient)) != 0)
    if (kind == matmul_weights_gradient) return &a::matmul_weights_gradient;
  if constexpr ((Needed & bit_of(depthwise_convolution)) != 0)
    if (kind == depthwise_convolution) return &a::depthwise_convolution;
  if constexpr ((Needed & bit_of(depthwise_convolution_data_gradient)) != 0)
    if (kind == depthwise_convolution_data_gradient) return &a::depthwise_convolution_data_gradient;
  if constexpr ((Needed & bit_of(depthwise_convolution_weights_gradient)) != 0)
    if (kind == depthwise_convolution_weights_gradient) return &a::depthwise_convolution_weights_gradient;
  if constexpr ((Needed & bit_of(max_pool)) != 0)
    if (kind == max_pool) return &a::max_pool;
  if constexpr ((Needed & bit_of(max_pool_gradient)) != 0)
    if (kind == max_pool_gradient) return &a::max_pool_gradient;
  if constexpr ((Needed & bit_of(average_pool)) != 0)
    if (kind == average_pool) return &a::average_pool;
  if constexpr ((Needed & bit_of(average_pool_gradient)) != 0)
    if (kind == average_pool_gradient) return &a::average_pool_gradient;
  if constexpr ((Needed & bit_of(softmax)) != 0)
    if (kind == softmax) return &a::softmax;
  if constexpr ((Needed & bit_of(softmax_gradient)) != 0)
    if (kind == softmax_gradient) return &a::softmax_gradient;
  if constexpr ((Needed & bit_of(softmax_cross_entropy)) != 0)
    if (kind == softmax_cross_entropy) return &a::softmax_cross_entropy;
  if constexpr ((Needed & bit_of(softmax_cross_entropy_gradient)) != 0)
    if (kind == softmax_cross_entropy_gradient) return &a::softmax_cross_entropy_gradient;
  if constexpr ((Needed & bit_of(local_response_normalization)) != 0)
    if (kind == local_response_normalization) return &a::local_response_normalization;
  if constexpr ((Needed & bit_of(local_response_normalization_gradient)) != 0)
    if (kind == local_response_normalization_gradient) return &a::local_response_normalization_gradient;
  if constexpr ((Needed & bit_of(concat)) != 0)
    if (kind == concat) return &a::concat;
  if constexpr ((Needed & bit_of(slice)) != 0)
    if (kind == slice) return &a::slice;
  return nullptr;
}

}  // namespace slim::detail
