#pragma once
#include "slim/core/begin.hpp"
// Compile-time errors. A mistake in a network becomes an undefined type whose name is the rule and whose arguments are the layer and the
// numbers; the compiler prints it where the type is used. docs/errors.md explains each rule.
//
// The type is computed without an error and used once, in a static_assert of the class or variable that the user named: so the message
// has a handful of lines however deep the layer is, and nothing else fails because of it.

#include <type_traits>
#include <utility>

#include "slim/graph/program.hpp"
#include "slim/policy/keyword.hpp"

namespace slim {

// What the arguments of a message mean.
struct a_variable;
struct or_a_function;
struct or_a_tensor_in_place_of_a_number;
template <int...> struct found;
template <int...> struct expected;
template <int...> struct at_least;
template <int...> struct channels_are;
template <int...> struct at_most_nodes;
template <int...> struct position_in_list;
template <int...> struct window_covers;
template <int...> struct slice_ends;
template <int...> struct input_has;
template <int...> struct rate_given;
template <int...> struct stride_given;
template <int...> struct of_variables;
template <int...> struct to_be_trained;
#ifdef __clang__  // clang prints character packs legibly, g++ character arrays
template <char...> struct layer_named;
template <char...> struct layer_kind;
template <char...> struct argument_named;
template <char...> struct variable_called;
template <char...> struct operation_named;
template <char...> struct after_pass;
template <char...> struct graph_rule;
template <char...> struct name_given;
template <char...> struct nearest_name;
template <char...> struct found_number;
template <char...> struct must_be;
#else
template <text> struct layer_named;
template <text> struct layer_kind;
template <text> struct argument_named;
template <text> struct variable_called;
template <text> struct operation_named;
template <text> struct after_pass;
template <text> struct graph_rule;
template <text> struct name_given;
template <text> struct nearest_name;
template <text> struct found_number;
template <text> struct must_be;
#endif

// The rules. Their names are the messages; the comments are printed by compilers that show the declaration.
// clang-format off
template <class...> struct window_larger_than_input;                // use padding = SAME, a smaller window or a larger input
template <class...> struct rank_of_input_is_wrong;                  // 3 is an image, 1 a vector: is there a flatten before?
template <class...> struct shapes_differ;                           // operands broadcast as in NumPy: extents, from the last, are equal or 1
template <class...> struct channels_differ;                         // branches that are added need equal channels: add a 1x1 conv2d
template <class...> struct concat_needs_equal_extents;              // only the last extent may differ: check strides and padding
template <class...> struct labels_do_not_fit_predictions;           // labels have the shape of the predictions
template <class...> struct weights_do_not_fit_losses;               // weights are one number, or have the leading axes of the losses
template <class...> struct weights_of_a_loss_belong_to_examples;    // a variable of several numbers has no batch axis: multiply the losses by it
template <class...> struct axes_are_no_order;                       // each axis of an example once, the first is 0
template <class...> struct slice_leaves_its_input;                  // begin + size is no larger than the input along each axis
template <class...> struct reshape_has_other_size;                  // the elements of an example stay as many as they are
template <class...> struct assigned_is_no_untrained_variable;       // make it with variable(..., trainable = false) or local_variable
template <class...> struct variable_is_assigned_twice;              // a step leaves one value in it: assign once
template <class...> struct assigned_value_has_a_batch;              // one value for all examples: mean_over_batch(x), mean(x) or sum(x)
template <class...> struct operation_has_no_gradient;               // no loss can flow back through it: stop_gradient(x) says that it shall not
template <class...> struct name_is_not_valid;                       // words with one / between them: "block1/conv"
template <class...> struct variable_exists_already;                 // rename the layer, or share weights with reuse = true
template <class...> struct reused_variable_does_not_exist;          // reuse = true, but no earlier layer made this variable
template <class...> struct variable_exists_with_another_shape;      // rename the layer: weights of one shape are shared
template <class...> struct policy_is_never_used;                    // no layer inside the arg_scope could take this argument
template <class...> struct layer_has_no_such_argument;              // remove the argument or the layer from the list
template <class...> struct arg_scope_lists_what_is_no_layer;        // layers only: a function takes no arguments with defaults
template <class...> struct end_point_has_no_name;                    // collect_named_output stands inside a scope: scope("name", ...)
template <class...> struct argument_has_another_type;               // as in stride = 2, padding = SAME, activation_fn = relu, weights_initializer = zeros
template <class...> struct tensor_stands_behind_the_call;           // conv2d(64, {3, 3})(x), flatten()(x); in a row of layers flatten() >> softmax()
template <class...> struct argument_given_twice;                    // positional arguments count
template <class...> struct rate_and_stride_exclude_each_other;      // one of them has to be 1
template <class...> struct layer_has_no_such_padding;                // CAUSAL is for conv1d; pools with a dilation have VALID alone
template <class...> struct network_returns_no_tensor;               // a tensor, or outputs(first, second): is there a return?
template <class...> struct network_takes_another_number_of_inputs;  // one input<...> for each tensor of the function
template <class...> struct network_does_not_compile_as_a_function_of_tensors;  // there is an error in it, or it does not take const tensor&
template <class...> struct layer_mixes_steps;                       // a stream goes step by step: give the layer a state, or the network the whole sequence
template <class...> struct there_is_no_loss;                        // call a loss function or add_loss before get_total_loss
template <class...> struct loss_is_not_one_number;                  // reduce it: mean(x) or sum(x)
template <class...> struct expression_is_too_large;                 // split it: into several tensors, or layers
template <class...> struct initializer_has_wrong_number_of_values;  // one value for each element
template <class...> struct number_out_of_range;
template <class...> struct number_does_not_divide_channels;          // groups of channels have equal sizes
template <class...> struct there_is_no_such_device;                 // slim computes on the processor: device = "/CPU:0"
template <class...> struct network_is_too_large;                     // is there a repeat or a recursion that goes too far?
template <class...> struct condition_on_a_tensor;                    // a network is one graph for all examples: select(condition, yes, no)
template <class...> struct network_is_not_constexpr;                // declare it with constexpr: constexpr auto net = ...
template <class...> struct network_needs_what_is_not_constexpr;     // a variable or function without constexpr, a loop without end; or mean(3) of no tensor
template <class...> struct slim_is_broken;                          // a mistake in slim, not in the network: please report it with the network
template <class...> struct no_such_variable;                        // is the nearest name the one that was meant?
template <class...> struct no_such_end_point;                       // is the nearest name the one that was meant?
template <class...> struct variable_is_not_trained;                 // no gradient reaches it: is the layer trainable, does the loss depend on it?
template <class...> struct no_variable_gets_a_gradient;             // are labels and predictions swapped, is there a stop_gradient, a comparison or trainable = false?
template <class...> struct end_point_is_not_kept;                   // add keep<"name"> to the options of the model
// clang-format on

/// What takes the place of a message when there is nothing to say.
struct no_mistake {
  static constexpr bool value = true;
};

namespace detail {

#ifdef __clang__
template <template <char...> class Fact, const auto& Name>
constexpr auto name_fact() {
  return []<int... I>(std::integer_sequence<int, I...>) -> Fact<Name.characters[I]...>* { return nullptr; }
  (std::make_integer_sequence<int, Name.size>{});
}
#else
template <template <text> class Fact, const auto& Name>
constexpr auto name_fact() {
  constexpr auto exact = [] {
    text<Name.size + 1> t;
    for (int i = 0; i < Name.size; ++i) t.characters[i] = Name.characters[i];
    return t;
  }();
  return static_cast<Fact<exact>*>(nullptr);
}
#endif

template <template <int...> class Fact, const auto& Shape>
constexpr auto shape_fact() {
  return []<int... I>(std::integer_sequence<int, I...>) -> Fact<Shape.extents[I]...>* { return nullptr; }
  (std::make_integer_sequence<int, Shape.rank>{});
}

/// Facts travel as null pointers to undefined types.
template <template <class...> class Rule, class... Facts>
constexpr Rule<Facts...>* message(Facts*...) {
  return nullptr;
}

constexpr name_buffer named(const char* characters) {
  name_buffer name;
  name.add(characters);
  return name;
}
template <text Name>
inline constexpr name_buffer given_name = named(Name.characters);

template <const auto& Program>
constexpr name_buffer name_of_variable(int i) {
  return graph::variable_name(Program.scopes, Program.variables[i]);
}
template <const auto& Program>
constexpr name_buffer name_of_end_point(int i) {
  return graph::scope_name(Program.scopes, Program.end_points[i].scope);
}
/// The name of an end point directly below `Scope`, without it; of no others.
template <const auto& Program, int Scope>
constexpr name_buffer name_of_end_point_in(int i) {
  name_buffer name;
  if (const auto& scope = Program.scopes[Program.end_points[i].scope]; scope.parent == Scope) graph::add_own_name(name, scope);
  return name;
}
/// Variables first, then scopes.
template <const auto& Program>
constexpr name_buffer name_of_variable_or_scope(int i) {
  return i < Program.sizes.variables ? name_of_variable<Program>(i) : graph::scope_name(Program.scopes, i - Program.sizes.variables);
}

/// Where `name` is in a list of names, or which of them differs least from it.
struct name_search {
  int index = -1;
  name_buffer nearest{};
};
constexpr name_search search(name_buffer (*name_at)(int), int count, const char* name) {
  name_search result;
  int least = 1 << 20;
  for (int i = 0; i < count; ++i) {
    const name_buffer candidate = name_at(i);
    if (equal(candidate.c_str(), name)) return {i, candidate};
    const int distance = edit_distance(candidate.c_str(), name);
    if (distance < least) least = distance, result.nearest = candidate;
  }
  return result;
}

/// The message for the violation that `Program` carries.
template <const auto& Program>
struct violation_of {
  static constexpr graph::violation error = Program.error;
  static constexpr name_buffer layer = error.scope < 0 ? named("(network)") : graph::scope_name(Program.scopes, error.scope);
  static constexpr name_buffer detail_name = named(error.detail), kind_name = named(error.layer_kind);
  static constexpr name_buffer nearest =
      error.broken == graph::rule::end_point_missing
          ? search(error.scope < 0 ? name_of_end_point<Program> : name_of_end_point_in<Program, error.scope>, Program.sizes.end_points, error.detail).nearest
      : error.broken == graph::rule::variable_missing
          ? search(name_of_variable_or_scope<Program>, Program.sizes.variables + Program.sizes.scopes, error.detail).nearest
          : name_buffer{};
  static constexpr name_buffer number_text = [] {
    name_buffer text;
    slim_describe(error.number, text);
    return text;
  }();
  static constexpr slim::shape found_shape = error.found, expected_shape = error.expected;

