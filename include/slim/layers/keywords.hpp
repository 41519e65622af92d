#pragma once
#include "slim/core/begin.hpp"
// The keyword arguments of TF-Slim's layers (tf-slim sections 2.1 to 2.8). Each has one type of value; each layer states its own default.

#include <initializer_list>

#include "slim/expr/symbol.hpp"
#include "slim/graph/initializer.hpp"
#include "slim/trace/tensor.hpp"
#include "slim/policy/keyword.hpp"
#include "slim/shape/window.hpp"

namespace slim {

namespace detail {
/// A function of one scalar; a layer is none, whatever it takes.
template <class Callable>
concept scalar_callable = !requires { Callable::function_name; } && requires(const Callable& callable, const expr::symbol& x) { callable(x); };
}  // namespace detail

/// A scalar function of bounded size that can be stored in a network: activations and regularizers.
/// Made from any generic callable of one scalar: `[](auto x) { return x * sigmoid(x); }`.
struct stored_function {
  static constexpr int capacity = 32;
  expr::scalar_node nodes[capacity]{};
  int count = 0;
  int output = -1;
  int size = 0;                // operations recorded
  bool has_condition = false;  // `if (x > 0)`: reported by the layer that reads it, as is a size that does not fit
  double refused = 0;          // a number that is out of range, and what it has to be
  const char* range = nullptr;
  const char* name = "custom";

  constexpr stored_function() = default;
  constexpr stored_function(none_t) : name("none") {}
  template <detail::scalar_callable Callable>
  constexpr stored_function(const Callable& callable) {
    store(expr::pruned(expr::scalar_function_of<1>(callable)));
    if constexpr (requires { callable.name; }) name = callable.name;
  }

  constexpr void store(const expr::scalar_function& recorded) {
    size = recorded.nodes.size();
    has_condition = recorded.has_condition;
    count = fits() ? size : 1;  // one that is too large is reported by the layer that reads it
    for (int i = 0; i < count; ++i) nodes[i] = recorded.nodes[i];
    output = fits() ? recorded.outputs[0] : 0;
  }

  constexpr bool empty() const { return count == 0; }
  constexpr bool fits() const { return size <= capacity; }
  constexpr expr::scalar_function function() const {
    expr::scalar_function f;
    for (int i = 0; i < count; ++i) f.nodes.push(nodes[i]);
    f.inputs = 1;
    f.add_output(output);
    return f;
  }
};

/// Height and width as they were written.
struct whole_pair {
  whole_number height = 1, width = 1;

  constexpr whole_pair() = default;
  template <class Number>
    requires detail::convertible<Number, whole_number>
  constexpr whole_pair(Number both) : height(both), width(both) {}
  constexpr whole_pair(whole_number h, whole_number w) : height(h), width(w) {}
  constexpr whole_pair(const extent2& both) : height(both.height), width(both.width) {}
  constexpr operator extent2() const { return {height, width}; }

  constexpr number_fault fault() const {
    const number_fault first = height.fault(1, range);
    return first.range != nullptr ? first : width.fault(1, range);
  }
  static constexpr const char* range = "a whole number, at least 1";
};

/// Kernels, strides and rates as they were written: one number for all axes, or one for each.
struct whole_extents {
  whole_number axes[3]{1, 1, 1};
  int count = 1;

  constexpr whole_extents() = default;
  template <class Number>
    requires detail::convertible<Number, whole_number>
  constexpr whole_extents(Number all) : axes{all, all, all} {}
  constexpr whole_extents(whole_number h, whole_number w) : axes{h, w}, count(2) {}
  constexpr whole_extents(whole_number d, whole_number h, whole_number w) : axes{d, h, w}, count(3) {}
  constexpr whole_extents(const whole_pair& both) : axes{both.height, both.width}, count(2) {}
  constexpr whole_extents(const extent2& both) : axes{both.height, both.width}, count(2) {}

