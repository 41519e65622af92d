#pragma once
#include "slim/core/begin.hpp"
// arg_scope: default arguments for layer kinds, as values that wrap a part of a network. TF-Slim section 1.

#include <array>

#include "slim/core/braces.hpp"
#include "slim/policy/argument_map.hpp"
#include "slim/policy/stack.hpp"

namespace slim {

/// A part of a network under a policy. Callable like the part itself.
template <class Policy, class Body>
struct scoped_body {
  Policy policy;
  Body body;

  /// A number belongs to no network: what is inside says so.
  template <class Number, class... Rest>
    requires std::is_arithmetic_v<Number>
  constexpr auto operator()(const Number& x, const Rest&... rest) const {
    return body(x, rest...);
  }
  template <class First, class... Rest>
    requires(!std::is_arithmetic_v<First> && std::is_invocable_v<const Body&, const First&, const Rest&...>)
  constexpr auto operator()(const First& x, const Rest&... rest) const {
    auto& trace = *x.trace;
    const int entries = trace.policies.entries.size(), opened = trace.policies.groups.size(), visible = trace.policies.visible_from;
    policy.enter(trace);
    auto result = body(x, rest...);
    for (int i = opened; i < trace.policies.groups.size(); ++i)
      if (!trace.policies.groups[i].used) trace.fail_unused_policy(trace.policies.groups[i].value->keyword);
    trace.policies.entries.shrink(entries);
    trace.policies.groups.shrink(opened);
    trace.policies.visible_from = visible;
    return result;
  }
};

/// Operations common to policies: apply one to a part of a network, or put one inside another with `+`.
template <class Self>
struct policy {
  template <class Body>
  constexpr scoped_body<Self, std::decay_t<Body>> operator()(const Body& body) const {
    return {static_cast<const Self&>(*this), body};
  }
};

/// Defaults `Map` for layer kinds `Layers`.
template <class Map, class... Layers>
struct arg_scope_policy : policy<arg_scope_policy<Map, Layers...>> {
  Map given;
  constexpr explicit arg_scope_policy(const Map& arguments) : given(arguments) {}

  template <class Trace>
  constexpr void enter(Trace& trace) const {
    policy_stack& stack = trace.policies;
    int position = 0;
    (check_is_layer<Layers>(trace, ++position), ...);
    hana::unpack(given, [&](const auto&... arguments) { (check_arguments<Layers, std::remove_cvref_t<decltype(arguments)>...>(trace), ...); });
    hana::unpack(given, [&](const auto&... arguments) {
      const argument_base* const values[] = {&arguments..., nullptr};
      for (int i = 0; i < static_cast<int>(sizeof...(arguments)); ++i) {
        const int group = stack.groups.push({values[i], false});
        (stack.entries.push({&identity_of<Layers>, values[i], group}), ...);
      }
    });
  }
};

/// `inner` entered inside `outer`.
template <class Outer, class Inner>
struct nested_policy : policy<nested_policy<Outer, Inner>> {
  Outer outer;
  Inner inner;
  constexpr nested_policy(const Outer& o, const Inner& i) : outer(o), inner(i) {}

  template <class Trace>
  constexpr void enter(Trace& trace) const {
    outer.enter(trace);
    inner.enter(trace);
  }
};
template <class Outer, class Inner>
  requires(std::is_base_of_v<policy<Outer>, Outer> && std::is_base_of_v<policy<Inner>, Inner>)
constexpr nested_policy<Outer, Inner> operator+(const Outer& outer, const Inner& inner) {
  return {outer, inner};
}

/// A policy entered in place of all that are open: TF-Slim's arg_scope(captured).
template <class Captured>
struct replacing_policy : policy<replacing_policy<Captured>> {
  Captured captured;
  constexpr explicit replacing_policy(const Captured& c) : captured(c) {}

