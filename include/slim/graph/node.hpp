#pragma once
// One operation of the intermediate representation.

#include "slim/shape/shape.hpp"
#include "slim/shape/window.hpp"

namespace slim::graph {

enum class op : unsigned char {
  // leaves
  input,       // data given by the caller; number = index
  variable,    // parameters; number = index into graph::variables
  slot,        // optimizer state of a variable; number = variable, extra = which slot
  scalar,      // a run-time number set by the caller before a step (learning rate …); number = index
  batch_size,  // the number of examples in this run
  constant,    // value
  // element-wise and reductions, defined by a scalar function
  map,     // function of all operands, element by element
  reduce,  // function of all operands, summed over everything the result does not index
  update,  // output i of the function replaces operand i (variable, then slots) in one sweep
  // statistics
  moments,  // mean and biased variance of each channel: two results
  // contractions
  convolution, convolution_data_gradient, convolution_weights_gradient,
  matmul, matmul_data_gradient, matmul_weights_gradient,
  depthwise_convolution, depthwise_convolution_data_gradient, depthwise_convolution_weights_gradient,
  // windows and rows
  max_pool, max_pool_gradient, average_pool, average_pool_gradient,
  softmax, softmax_gradient, softmax_cross_entropy, softmax_cross_entropy_gradient,
  local_response_normalization, local_response_normalization_gradient,
  // movement
  concat,   // along the last extent
  slice,    // channels [number, number + channels) of the operand
  // views
  reshape,  // same elements, other extents
  result,   // number `number` of the results of an operation that has several
};

constexpr const char* name_of(op kind) {
  constexpr const char* names[] = {
      "input", "variable", "slot", "scalar", "batch_size", "constant", "map", "reduce", "update", "moments", "convolution",
      "convolution_data_gradient", "convolution_weights_gradient", "matmul", "matmul_data_gradient", "matmul_weights_gradient",
      "depthwise_convolution", "depthwise_convolution_data_gradient", "depthwise_convolution_weights_gradient",
      "max_pool", "max_pool_gradient", "average_pool", "average_pool_gradient", "softmax", "softmax_gradient",
      "softmax_cross_entropy", "softmax_cross_entropy_gradient", "local_response_normalization",
      "local_response_normalization_gradient", "concat", "slice", "reshape", "result"};
  return names[static_cast<int>(kind)];
}

constexpr bool is_leaf(op kind) { return kind < op::map; }
/// What shares the memory of its operand and costs nothing.
constexpr bool is_view(op kind) { return kind >= op::reshape; }

/// How a contraction is computed; set by the pass in choose.hpp.
enum class algorithm : unsigned char {
  automatic,     // not chosen yet
  direct,        // register tiles over pixels and output channels, straight from the image
  product,       // one matrix product: the window is a single cell, or covers the whole image once
  winograd_4x4,  // F(4×4, 3×3): a quarter of the multiplications, rounding errors about five times as large; F(4×4, 5×5): a sixth, errors twice that
  winograd_2x2,  // F(2×2, 3×3): 1/2.25 of the multiplications, errors close to those of `direct`; F(2×2, 5×5): 1/2.8, errors as of 4×4
};

constexpr const char* name_of(algorithm how) {
  constexpr const char* names[] = {"", "direct", "product", "winograd 4x4", "winograd 2x2"};
  return names[static_cast<int>(how)];
}

/// Result of an operation. `batched` results hold one `extent` per example, others hold one in all.
struct node {
  static constexpr int max_operands = 14;

  op kind = op::constant;
  algorithm how = algorithm::automatic;
  bool batched = false;
  bool dead = false;        // removed by a pass
  bool kept = false;        // must be readable after the run
  slim::shape extent{};
  int operand_count = 0;
  int operands[max_operands]{};
  int results = 1;          // of this extent, each aligned behind the other, not batched; nodes of kind `result` read all but the first
  int function = -1;        // map, reduce, update: index into graph::functions
  int body_operands = -1;   // operands before the epilogue's; -1: no epilogue
  int epilogue = -1;        // scalar function applied to (result, epilogue operands...) at the store
  int pool = 1;             // convolution: the largest of each pool × pool square of pixels is stored, after the epilogue
  bool updates = false;     // output i of the epilogue replaces epilogue operand i, and the result itself is never stored
  unsigned ignored = 0;     // bit i: no gradient flows to operand i (it is known to vanish or not wanted)
  int scope = -1;           // the layer that made it
  int number = 0;           // meaning by kind; of convolutions: the algorithm that was asked for
  int extra = 0;
  double value = 0;
  slim::window window{};
  double parameters[3]{};   // local response normalization: bias, alpha, beta (radius is `number`)

  /// Extent of a convolution's result before its pool.
  constexpr slim::shape unpooled() const { return pool == 1 ? extent : slim::shape{extent[0] * pool, extent[1] * pool, extent[2]}; }
  /// Operands of the operation itself, without those of its epilogue.
  constexpr int body() const { return body_operands < 0 ? operand_count : body_operands; }
  /// True when the node replaces variables and slots: its operands [first_replaced, first_replaced + outputs of its function).
  constexpr bool is_update() const { return kind == op::update || updates; }
  constexpr int first_replaced() const { return kind == op::update ? 0 : body(); }
  constexpr int update_function() const { return kind == op::update ? function : epilogue; }
};

}  // namespace slim::graph
