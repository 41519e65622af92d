#pragma once
#include "slim/core/begin.hpp"
// Composing layers: `>>` in sequence, repeat, stack, name scopes, and branches. TF-Slim section 2.9.

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/unpack.hpp>

#include <concepts>

#include "slim/core/braces.hpp"
#include "slim/core/convertible.hpp"
#include "slim/layers/layer.hpp"
#include "slim/policy/arg_scope.hpp"

namespace slim {

/// A function of one tensor that returns one; policies, which may be applied to anything, are none.
template <class T>
concept network_part = requires(const T& part, const tensor& x) {
  { part(x) } -> detail::convertible<tensor>;
};

/// Parts applied one after the other, the first to the input.
template <class... Parts>
struct sequence {
  hana::basic_tuple<Parts...> parts;

  constexpr tensor operator()(const tensor& x) const {
    tensor y = x;
    hana::unpack(parts, [&](const Parts&... part) { ((y = part(y)), ...); });
    return y;
  }
  constexpr auto operator()(const number_alone auto& x) const { return refuse_number(x); }
};

/// `a >> b`: b after a. A row of parts is one sequence, however long.
template <network_part First, network_part Second>
constexpr sequence<std::decay_t<First>, std::decay_t<Second>> operator>>(const First& first, const Second& second) {
  return {hana::basic_tuple<std::decay_t<First>, std::decay_t<Second>>(first, second)};
}
template <class... Parts, network_part Last>
constexpr sequence<Parts..., std::decay_t<Last>> operator>>(const sequence<Parts...>& row, const Last& last) {
  using longer = hana::basic_tuple<Parts..., std::decay_t<Last>>;
  return hana::unpack(row.parts, [&](const Parts&... part) { return sequence<Parts..., std::decay_t<Last>>{longer(part..., last)}; });
}
/// `x >> part`: part(x).
template <std::same_as<tensor> Input, network_part Part>
constexpr tensor operator>>(const Input& x, const Part& part) {
  return part(x);
}

namespace detail {
/// One of the functions of a name that has several: `>> tanh`, which is the C library's, too.
struct named_function {
  tensor (*function)(const tensor&) = nullptr;
  constexpr named_function(tensor (*one)(const tensor&)) : function(one) {}
  /// The message about std::tanh and its kind.
  template <class Number = double>
  constexpr named_function(double (*)(double)) {
    static_assert(sizeof(Number) == 0, "functions of std take numbers: write >> exp, >> sqrt, >> nn::tanh without std::");
  }
};
}  // namespace detail
template <class First>
  requires(network_part<First> || std::same_as<First, tensor>)
constexpr auto operator>>(const First& first, detail::named_function second) {
  return first >> second.function;
}

/// The message about what can follow nothing.
template <class First, class Second>
  requires((network_part<First> || std::same_as<First, tensor>) && !network_part<Second>)
constexpr no_call operator>>(const First&, const Second&) {
  constexpr bool fits = network_part<Second>;
  static_assert(fits, "behind >> stands a function of one tensor that returns one: a layer, a composition of layers, a lambda");
  return {};
}

/// The message about what cannot stand in front.
template <class First, network_part Second>
  requires(number_alone<First> || std::is_base_of_v<policy<First>, First>)
constexpr auto operator>>(const First&, const Second& second) {
  constexpr bool input = !number_alone<First>, applied = number_alone<First>;
  static_assert(input, "in front of >> stands a tensor or a part of a network, not a number");
  static_assert(applied, "what is under a policy stands in parentheses behind it: arg_scope<conv2d>(stride = 2)(conv2d(8, {3, 3}) >> relu)");
  return second;
}
/// The message about the pipe of shells.
template <class First, network_part Second>
  requires(
      std::same_as<First, tensor> || requires { typename First::layer_type; } || requires(const First& row) { row.parts; })
constexpr auto operator|(const First& first, const Second& second) {
  constexpr bool fits = sizeof(First) == 0;
  static_assert(fits, "parts of a network follow one another with >>: conv2d(8, {3, 3}) >> relu");
  return first >> second;
}

/// Applies `part` under the name `base`_`number`: layers take it as their own scope, anything else gets a scope around it.
template <class Part>
constexpr tensor apply_numbered(const Part& part, const tensor& x, const char* base, int number) {
  if constexpr (requires { part.numbered(x, base, number); }) {
    return part.numbered(x, base, number);
  } else {
    const int outer = x.trace->open(base, number);
    const tensor y = part(x);
    x.trace->close(outer);
    return y;
  }
}

template <class Part>
constexpr const char* base_name() {
  if constexpr (requires { Part::layer_type::function_name; }) return Part::layer_type::function_name;
  else return "repeat";
}

template <class Part>
struct repetition {
  int times;
  Part part;
  const char* scope;