  template <class Trace>
  constexpr void enter(Trace& trace) const {
    trace.policies.visible_from = trace.policies.entries.size();
    captured.enter(trace);
  }
};

/// A policy of a library: it has defaults for layers that a network may do without. TF-Slim's `resnet_arg_scope()` around any net.
template <class Inner>
struct published_policy : policy<published_policy<Inner>> {
  Inner inner;
  constexpr explicit published_policy(const Inner& p) : inner(p) {}

  template <class Trace>
  constexpr void enter(Trace& trace) const {
    detail::list<policy_group>& opened = trace.policies.groups;
    const int first = opened.size();
    inner.enter(trace);
    for (int i = first; i < opened.size(); ++i) opened[i].used = true;
  }
};
/// `inner`, without a message when no layer inside could take one of its arguments.
template <class Inner>
  requires(std::is_base_of_v<policy<Inner>, Inner>)
constexpr published_policy<Inner> published(const Inner& inner) {
  return published_policy<Inner>(inner);
}

/// The policies in force at one point of a network, as values: to be entered again anywhere in the network.
struct captured_policies : policy<captured_policies> {
  detail::list<held_entry> entries;

  template <class Trace>
  constexpr void enter(Trace& trace) const {
    for (const held_entry& entry : entries) trace.policies.entries.push({entry.layer, entry.value, -1});
  }
};

/// What TF-Slim's `current_arg_scope()` returns; `x` is any tensor of the network.
template <class Tensor>
constexpr captured_policies current_arg_scope(const Tensor& x) {
  captured_policies captured;
  const policy_stack& stack = x.trace->policies;
  for (int i = stack.visible_from; i < stack.entries.size(); ++i) captured.entries.push(held_entry(stack.entries[i]));
  return captured;
}

/// Defaults for calls of the listed layer kinds: arg_scope<conv2d, fully_connected>(activation_fn = relu)(part of a network).
/// Strength: layer default < outer scope < inner scope < argument of the call. A keyword that a listed layer does not have does not
/// compile; neither does one that no layer inside could take.
template <const auto&... Layers, keyword_argument... Arguments>
  requires(sizeof...(Layers) > 0)
constexpr auto arg_scope(const Arguments&... given) {
  return arg_scope_policy<argument_map<Arguments...>, std::remove_cvref_t<decltype(Layers)>...>(argument_map<Arguments...>{given...});
}

namespace detail {
template <class... Arguments>
constexpr std::array<const char*, sizeof...(Arguments)> keywords_of(const default_arguments<Arguments...>&) {
  return {Arguments::keyword_type::name...};
}
}  // namespace detail

/// Whether arg_scope may list it: `has_arg_scope<conv2d>`.
template <const auto& Function>
inline constexpr bool has_arg_scope = requires { std::remove_cvref_t<decltype(Function)>::defaults; };

/// The arguments of a layer that have defaults, which arg_scope may give: `arg_scoped_arguments<conv2d>`, an array of their names.
template <const auto& Layer>
  requires has_arg_scope<Layer>
inline constexpr auto arg_scoped_arguments = detail::keywords_of(std::remove_cvref_t<decltype(Layer)>::defaults);

/// Re-enters a captured policy: it replaces everything that is open around it.
template <class Captured>
  requires(std::is_base_of_v<policy<Captured>, Captured>)
constexpr replacing_policy<Captured> arg_scope(const Captured& captured) {
  return replacing_policy<Captured>(captured);
}

/// What stands for a policy after a message.
struct no_policy : policy<no_policy> {
  template <class Trace>
  constexpr void enter(Trace&) const {}
};
/// The message about TF-Slim's order of arguments.
template <const auto&... Layers, class... Given>
constexpr auto arg_scope(const Given&...) {
  constexpr bool fits = sizeof...(Layers) > 0 && (keyword_argument<Given> && ...);
  static_assert(fits, "layers are template arguments, values keyword arguments: arg_scope<conv2d>(activation_fn = relu)(part of a network)");
  return no_policy{};
}
template <class... Given>
constexpr auto arg_scope(const detail::braces&, const Given&... given) {
  return arg_scope(given...);
}

}  // namespace slim

#include "slim/core/end.hpp"