  constexpr number_fault fault() const {
    number_fault found;
    for (int i = 0; i < count && found.range == nullptr; ++i) found = axes[i].fault(1, whole_pair::range);
    return found;
  }
};

/// The default of a kernel: there is none.
constexpr whole_number no_default() {
  whole_number nothing;
  nothing.complaint = "given, it has no default";
  return nothing;
}
constexpr whole_extents required_extents() { return no_default(); }

constexpr void slim_describe(const stored_function& value, name_buffer& to) { to.add(value.name); }
constexpr void slim_describe(const whole_extents& value, name_buffer& to) {
  const int shown = value.count == 1 ? 2 : value.count;
  for (int i = 0; i < shown; ++i) {
    to.add(i == 0 ? "{" : ",");
    to.add(value.axes[i]);
  }
  to.add("}");
}
constexpr void slim_describe(padding_mode value, name_buffer& to) {
  to.add(value == SAME ? "SAME" : value == VALID ? "VALID" : value == FIXED ? "FIXED" : "CAUSAL");
}
constexpr void slim_describe(graph::algorithm value, name_buffer& to) { to.add(value == graph::algorithm::automatic ? "automatic" : name_of(value)); }
constexpr void slim_describe(const initializer& value, name_buffer& to) {
  constexpr const char* names[] = {"none",       "constant", "values", "random_uniform", "random_normal", "truncated_normal", "variance_scaling",
                                   "orthogonal", "diagonal", "center"};
  to.add(names[static_cast<int>(value.kind)]);
  if (value.kind == distribution::none || value.kind == distribution::values) return;
  to.add("(");
  slim_describe(value.a, to);
  if (value.kind == distribution::uniform || value.kind == distribution::normal || value.kind == distribution::truncated_normal) {
    to.add(", ");
    slim_describe(value.b, to);
  }
  to.add(")");
}

/// Numbers for a normalizer: `normalizer_params = params(decay = 0.997, scale = true)`. At most eight.
struct parameter_list {
  static constexpr int capacity = 8;
  const void* keys[capacity]{};
  const char* names[capacity]{};
  double values[capacity]{};
  int count = 0;
  const char* misfit = "";  // the name of one that was given a value of another type

  template <class Keyword>
  constexpr int find(const Keyword&) const {
    for (int i = 0; i < count; ++i)
      if (same_identity(keys[i], &identity_of<Keyword>)) return i;
    return -1;
  }
};

template <keyword_argument... Arguments>
  requires(sizeof...(Arguments) <= parameter_list::capacity)
constexpr parameter_list params(const Arguments&... given) {
  parameter_list result;
  ((given.misfit ? void(result.misfit = given.keyword) : void()), ...);
  ((result.keys[result.count] = given.key, result.names[result.count] = given.keyword, result.values[result.count++] = static_cast<double>(given.value)), ...);
  return result;
}
namespace detail {
struct braced_arguments {
  constexpr braced_arguments(std::initializer_list<argument_base>) {}
};
}  // namespace detail
constexpr void slim_describe(const parameter_list& value, name_buffer& to) {
  to.add(value.count);
  to.add(" values");
}

/// What normalizes a layer's output: a layer kind (`batch_norm`) or any constexpr function of a tensor.
struct normalizer {
  tensor (*apply)(const normalizer& self, const tensor&, const parameter_list&) = nullptr;
  bool (*takes)(const void* keyword) = nullptr;  // whether normalizer_params may hold it
  const char* name = "none";
  bool given = false;  // g++ with -fsanitize=undefined takes no comparison of `apply` with null for a constant

  constexpr normalizer() = default;
  constexpr normalizer(none_t) {}
  template <class Layer>
    requires requires(const tensor& x, const parameter_list& p) { Layer::normalize(x, p); }
  constexpr normalizer(const Layer&)
      : apply([](const normalizer&, const tensor& x, const parameter_list& p) { return Layer::normalize(x, p); }), takes(&Layer::takes_parameter),
        name(Layer::function_name), given(true) {}
  template <class Callable>
    requires(!requires { Callable::function_name; } && std::is_empty_v<Callable> && std::is_default_constructible_v<Callable> &&
             std::is_invocable_r_v<tensor, Callable, tensor>)
  constexpr normalizer(const Callable&) : normalizer([](const normalizer&, const tensor& x, const parameter_list&) { return Callable{}(x); }, 0) {}
  constexpr normalizer(tensor (*one)(const tensor&))
      : normalizer([](const normalizer& self, const tensor& x, const parameter_list&) { return self.function(x); }, 0) {
    function = one;
  }
  constexpr normalizer(tensor (*one)(tensor))
      : normalizer([](const normalizer& self, const tensor& x, const parameter_list&) { return self.function_of_copy(x); }, 0) {
    function_of_copy = one;
  }

private:
  constexpr normalizer(tensor (*how)(const normalizer&, const tensor&, const parameter_list&), int)
      : apply(how), takes([](const void*) { return false; }), name("custom"), given(true) {}
  tensor (*function)(const tensor&) = nullptr;
  tensor (*function_of_copy)(tensor) = nullptr;
};
constexpr void slim_describe(const normalizer& value, name_buffer& to) { to.add(value.name); }

/// Collections for the variables of a layer: `variables_collections = {"watched"}` for all of them, or by their names,
/// `variables_collections = {{"weights", "watched"}, {"biases", "plain"}}`. At most eight entries.
struct variable_collections {
  struct entry {
    const char* variable = "";  // empty: every variable
    const char* collection = "";
    constexpr entry() = default;
    constexpr entry(const char* all) : collection(all) {}
    constexpr entry(const char* one, const char* in) : variable(one), collection(in) {}
  };
  static constexpr int capacity = 8;
  entry entries[capacity]{};
  int count = 0;

