#pragma once
#include "slim/core/begin.hpp"
// The intermediate representation: a network as a value. Flat tables and indices, no types; what every pass reads and rewrites.

#include "slim/core/list.hpp"
#include "slim/core/text.hpp"
#include "slim/expr/scalar_function.hpp"
#include "slim/graph/collections.hpp"
#include "slim/graph/node.hpp"
#include "slim/graph/initializer.hpp"

namespace slim::graph {

using slim::detail::list;

/// A part of a name path: parent scope, text and an optional number: "conv3/conv3_1" is {conv3, "conv3", 1}.
struct scope_entry {
  int parent = -1;
  const char* base = "";
  int number = -1;
  int layer_node = -1;  // result of the layer that carries this name; -1 for plain scopes, even those with an end point
  // Chains, so that tracing a deep network searches only what is near: newest first, −1 ends.
  int newest_child = -1, older_sibling = -1, highest_child = -1;
  int newest_variable = -1;
  int end_point = -1;
  int visit = 0, opened_in = 0;            // while tracing: number of its last opening, and that of the scope around it then
  int last_number = -1, numbered_in = -1;  // while tracing: of the scopes of this name, and the visit around them that counted
};

struct variable_entry {
  int scope = -1;
  const char* name = "";
  slim::shape extent{};
  initializer initial{};
  int regularizer = -1;  // scalar function of one weight, summed over all weights; -1: none
  bool trainable = true;
  int node = -1;
  int older = -1;  // variable of the same scope
  variable_kind kind = variable_kind::model;
  collection_list collections{};
};

/// The collection of losses that a total is made of.
inline constexpr const char* losses_collection = "losses";

/// A loss or an end point: a named reference to a node.
struct named_node {
  int node = -1;
  int scope = -1;
  slim::shape extent{};
  const char* collection = losses_collection;  // of a loss
};

/// What is looked at before a step changes any variable. Class numbers that loss node `loss` reads: whole numbers from 0 to `classes` − 1, or `ignored`
/// where `ignores` is on; or numbers of the rows of a table that node `loss` looks up (`of_table`); or, where `classes` is 0, one number that must be finite:
/// see learning::skip_not_finite.
struct class_labels {
  int labels = -1;
  int loss = -1;
  int classes = 0;
  int ignored = 0;
  bool ignores = false;
  bool of_table = false;
};

/// Nodes [first, end): of a part whose values are computed again for its gradient.
struct node_range {
  int first = 0, end = 0;
};

/// The rule a network broke; see docs/errors.md. Values of `found` and `expected` depend on the rule.
enum class rule : unsigned char {
  none,
  window_larger_than_input,
  rank_mismatch,
  shape_mismatch,
  channel_mismatch,
  concat_extent_mismatch,
  label_shape_mismatch,
  loss_weight_mismatch,
  loss_weights_without_batch,
  no_gradient,
  axes_wrong,
  name_wrong,
  duplicate_variable,
  reused_variable_missing,
  reused_variable_shape,
  policy_never_used,
  unknown_argument,
  repeated_argument,
  misfit_argument,
  tensor_argument,
  indivisible,
  rate_with_stride,
  padding_not_here,
  wrong_input_count,
  no_function_of_tensors,
  no_tensor,
  no_loss,
  not_a_scalar_loss,
  expression_too_large,
  value_count_mismatch,
  bad_number,
  unknown_device,
  end_point_missing,
  variable_missing,
  variable_not_trained,
  nothing_trained,
  unsound_graph,
  number_wrong,
  no_layer_kind,
  no_open_scope,
  network_too_large,
  network_not_constant,
  network_not_computable,
  condition_on_tensor,
  slice_outside,
  steps_mixed,
  element_count,
  assigned_is_trained,
  assigned_has_batch,
  assigned_twice,
};

struct violation {
  rule broken = rule::none;
  int scope = -1;
  const char* detail = "";
  slim::shape found{};
  slim::shape expected{};
  const char* layer_kind = "";
  double number = 0;
};

// Deep networks repeat a few layers many times. What is worked out once about a function is remembered.

/// A function without the arguments it does not read.
struct trimmed_function {
  int result = -1;
  int used_count = 0;
  signed char used[node::max_operands + 2]{};  // arguments of the original, in the order of the result's
};

/// The derivative of a function by one argument, for nodes of `operands` operands; `result` −1: zero.
struct known_derivative {
  int argument = -1, operands = 0, result = -1;
  bool of_sum = false;
  int next = -1;  // about the same function
};
/// `outer` with `inner` in place of one argument; `pattern` says which operands they share.
struct known_composition {
  int inner = -1, argument = -1, result = -1;
  unsigned long pattern = 0;
  int next = -1;  // about the same outer function
};

/// A function that was recorded from a stateless callable and some numbers.
struct known_recording {
  const void* callable = nullptr;
  double numbers[2]{};
  int result = -1;
};

/// Where to find what is known about a function; −1: nothing yet.
struct function_knowledge {
  unsigned long signature = 0;
  int trimmed = -1, derivatives = -1, compositions = -1;
};

namespace detail {
/// Not constexpr: ends the evaluation of a network that goes on for ever.
inline void network_has_no_end() {}
}  // namespace detail

struct graph {
  /// Nodes of a network as written, nearly twice those of NASNet-A (large) in training.
  static constexpr int most_traced = 8192;

