#pragma once
#include "slim/core/begin.hpp"
// One node of the intermediate representation.

#include "slim/graph/attribute_values.hpp"
#include "slim/shape/shape.hpp"
#include "slim/tensor/dtype.hpp"

namespace slim::graph {

/// What a node is: data, a scalar function, a view, or an operation of op/list.hpp, which is known by a number made from its name.
enum class kind : unsigned {
  // leaves
  input,       // data given by the caller
  variable,    // parameters
  slot,        // optimizer state of a variable
  scalar,      // a run-time number set by the caller before a step (learning rate …)
  batch_size,  // the number of examples in this run, times `index`
  constant,
  // element-wise loops and reductions, defined by a scalar function
  map,     // function of all operands, element by element
  reduce,  // function of all operands, summed over everything the result does not index
  update,  // output i of the function replaces operand i (variable, then slots) in one sweep
  // views
  reshape,  // same elements, other extents
  result,   // one of the results of an operation that has several
};

constexpr bool is_leaf(kind k) { return k <= kind::constant; }
constexpr bool is_function(kind k) { return k == kind::map || k == kind::reduce || k == kind::update; }
/// What shares the memory of its operand and costs nothing.
constexpr bool is_view(kind k) { return k == kind::reshape || k == kind::result; }

namespace detail {
inline constexpr unsigned operation_bit = 1u << 31, store_bit = 1u << 30;
}
/// The kind of the operation called `name`. `stores_functions`: its kernel applies a scalar function to each number before it is stored.
constexpr kind kind_named(const char* name, bool stores_functions) {
  unsigned hash = 2166136261u;  // FNV-1a
  for (int i = 0; name[i] != '\0'; ++i) hash = (hash ^ static_cast<unsigned char>(name[i])) * 16777619u;
  return static_cast<kind>(detail::operation_bit | (stores_functions ? detail::store_bit : 0) | hash >> 2);
}
constexpr bool is_operation(kind k) { return (static_cast<unsigned>(k) & detail::operation_bit) != 0; }
constexpr bool stores_functions(kind k) { return (static_cast<unsigned>(k) & detail::store_bit) != 0; }

/// How a contraction is computed; set by the pass in passes/choose.hpp.
enum class algorithm : unsigned char {
  automatic,     // not chosen yet
  direct,        // register tiles over pixels and output channels, straight from the image
  product,       // one matrix product: the window is a single cell, or covers the whole image once
  winograd_4x4,  // F(4×4, 3×3): a quarter of the multiplications, rounding errors about five times as large; F(4×4, 5×5): a sixth, errors twice that
  winograd_2x2,  // F(2×2, 3×3): 1/2.25 of the multiplications, errors close to those of `direct`; F(2×2, 5×5): 1/2.8, errors as of 4×4
  winograd,      // F(2×2, 3×3) where there is room for few images only, whose transformed weights are fewer, else F(4×4, 3×3)
};

constexpr const char* name_of(algorithm how) {
  constexpr const char* names[] = {"", "direct", "product", "winograd 4x4", "winograd 2x2", "winograd"};
  return names[static_cast<int>(how)];
}

// Attributes of leaves and views.

/// Which input, variable, run-time number or result; for a slot, of which variable and which of its slots.
struct position {
  int index = 0;
  int slot = 0;
};
struct constant_value {
  double value = 0;
};
/// Of a reshape: the function of its value and its gradient that is handed back in place of the gradient.
struct gradient_rule {
  int function = -1;
};

/// Result of an operation. `batched` results hold one `extent` per example, others hold one in all.
struct node {
  static constexpr int max_operands = 14;

  graph::kind kind = graph::kind::constant;
  algorithm how = algorithm::automatic;
  bool batched = false;
  bool dead = false;        // removed by a pass
  bool kept = false;        // must be readable after the run
  dtype type = dtype::f32;  // of each number: that of the operands, of leaves the precision of the graph
  bool again = false;       // computes once more what an earlier node has computed, so that nobody keeps that: see recompute_grad
  slim::shape extent{};
  int operand_count = 0;
  int operands[max_operands]{};
  attribute_values attributes{};  // of what `kind` says
  int results = 1;                // of this extent, each aligned behind the other; nodes of kind `result` read all but the first
  int function = -1;              // map, reduce, update: index into graph::functions
  int body_operands = -1;         // operands before the epilogue's; -1: no epilogue
  int epilogue = -1;              // scalar function applied to (result, epilogue operands...) at the store
  int pool = 1;                   // convolution: the largest of each pool × pool square of pixels is stored, after the epilogue
  bool in_bands = false;          // made in the step of its one reader, band by band of rows, and never stored: see passes/fuse_blocks.hpp
  bool updates = false;           // output i of the epilogue replaces epilogue operand i, and the result itself is never stored
  bool by_row = false;            // and only in the rows that have a number in operand 1
  unsigned ignored = 0;           // bit i: no gradient flows to operand i (it is known to vanish or not wanted)
  int scope = -1;                 // the layer that made it

  /// Which input, variable, number or result this is.
  constexpr int index() const { return static_cast<int>(attributes.numbers[0]); }  // of position, without making one
  constexpr int slot() const { return static_cast<int>(attributes.numbers[1]); }
  constexpr double value() const { return attributes.numbers[0]; }
  /// Extent of a convolution's result before its pool.
  constexpr slim::shape unpooled() const { return pool == 1 ? extent : slim::shape{extent[0] * pool, extent[1] * pool, extent[2]}; }
  /// Operands of the operation itself, without those of its epilogue.
  constexpr int body() const { return body_operands < 0 ? operand_count : body_operands; }
  /// True when the node replaces variables and slots: its operands [first_replaced, first_replaced + outputs of its function).
  constexpr bool is_update() const { return kind == graph::kind::update || updates; }
  constexpr int first_replaced() const { return kind == graph::kind::update ? 0 : body(); }
  constexpr int update_function() const { return kind == graph::kind::update ? function : epilogue; }
};

/// A node among those of its graph or program: what the rules of an operation look at.
struct node_view {
  const node* nodes;
  const node& self;

  constexpr const node& operand(int k) const { return nodes[self.operands[k]]; }
  constexpr const slim::shape& extent() const { return self.extent; }
  constexpr const slim::shape& extent(int k) const { return operand(k).extent; }
};

}  // namespace slim::graph

#include "slim/core/end.hpp"