  static constexpr auto where() { return name_fact<layer_named, layer>(); }
  static constexpr auto what() { return shape_fact<found, found_shape>(); }
  static constexpr auto needed() { return shape_fact<expected, expected_shape>(); }
  static constexpr auto argument() { return name_fact<argument_named, detail_name>(); }
  static constexpr auto variable() { return name_fact<variable_called, detail_name>(); }

  static constexpr auto text_of() {
    using enum graph::rule;
    constexpr graph::rule broken = error.broken;
    if constexpr (broken == none) return static_cast<no_mistake*>(nullptr);
    else if constexpr (broken == window_larger_than_input)
      return message<slim::window_larger_than_input>(where(), shape_fact<window_covers, found_shape>(), shape_fact<input_has, expected_shape>());
    else if constexpr (broken == rank_mismatch) return message<rank_of_input_is_wrong>(where(), what(), needed());
    else if constexpr (broken == shape_mismatch) return message<shapes_differ>(where(), what(), needed());
    else if constexpr (broken == channel_mismatch) return message<channels_differ>(where(), what(), needed());
    else if constexpr (broken == concat_extent_mismatch) return message<concat_needs_equal_extents>(where(), what(), needed());
    else if constexpr (broken == label_shape_mismatch) return message<labels_do_not_fit_predictions>(where(), what(), needed());
    else if constexpr (broken == loss_weight_mismatch) return message<weights_do_not_fit_losses>(where(), what(), needed());
    else if constexpr (broken == loss_weights_without_batch) return message<weights_of_a_loss_belong_to_examples>(where(), what());
    else if constexpr (broken == axes_wrong) return message<axes_are_no_order>(where(), what());
    else if constexpr (broken == slice_outside)
      return message<slice_leaves_its_input>(where(), shape_fact<slice_ends, found_shape>(), shape_fact<input_has, expected_shape>());
    else if constexpr (broken == assigned_is_trained) return message<assigned_is_no_untrained_variable>(where());
    else if constexpr (broken == assigned_twice) return message<variable_is_assigned_twice>(where(), variable());
    else if constexpr (broken == assigned_has_batch) return message<assigned_value_has_a_batch>(where(), what(), needed());
    else if constexpr (broken == element_count) return message<reshape_has_other_size>(where(), what(), needed());
    else if constexpr (broken == steps_mixed) return message<layer_mixes_steps>(where(), name_fact<operation_named, detail_name>());
    else if constexpr (broken == no_gradient) return message<operation_has_no_gradient>(where(), name_fact<operation_named, detail_name>());
    else if constexpr (broken == duplicate_variable) return message<variable_exists_already>(where(), variable(), what());
    else if constexpr (broken == reused_variable_missing) return message<reused_variable_does_not_exist>(where(), variable());
    else if constexpr (broken == reused_variable_shape) return message<variable_exists_with_another_shape>(where(), variable(), what(), needed());
    else if constexpr (broken == policy_never_used) return message<policy_is_never_used>(where(), argument());
    else if constexpr (broken == unknown_argument) return message<layer_has_no_such_argument>(where(), name_fact<layer_kind, kind_name>(), argument());
    else if constexpr (broken == repeated_argument) return message<argument_given_twice>(where(), argument());
    else if constexpr (broken == misfit_argument) return message<argument_has_another_type>(where(), argument());
    else if constexpr (broken == tensor_argument) return message<tensor_stands_behind_the_call>(where(), name_fact<layer_kind, kind_name>());
    else if constexpr (broken == rate_with_stride)
      return message<rate_and_stride_exclude_each_other>(where(), shape_fact<rate_given, found_shape>(), shape_fact<stride_given, expected_shape>());
    else if constexpr (broken == no_tensor) return message<network_returns_no_tensor>();
    else if constexpr (broken == no_function_of_tensors) return message<network_does_not_compile_as_a_function_of_tensors>();
    else if constexpr (broken == wrong_input_count) return message<network_takes_another_number_of_inputs>(what(), needed());
    else if constexpr (broken == no_loss && detail_name.size > 0) return message<there_is_no_loss>(where(), name_fact<name_given, detail_name>());
    else if constexpr (broken == no_loss) return message<there_is_no_loss>(where());
    else if constexpr (broken == not_a_scalar_loss) return message<loss_is_not_one_number>(where(), what());
    else if constexpr (broken == expression_too_large && detail_name.size > 0) return message<expression_is_too_large>(where(), argument(), what(), needed());
    else if constexpr (broken == expression_too_large) return message<expression_is_too_large>(where(), what(), needed());
    else if constexpr (broken == value_count_mismatch) return message<initializer_has_wrong_number_of_values>(where(), variable(), what(), needed());
    else if constexpr (broken == name_wrong) return message<name_is_not_valid>(where(), name_fact<name_given, detail_name>());
    else if constexpr (broken == unknown_device) return message<there_is_no_such_device>(where(), name_fact<name_given, detail_name>());
    else if constexpr (broken == padding_not_here) return message<layer_has_no_such_padding>(where(), name_fact<name_given, detail_name>());
    else if constexpr (broken == no_layer_kind) return message<arg_scope_lists_what_is_no_layer>(where(), shape_fact<position_in_list, found_shape>());
    else if constexpr (broken == no_open_scope) return message<end_point_has_no_name>(where());
    else if constexpr (broken == number_wrong)
      return message<number_out_of_range>(where(), argument(), name_fact<found_number, number_text>(), name_fact<must_be, kind_name>());
    else if constexpr (broken == indivisible)
      return message<number_does_not_divide_channels>(where(), argument(), what(), shape_fact<channels_are, expected_shape>());
    else if constexpr (broken == network_too_large) return message<network_is_too_large>(where(), shape_fact<at_most_nodes, expected_shape>());
    else if constexpr (broken == condition_on_tensor && detail_name.size > 0) return message<condition_on_a_tensor>(where(), argument());
    else if constexpr (broken == condition_on_tensor) return message<condition_on_a_tensor>(where());
    else if constexpr (broken == network_not_constant) return message<network_is_not_constexpr>();
    else if constexpr (broken == network_not_computable)
      return static_cast<network_needs_what_is_not_constexpr<a_variable, or_a_function, or_a_tensor_in_place_of_a_number>*>(nullptr);
    else if constexpr (broken == unsound_graph) return message<slim_is_broken>(name_fact<after_pass, kind_name>(), name_fact<graph_rule, detail_name>());
    else if constexpr (broken == variable_missing) return message<no_such_variable>(name_fact<name_given, detail_name>(), name_fact<nearest_name, nearest>());
    else if constexpr (broken == variable_not_trained) return message<variable_is_not_trained>(name_fact<name_given, detail_name>());
    else if constexpr (broken == nothing_trained)
      return message<no_variable_gets_a_gradient>(shape_fact<of_variables, expected_shape>(), shape_fact<to_be_trained, found_shape>());
    else if constexpr (broken == end_point_missing && error.scope >= 0)
      return message<no_such_end_point>(where(), name_fact<name_given, detail_name>(), name_fact<nearest_name, nearest>());
    else if constexpr (broken == end_point_missing) return message<no_such_end_point>(name_fact<name_given, detail_name>(), name_fact<nearest_name, nearest>());
    else return message<number_out_of_range>(where(), argument(), what(), shape_fact<at_least, expected_shape>());
  }
};

template <const auto& Program, text Name>
inline constexpr name_search variable_search = search(name_of_variable<Program>, Program.sizes.variables, Name.characters);
template <const auto& Program, text Name>
inline constexpr name_search end_point_search = search(name_of_end_point<Program>, Program.sizes.end_points, Name.characters);

template <const name_search& Search>
inline constexpr name_buffer nearest_of = Search.nearest;

/// A message with the name that was given and the nearest one, unless the name was found or `Program` has told another mistake.
template <template <class...> class Rule, const auto& Program, text Name, const name_search& Search>
constexpr auto unknown_name() {
  if constexpr (Search.index >= 0 || Program.error.broken != graph::rule::none) {
    return static_cast<no_mistake*>(nullptr);
  } else {
    return message<Rule>(name_fact<name_given, given_name<Name>>(), name_fact<nearest_name, nearest_of<Search>>());
  }
}

/// Only outputs and kept nodes can be read after a run.
template <const auto& Program, text Name>
constexpr auto unreadable_end_point() {
  constexpr int index = end_point_search<Program, Name>.index;
  constexpr bool readable = [] {
    if (index < 0) return true;  // another message
    const int node = Program.end_points[index].node;
    for (int i = 0; i < Program.sizes.outputs; ++i)
      if (Program.outputs[i] == node) return true;
    return node >= 0 && Program.nodes[node].kept;
  }();
  if constexpr (readable) return static_cast<no_mistake*>(nullptr);
  else return message<end_point_is_not_kept>(name_fact<name_given, given_name<Name>>());
}

template <const auto& Program, const auto& Earlier>
constexpr auto violation_after() {
  if constexpr (Earlier.error.broken != graph::rule::none) return static_cast<no_mistake*>(nullptr);
  else return violation_of<Program>::text_of();
}

template <class Pointer>
using pointee = std::remove_pointer_t<Pointer>;

}  // namespace detail

/// `static_assert(is_valid<program>::value)` prints the first violation that tracing the network met. In a function write
/// `static_assert(sizeof(is_valid<program>) != 0)`: clang would print the other form twice.
template <const auto& Program>
using is_valid = detail::pointee<decltype(detail::violation_of<Program>::text_of())>;
/// The same, but silent when `Earlier`, which was checked before, has a violation: that is the same mistake.
template <const auto& Program, const auto& Earlier>
using is_valid_after = detail::pointee<decltype(detail::violation_after<Program, Earlier>())>;

/// `has_variable<program, "net/conv1/weights">::value` is true; an unknown name prints the nearest one.
template <const auto& Program, text Name>
using has_variable = detail::pointee<decltype(detail::unknown_name<no_such_variable, Program, Name, detail::variable_search<Program, Name>>())>;
/// Index of the variable called `Name`; 0 after a message of has_variable.
template <const auto& Program, text Name>
inline constexpr int variable_index = detail::variable_search<Program, Name>.index < 0 ? 0 : detail::variable_search<Program, Name>.index;

/// The same for end points.
template <const auto& Program, text Name>
using has_end_point = detail::pointee<decltype(detail::unknown_name<no_such_end_point, Program, Name, detail::end_point_search<Program, Name>>())>;
template <const auto& Program, text Name>
inline constexpr int end_point_index = detail::end_point_search<Program, Name>.index < 0 ? 0 : detail::end_point_search<Program, Name>.index;
/// True when the value of an end point can be read after a run of `Program`.
template <const auto& Program, text Name>
using keeps_end_point = detail::pointee<decltype(detail::unreadable_end_point<Program, Name>())>;

}  // namespace slim

#include "slim/core/end.hpp"