  list<function_knowledge> known;  // one for each function
  list<known_recording> recordings;
  list<trimmed_function> trimmed;
  list<known_derivative> derivatives;
  list<known_composition> compositions;
  list<node> nodes;
  list<expr::scalar_function> functions;
  list<scope_entry> scopes;
  list<variable_entry> variables;
  list<named_node> losses;
  list<named_node> regularization_losses;
  list<named_node> end_points;  // in order of creation
  list<class_labels> labels;
  list<node_range> recomputed;  // disjoint, in their order; known until the graph is differentiated
  list<int> outputs;
  list<int> constants;    // nodes
  list<int> batch_sizes;  // nodes
  int inputs = 0;
  int scalars = 0;
  dtype precision = dtype::f32;  // of leaves
  bool tracing = false;          // nobody knows how many nodes will come
  int refused = 0;
  violation error{};

  /// Appends a node and types it. While a network is traced, no more than `most_traced`.
  constexpr int add(const node& n) {
    double elements = 1;
    for (int i = 0; i < n.extent.rank; ++i) elements *= n.extent[i];
    if (elements >= 2147483648.0 && !failed()) error = {rule::number_wrong, n.scope, "elements of a tensor", {}, {}, "below 2147483648", elements};
    if (tracing && full(n.scope)) return nodes.size() - 1;
    const int made = nodes.push(n);
    nodes[made].type = n.operand_count > 0 ? nodes[n.operands[0]].type : precision;
    return made;
  }
  /// True when a network that is being traced may not grow. One that does not care never ends.
  constexpr bool full(int scope) {
    if (nodes.size() < most_traced) return false;
    fail(rule::network_too_large, scope, {nodes.size()}, {most_traced});
    if (++refused == 10000) detail::network_has_no_end();
    return true;
  }

  constexpr int intern(const expr::scalar_function& function) {
    if (function.has_condition) fail(rule::condition_on_tensor, -1);
    const unsigned long signature = function.signature();
    const function_knowledge* const begin = known.begin();
    const function_knowledge* const end = known.end();
    for (const function_knowledge* about = begin; about != end; ++about)
      if (about->signature == signature && functions[static_cast<int>(about - begin)] == function) return static_cast<int>(about - begin);
    return add_function(function);
  }
  /// Appends a function that is known to be new.
  constexpr int add_function(const expr::scalar_function& function) {
    known.push({function.signature()});
    return functions.push(function);
  }

  /// Records the first violation; later ones would only be consequences.
  constexpr void fail(rule broken, int scope, slim::shape found = {}, slim::shape expected = {}, const char* detail = "", const char* layer_kind = "") {
    if (error.broken == rule::none) error = {broken, scope, detail, found, expected, layer_kind};
  }
  constexpr bool failed() const { return error.broken != rule::none; }
};

/// Appends the name of a scope without those around it.
constexpr void add_own_name(name_buffer& name, const scope_entry& scope) {
  name.add(scope.base);
  if (scope.number >= 0) name.add("_"), name.add(scope.number);
}
/// Whether that is `name`.
constexpr bool is_called(const scope_entry& scope, const char* name) {
  if (scope.number < 0) return equal(scope.base, name);
  name_buffer own;
  add_own_name(own, scope);
  return equal(own.c_str(), name);
}

/// Appends the path of `scope` to `name`: "vgg_16/conv1/conv1_1".
template <class Scopes>
constexpr void add_scope_name(name_buffer& name, const Scopes& scopes, int scope) {
  if (scope < 0) return;
  const scope_entry& entry = scopes[scope];
  if (entry.parent >= 0) {
    add_scope_name(name, scopes, entry.parent);
    if (name.size > 0) name.add("/");
  }
  add_own_name(name, entry);
}

template <class Scopes>
constexpr name_buffer scope_name(const Scopes& scopes, int scope) {
  name_buffer name;
  add_scope_name(name, scopes, scope);
  return name;
}

/// Full name of a variable: its scope, then its own name.
template <class Scopes>
constexpr name_buffer variable_name(const Scopes& scopes, const variable_entry& variable) {
  name_buffer name = scope_name(scopes, variable.scope);
  if (name.size > 0) name.add("/");
  name.add(variable.name);
  return name;
}

/// Counts the reads of each node by live nodes; outputs and kept nodes count as read twice, so that they stay.
constexpr list<int> read_counts(const graph& g) {
  list<int> reads;
  reads.resize(g.nodes.size(), 0);
  int* const of = reads.begin();
  int* own = of;
  for (const node& n : g.nodes) {
    if (!n.dead)
      for (int k = 0; k < n.operand_count; ++k) ++of[n.operands[k]];
    if (n.kept) *own += 2;
    ++own;
  }
  for (int output : g.outputs) of[output] += 2;
  return reads;
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