  constexpr variable_collections() = default;
  constexpr variable_collections(std::initializer_list<entry> given) {
    for (const entry& one : given)
      if (count < capacity) entries[count++] = one;
  }

  constexpr collection_list of(const char* variable) const {
    collection_list result;
    for (int i = 0; i < count; ++i)
      if (*entries[i].variable == '\0' || equal(entries[i].variable, variable)) result.add(entries[i].collection);
    return result;
  }
};
constexpr void slim_describe(const variable_collections& value, name_buffer& to) {
  to.add(value.count);
  to.add(" entries");
}
constexpr void slim_describe(const collection_list& value, name_buffer& to) {
  for (int i = 0; i < value.count; ++i) {
    to.add(i > 0 ? ", " : "");
    to.add(value.names[i]);
  }
}

/// Not constexpr: while a network is compiled, the call itself is the message.
[[noreturn]] inline void activation_is_no_function_of_one_element() { std::abort(); }

namespace detail {
/// A function of the C library and its overloads, none of which takes a tensor.
struct function_of_numbers {
  constexpr function_of_numbers(double (*)(double)) {}
};
}  // namespace detail

/// A scalar function, or a function of tensors that is one: `activation_fn = tanh`, a name that the C library has as well.
struct activation_fn_keyword : keyword<activation_fn_keyword, stored_function> {
private:
  template <class Callable>
  static constexpr argument<activation_fn_keyword> recorded(const Callable& function) {
    tracer trace;
    const tensor x(trace, graph::add_leaf(trace.g, graph::kind::input, true, {}, 0));
    const graph::node& y = trace.g.nodes[function(x).node];
    if (y.kind != graph::kind::map || y.operand_count != 1 || y.operands[0] != x.node) activation_is_no_function_of_one_element();
    stored_function recorded;
    recorded.store(trace.g.functions[y.function]);
    recorded.name = "custom";
    return {recorded};
  }

public:
  static constexpr const char* name = "activation_fn";
  using keyword::operator=;
  /// The second is asked of what is no function of a scalar only: a lambda would be looked into once more, for tensors.
  template <class Other>
  static constexpr bool takes = [] {
    if constexpr (detail::convertible<const Other&, stored_function>) return true;
    else return detail::convertible<const Other&, tensor (*)(const tensor&)> || detail::convertible<const Other&, tensor (*)(tensor)>;
  }();
  template <detail::scalar_callable Callable>
  constexpr argument<activation_fn_keyword> operator=(const Callable& scalar) const {
    return {stored_function(scalar)};
  }
  template <class Callable>
    requires(!detail::scalar_callable<Callable> && !detail::convertible<const Callable&, stored_function> && takes<Callable>)
  constexpr argument<activation_fn_keyword> operator=(const Callable& function) const {
    return recorded(function);
  }
  constexpr argument<activation_fn_keyword> operator=(tensor (&function)(const tensor&)) const { return recorded(function); }
  /// The message about std::tanh and its kind.
  template <class Value = stored_function>
  constexpr auto operator=(detail::function_of_numbers) const {
    static_assert(sizeof(Value) == 0, "functions of std take numbers: write activation_fn = nn::tanh, or exp, sqrt without std::");
    return argument<activation_fn_keyword>(Value{});
  }
};

// clang-format off
struct num_outputs_keyword : keyword<num_outputs_keyword, whole_number> { static constexpr const char* name = "num_outputs"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct depth_multiplier_keyword : keyword<depth_multiplier_keyword, whole_number> { static constexpr const char* name = "depth_multiplier"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct num_classes_keyword : keyword<num_classes_keyword, whole_number> { static constexpr const char* name = "num_classes"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct kernel_size_keyword : keyword<kernel_size_keyword, whole_extents> { static constexpr const char* name = "kernel_size"; using keyword::operator=; static constexpr number_fault fault(const whole_extents& n) { return n.fault(); } };
struct stride_keyword : keyword<stride_keyword, whole_extents> { static constexpr const char* name = "stride"; using keyword::operator=; static constexpr number_fault fault(const whole_extents& n) { return n.fault(); } };
struct rate_keyword : keyword<rate_keyword, whole_extents> { static constexpr const char* name = "rate"; using keyword::operator=; static constexpr number_fault fault(const whole_extents& n) { return n.fault(); } };
struct groups_keyword : keyword<groups_keyword, whole_number> { static constexpr const char* name = "groups"; using keyword::operator=; static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); } };
struct padding_keyword : keyword<padding_keyword, padding_mode> { static constexpr const char* name = "padding"; using keyword::operator=; };
struct normalizer_fn_keyword : keyword<normalizer_fn_keyword, normalizer> { static constexpr const char* name = "normalizer_fn"; using keyword::operator=; };
struct normalizer_params_keyword : keyword<normalizer_params_keyword, parameter_list> { static constexpr const char* name = "normalizer_params"; using keyword::operator=; template <class Value = parameter_list> constexpr auto operator=(const detail::braced_arguments&) const { static_assert(sizeof(Value) == 0, "the arguments of a normalizer stand in params: normalizer_params = params(decay = 0.9)"); return argument<normalizer_params_keyword>(Value{}); } };
struct weights_initializer_keyword : keyword<weights_initializer_keyword, initializer> { static constexpr const char* name = "weights_initializer"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct pointwise_initializer_keyword : keyword<pointwise_initializer_keyword, initializer> { static constexpr const char* name = "pointwise_initializer"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct weights_regularizer_keyword : keyword<weights_regularizer_keyword, stored_function> { static constexpr const char* name = "weights_regularizer"; using keyword::operator=; static constexpr number_fault fault(const stored_function& n) { return number_fault{n.refused, n.range}; } };
struct biases_initializer_keyword : keyword<biases_initializer_keyword, initializer> { static constexpr const char* name = "biases_initializer"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct biases_regularizer_keyword : keyword<biases_regularizer_keyword, stored_function> { static constexpr const char* name = "biases_regularizer"; using keyword::operator=; static constexpr number_fault fault(const stored_function& n) { return number_fault{n.refused, n.range}; } };
struct trainable_keyword : keyword<trainable_keyword, bool> { static constexpr const char* name = "trainable"; using keyword::operator=; };
struct reuse_keyword : keyword<reuse_keyword, bool> { static constexpr const char* name = "reuse"; using keyword::operator=; };
struct keep_prob_keyword : keyword<keep_prob_keyword, double> { static constexpr const char* name = "keep_prob"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_above(n, 0, 1, "in (0, 1]"); } };
struct dropout_seed_keyword : keyword<dropout_seed_keyword, int> { static constexpr const char* name = "seed"; using keyword::operator=; };
/// training::automatic: as the model is used; otherwise fixed.
enum class training : unsigned char { no, yes, automatic };
struct training_choice {
  training value = training::automatic;
  constexpr training_choice() = default;
  template <std::same_as<bool> Fixed>
  constexpr training_choice(Fixed fixed) : value(fixed ? training::yes : training::no) {}
  constexpr training_choice(training choice) : value(choice) {}
  constexpr bool in(const tracer& t) const { return value == training::automatic ? t.training : value == training::yes; }
  constexpr explicit operator double() const { return static_cast<double>(value); }  // in params
};
constexpr void slim_describe(const training_choice& value, name_buffer& to) { to.add(value.value == training::automatic ? "automatic" : value.value == training::yes ? "true" : "false"); }
struct is_training_keyword : keyword<is_training_keyword, training_choice> { static constexpr const char* name = "is_training"; using keyword::operator=; };
struct decay_keyword : keyword<decay_keyword, double> { static constexpr const char* name = "decay"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1, "in [0, 1]"); } };
struct epsilon_keyword : keyword<epsilon_keyword, double> { static constexpr const char* name = "epsilon"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, 0, 1e300, "at least 0"); } };
struct center_keyword : keyword<center_keyword, bool> { static constexpr const char* name = "center"; using keyword::operator=; };
struct scale_keyword : keyword<scale_keyword, bool> { static constexpr const char* name = "scale"; using keyword::operator=; };
struct on_value_keyword : keyword<on_value_keyword, double> { static constexpr const char* name = "on_value"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, -1e300, 1e300, "finite"); } };
struct off_value_keyword : keyword<off_value_keyword, double> { static constexpr const char* name = "off_value"; using keyword::operator=; static constexpr number_fault fault(const double& n) { return check_range(n, -1e300, 1e300, "finite"); } };
struct conv_algorithm_keyword : keyword<conv_algorithm_keyword, graph::algorithm> { static constexpr const char* name = "conv_algorithm"; using keyword::operator=; };
struct initializer_keyword : keyword<initializer_keyword, initializer> { static constexpr const char* name = "initializer"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct collections_keyword : keyword<collections_keyword, collection_list> { static constexpr const char* name = "collections"; using keyword::operator=; };
struct variables_collections_keyword : keyword<variables_collections_keyword, variable_collections> { static constexpr const char* name = "variables_collections"; using keyword::operator=; };
struct device_keyword : keyword<device_keyword, const char*> { static constexpr const char* name = "device"; using keyword::operator=; };
struct regularizer_keyword : keyword<regularizer_keyword, stored_function> { static constexpr const char* name = "regularizer"; using keyword::operator=; static constexpr number_fault fault(const stored_function& n) { return number_fault{n.refused, n.range}; } };

/// A stride for each axis behind the kernel: conv2d(4, {3, 3}, {2, 1}). One number is taken before it is one of these.
using braced_strides = stride_keyword::value_type;

inline constexpr num_outputs_keyword num_outputs;
inline constexpr depth_multiplier_keyword depth_multiplier;
inline constexpr num_classes_keyword num_classes;
inline constexpr kernel_size_keyword kernel_size;
inline constexpr stride_keyword stride;
inline constexpr rate_keyword rate;
inline constexpr groups_keyword groups;
inline constexpr padding_keyword padding;
inline constexpr activation_fn_keyword activation_fn;
inline constexpr normalizer_fn_keyword normalizer_fn;
inline constexpr normalizer_params_keyword normalizer_params;
inline constexpr weights_initializer_keyword weights_initializer;
inline constexpr pointwise_initializer_keyword pointwise_initializer;
inline constexpr weights_regularizer_keyword weights_regularizer;
inline constexpr biases_initializer_keyword biases_initializer;
inline constexpr biases_regularizer_keyword biases_regularizer;
inline constexpr trainable_keyword trainable;
inline constexpr reuse_keyword reuse;
inline constexpr keep_prob_keyword keep_prob;
inline constexpr dropout_seed_keyword dropout_seed;
inline constexpr is_training_keyword is_training;
inline constexpr decay_keyword decay;
inline constexpr epsilon_keyword epsilon;
inline constexpr center_keyword center;
inline constexpr scale_keyword scale;
inline constexpr on_value_keyword on_value;
inline constexpr off_value_keyword off_value;
inline constexpr conv_algorithm_keyword conv_algorithm;
inline constexpr initializer_keyword initial_values;
inline constexpr regularizer_keyword regularizer;
inline constexpr collections_keyword collections;
inline constexpr variables_collections_keyword variables_collections;
inline constexpr device_keyword device;
// clang-format on

/// What a keyword has for a name in other libraries. No layer takes it, and the message tells which one was meant.
template <text Name, class Keyword>
struct misnamed_keyword : keyword<misnamed_keyword<Name, Keyword>, typename Keyword::value_type> {
  static constexpr const char* name = Name.characters;
  using keyword<misnamed_keyword, typename Keyword::value_type>::operator=;
};
inline constexpr misnamed_keyword<"activation: the keyword is activation_fn", activation_fn_keyword> activation;
inline constexpr misnamed_keyword<"kernel_initializer: the keyword is weights_initializer", weights_initializer_keyword> kernel_initializer;
inline constexpr misnamed_keyword<"kernel_regularizer: the keyword is weights_regularizer", weights_regularizer_keyword> kernel_regularizer;
inline constexpr misnamed_keyword<"bias_initializer: the keyword is biases_initializer", biases_initializer_keyword> bias_initializer;
inline constexpr misnamed_keyword<"data_format: there is none, channels are last", device_keyword> data_format;

/// How a convolution is computed: `conv_algorithm = algorithm::direct`. With `automatic` slim chooses by shape; `winograd_4x4` and
/// `winograd_2x2` apply to windows of 3×3 and 5×5 at stride 1.
using graph::algorithm;

}  // namespace slim

#include "slim/core/end.hpp"