  constexpr tensor operator()(tensor x) const {
    const int outer = *scope != '\0' ? x.trace->open(scope) : x.trace->open_unique("Repeat");
    for (int i = 1; i <= times; ++i) x = apply_numbered(part, x, *scope != '\0' ? scope : base_name<Part>(), i);
    x.trace->close(outer);
    return x;
  }
  constexpr auto operator()(const number_alone auto& x) const { return refuse_number(x); }
};

/// `part` N times in a row: repeat<3>(conv2d(256, {3, 3}), "conv3") makes conv3/conv3_1, conv3/conv3_2, conv3/conv3_3.
/// Without a scope name: Repeat/convolution2d_1 …
template <int Times, network_part Part>
  requires(Times >= 0)
constexpr repetition<std::decay_t<Part>> repeat(const Part& part, const char* scope = "") {
  return {Times, part, scope};
}

/// The message about what cannot be repeated.
template <int Times, class Part>
  requires(!network_part<Part> || Times < 0)
constexpr auto repeat(const Part&, const char* = "") {
  constexpr bool fits = network_part<Part>, counts = Times >= 0;
  static_assert(fits, "repeat takes a function of one tensor that returns one: a layer, a composition of layers, a lambda");
  static_assert(counts, "repeat<N>: N is how many times, at least 0");
  return no_call{};
}
/// The message about TF-Slim's order of arguments.
template <class First, class... Rest>
  requires(std::same_as<First, tensor> || network_part<First> || (network_part<Rest> || ...))
constexpr auto repeat(const First& first, const Rest&...) {
  constexpr bool fits = sizeof(First) == 0;
  static_assert(fits, "how many times is a template argument, and the layer is called: repeat<3>(conv2d(64, {3, 3}), \"conv1\")");
  if constexpr (std::is_same_v<First, tensor>) return first;
  else return no_call{};
}
template <class Times, class Layer, class... Rest>
constexpr auto repeat(const tensor& x, const Times&, const Layer& layer, double, const detail::braces&, const Rest&...) {
  return repeat(x, layer);
}

/// The message about several parts and names that are no literals.
template <int Times, class First, class Second, class... Rest>
  requires(sizeof...(Rest) > 0 || !detail::convertible<const Second&, const char*>)
constexpr auto repeat(const First&, const Second&, const Rest&...) {
  constexpr bool fits = sizeof(First) == 0;
  static_assert(fits, "repeat<N> takes one part, and a name, which is a literal: repeat<3>(conv2d(64, {3, 3}) >> relu, \"block\")(x)");
  return no_call{};
}
template <int Times, class Layer, class... Rest>
constexpr auto repeat(const Layer& layer, double, const detail::braces&, const Rest&...) {
  return repeat<Times>(layer, layer);
}

template <const auto& Layer, std::size_t Count, class Shared>
struct layer_stack {
  typename std::remove_cvref_t<decltype(Layer)>::positional arguments[Count];
  Shared shared;  // hana tuple of keyword arguments
  const char* scope;

  constexpr tensor operator()(tensor x) const {
    const int outer = *scope != '\0' ? x.trace->open(scope) : x.trace->open_unique("Stack");
    int number = 0;
    for (const auto& own : arguments)
      x = hana::unpack(shared, [&](const auto&... keywords) {
        const auto call = Layer(own, keywords...);
        return call.numbered(x, *scope != '\0' ? scope : base_name<std::remove_cvref_t<decltype(call)>>(), ++number);
      });
    x.trace->close(outer);
    return x;
  }
  constexpr auto operator()(const number_alone auto& x) const { return refuse_number(x); }
};

/// One layer per element of `each`: stack<fully_connected>({32, 64, 128}, "fc") makes fc/fc_1, fc/fc_2, fc/fc_3;
/// stack<conv2d>({{32, {3, 3}}, {64, {1, 1}}}, "core"). Keywords after the name go to every layer.
template <const auto& Layer, std::size_t Count, keyword_argument... Shared>
constexpr auto stack(const typename std::remove_cvref_t<decltype(Layer)>::positional (&each)[Count], const char* scope, const Shared&... shared) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return layer_stack<Layer, Count, hana::basic_tuple<Shared...>>{{each[I]...}, hana::make_basic_tuple(shared...), scope};
  }(std::make_index_sequence<Count>{});
}
template <const auto& Layer, std::size_t Count>
constexpr auto stack(const typename std::remove_cvref_t<decltype(Layer)>::positional (&each)[Count]) {
  return stack<Layer>(each, "");
}

