#pragma once
// Compile-time errors: the compiler prints an undefined type whose name is the rule and whose arguments are the layer and the numbers.
// docs/errors.md explains each rule.

#include "slim/graph/program.hpp"

namespace slim {

// What the arguments of a message mean.
template <int... Numbers>
struct found;
template <int... Numbers>
struct expected;
#ifdef __clang__  // clang prints character packs legibly, g++ character arrays
template <char... Name>
struct layer_named;
template <char... Name>
struct argument_named;
template <char... Name>
struct name_given;
template <char... Name>
struct nearest_name;
#else
template <text Name>
struct layer_named;
template <text Name>
struct argument_named;
template <text Name>
struct name_given;
template <text Name>
struct nearest_name;
#endif

// The rules. Their names are the messages.
template <class... Facts> struct window_larger_than_input;
template <class... Facts> struct rank_of_input_is_wrong;
template <class... Facts> struct shapes_differ;
template <class... Facts> struct channels_differ;
template <class... Facts> struct concat_needs_equal_extents;
template <class... Facts> struct labels_do_not_fit_predictions;
template <class... Facts> struct variable_exists_already;
template <class... Facts> struct reused_variable_does_not_exist;
template <class... Facts> struct variable_exists_with_another_shape;
template <class... Facts> struct policy_is_never_used;
template <class... Facts> struct rate_and_stride_exclude_each_other;
template <class... Facts> struct network_takes_another_number_of_inputs;
template <class... Facts> struct there_is_no_loss;
template <class... Facts> struct loss_is_not_one_number;
template <class... Facts> struct expression_is_too_large;
template <class... Facts> struct initializer_has_wrong_number_of_values;
template <class... Facts> struct number_out_of_range;
template <class... Facts> struct no_such_variable;
template <class... Facts> struct no_such_end_point;
template <class... Facts> struct end_point_is_not_kept;

namespace detail {

#ifdef __clang__
template <template <char...> class Fact, const auto& Name>
constexpr auto name_fact() {
  return []<int... I>(std::integer_sequence<int, I...>) -> Fact<Name.characters[I]...>* { return nullptr; }(std::make_integer_sequence<int, Name.size>{});
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

template <template <int...> class Fact, const slim::shape& Shape>
constexpr auto shape_fact() {
  return []<int... I>(std::integer_sequence<int, I...>) -> Fact<Shape.extents[I]...>* { return nullptr; }(std::make_integer_sequence<int, Shape.rank>{});
}

template <class Pointer>
using pointee = std::remove_pointer_t<Pointer>;

/// Instantiates the undefined type of a rule. The one place where a message is made.
template <template <class...> class Rule, class... Facts>
constexpr bool report() {
  return sizeof(Rule<Facts...>) != 0;
}

template <const auto& Program>
struct violation_of {
  static constexpr const graph::violation& error = Program.error;
  static constexpr name_buffer layer = [] {
    name_buffer name = graph::scope_name(Program.scopes, error.scope);
    if (name.size == 0) name.add("(network)");
    return name;
  }();
  static constexpr name_buffer argument = [] {
    name_buffer name;
    name.add(error.detail);
    return name;
  }();

  template <template <class...> class Rule>
  static constexpr bool report_as() {
    using where = pointee<decltype(name_fact<layer_named, layer>())>;
    using what = pointee<decltype(shape_fact<found, error.found>())>;
    using rule = pointee<decltype(shape_fact<expected, error.expected>())>;
    using which = pointee<decltype(name_fact<argument_named, argument>())>;
    if constexpr (argument.size > 0 && error.found.rank == 0)
      return report<Rule, where, which>();
    else if constexpr (argument.size > 0)
      return report<Rule, where, which, what, rule>();
    else if constexpr (error.expected.rank == 0 && error.found.rank == 0)
      return report<Rule, where>();
    else
      return report<Rule, where, what, rule>();
  }
};

}  // namespace detail

/// True for a program without violations; otherwise does not compile and prints the first.
template <const auto& Program>
constexpr bool is_valid() {
  using enum graph::rule;
  using v = detail::violation_of<Program>;
  constexpr graph::rule broken = Program.error.broken;
  if constexpr (broken == window_larger_than_input) return v::template report_as<slim::window_larger_than_input>();
  if constexpr (broken == rank_mismatch) return v::template report_as<rank_of_input_is_wrong>();
  if constexpr (broken == shape_mismatch) return v::template report_as<shapes_differ>();
  if constexpr (broken == channel_mismatch) return v::template report_as<channels_differ>();
  if constexpr (broken == concat_extent_mismatch) return v::template report_as<concat_needs_equal_extents>();
  if constexpr (broken == label_shape_mismatch) return v::template report_as<labels_do_not_fit_predictions>();
  if constexpr (broken == duplicate_variable) return v::template report_as<variable_exists_already>();
  if constexpr (broken == reused_variable_missing) return v::template report_as<reused_variable_does_not_exist>();
  if constexpr (broken == reused_variable_shape) return v::template report_as<variable_exists_with_another_shape>();
  if constexpr (broken == policy_never_used) return v::template report_as<policy_is_never_used>();
  if constexpr (broken == rate_with_stride) return v::template report_as<rate_and_stride_exclude_each_other>();
  if constexpr (broken == wrong_input_count) return v::template report_as<network_takes_another_number_of_inputs>();
  if constexpr (broken == no_loss) return v::template report_as<there_is_no_loss>();
  if constexpr (broken == not_a_scalar_loss) return v::template report_as<loss_is_not_one_number>();
  if constexpr (broken == expression_too_large) return v::template report_as<expression_is_too_large>();
  if constexpr (broken == value_count_mismatch) return v::template report_as<initializer_has_wrong_number_of_values>();
  if constexpr (broken == bad_number) return v::template report_as<number_out_of_range>();
  return true;
}

namespace detail {

template <text Name>
inline constexpr name_buffer given_name = [] {
  name_buffer n;
  n.add(Name.characters);
  return n;
}();

/// The variable of `Program` whose name differs least from `Name`.
template <const auto& Program, text Name>
inline constexpr name_buffer nearest_variable = [] {
  name_buffer best;
  int least = 1 << 20;
  for (int i = 0; i < Program.sizes.variables; ++i) {
    const name_buffer name = graph::variable_name(Program.scopes, Program.variables[i]);
    const int distance = edit_distance(name.c_str(), Name.characters);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
}();

}  // namespace detail

/// Index of the variable called `Name`; an unknown name does not compile and prints the nearest one.
template <const auto& Program, text Name>
constexpr int variable_index() {
  constexpr int index = [] {
    for (int i = 0; i < Program.sizes.variables; ++i)
      if (equal(graph::variable_name(Program.scopes, Program.variables[i]).c_str(), Name.characters)) return i;
    return -1;
  }();
  if constexpr (index < 0)
    detail::report<no_such_variable, detail::pointee<decltype(detail::name_fact<name_given, detail::given_name<Name>>())>,
                   detail::pointee<decltype(detail::name_fact<nearest_name, detail::nearest_variable<Program, Name>>())>>();
  return index < 0 ? 0 : index;
}

/// Index of the end point called `Name`; an unknown name does not compile.
template <const auto& Program, text Name>
constexpr int end_point_index() {
  constexpr int index = [] {
    for (int i = 0; i < Program.sizes.end_points; ++i)
      if (equal(graph::scope_name(Program.scopes, Program.end_points[i].scope).c_str(), Name.characters)) return i;
    return -1;
  }();
  if constexpr (index < 0) detail::report<no_such_end_point, detail::pointee<decltype(detail::name_fact<name_given, detail::given_name<Name>>())>>();
  return index < 0 ? 0 : index;
}

}  // namespace slim
