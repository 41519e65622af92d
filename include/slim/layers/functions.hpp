#pragma once
#include "slim/core/begin.hpp"
// Functions of tensors that are operations of their own, under the names of TensorFlow. Arithmetic is in trace/tensor.hpp.

#include "slim/op/transpose.hpp"
#include "slim/trace/tensor.hpp"

namespace slim {

/// The axes of each example in another order: axis i of the result is axis `axes[i]` of `x`; the batch stays in front. transpose(x, {2, 0, 1}) of
/// [height, width, channels] is [channels, height, width]. `axes` names each axis once.
constexpr tensor transpose(const tensor& x, const slim::shape& axes) {
  return {*x.trace, op::transpose::add(x.trace->g, x.node, axes, x.trace->scope)};
}

}  // namespace slim

#include "slim/core/end.hpp"