/// The message about numbers for layers that take more than one.
template <const auto& Layer, class... Rest>
  requires(!detail::convertible<int, typename std::remove_cvref_t<decltype(Layer)>::positional>)
constexpr auto stack(std::initializer_list<double>, const Rest&...) {
  constexpr bool fits = sizeof(Layer) == 0;
  static_assert(fits, "braces hold the positional arguments of each layer: stack<conv2d>({{32, {3, 3}}, {64, {1, 1}}})");
  return no_call{};
}
/// The message about TF-Slim's order of arguments.
template <network_part Layer, class... Rest>
constexpr auto stack(const Layer&, const detail::braces&, const Rest&...) {
  constexpr bool fits = sizeof(Layer) == 0;
  static_assert(fits, "the layer is a template argument: stack<fully_connected>({32, 64}, \"fc\")");
  return no_call{};
}
template <class... Rest>
constexpr auto stack(const detail::braces&, const char*, const Rest&...) {
  constexpr bool fits = sizeof...(Rest) > 1000;
  static_assert(fits, "the layer is a template argument: stack<fully_connected>({32, 64}, \"fc\")");
  return no_call{};
}
template <class Layer, class... Rest>
constexpr auto stack(const tensor& x, const Layer& layer, const detail::braces& each, const Rest&...) {
  return stack(layer, each)(x);
}

/// A part of a network whose names all begin with `name`/. Entering a name again continues that scope; with `reuse = true` the
/// variables made inside are the ones that exist already: weights are shared.
template <class Body>
struct named_scope {
  const char* name;
  Body body;
  bool reuse;

  constexpr auto operator()(const number_alone auto& x, const auto&...) const { return refuse_number(x); }
  template <class First, class... Rest>
    requires(!number_alone<First> && std::is_invocable_v<const Body&, const First&, const Rest&...>)
  constexpr auto operator()(const First& x, const Rest&... rest) const {
    tracer& trace = *x.trace;
    const bool outer_reuse = trace.reuse;
    const int outer = trace.open(name);
    trace.reuse = trace.reuse || reuse;
    auto result = body(x, rest...);
    trace.reuse = outer_reuse;
    trace.close(outer);
    return result;
  }
};

template <class Body, std::same_as<bool> Reuse = bool>
constexpr named_scope<std::decay_t<Body>> scope(const char* name, const Body& body, Reuse reuse_variables = false) {
  return {name, body, reuse_variables};
}

/// The messages about other arguments.
template <network_part First, class... Rest>
constexpr auto scope(const First&, const Rest&...) {
  constexpr bool fits = sizeof(First) == 0;
  static_assert(fits, "a scope has a name, which stands first, and one part: scope(\"block1\", conv2d(8, {3, 3}) >> relu)");
  return no_call{};
}
template <network_part First, class Second, class... Rest>
  requires(!std::same_as<Second, bool> || sizeof...(Rest) > 0)
constexpr auto scope(const char*, const First& first, const Second& second, const Rest&... rest) {
  return scope(first, second, rest...);
}
template <text_at_run_time Name, network_part Part, class... Rest>
constexpr auto scope(const Name&, const Part&, const Rest&...) {
  constexpr bool literal = sizeof(Name) == 0;
  static_assert(literal, "a name is a literal, known to the compiler: scope(\"block1\", part)");
  return no_call{};
}

/// Makes `x` the end point of the open scope: how a part of a network that is no single layer gets one.
constexpr tensor collect_named_output(const tensor& x) {
  x.trace->collect_end_point(x.node);
  return x;
}

}  // namespace slim

#include "slim/core/end.hpp"
