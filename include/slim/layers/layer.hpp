#pragma once
#include "slim/core/begin.hpp"
// The common machinery of layers: a layer kind plus the arguments of one call is a functor on tensors.

#include <concepts>
#include <initializer_list>

#include "slim/policy/argument_map.hpp"
#include "slim/trace/tensor.hpp"

namespace slim {

namespace detail {

/// The value of an argument that a layer reads, and what is wrong with it. `source`: 2 from the call, 1 from an arg_scope, 0 the default.
template <class Keyword>
constexpr const typename Keyword::value_type& read_argument(tracer& trace, const argument_base* value, int source) {
  if (trace.recording) {
    argument_origin origin{trace.scope, value->keyword, {}, source};
    value->describe(*value, origin.text);
    trace.origins.push(origin);
  }
  const typename Keyword::value_type& own = static_cast<const argument<Keyword>*>(value)->value;
  if (value->misfit) trace.fail(graph::rule::misfit_argument, {}, {}, Keyword::name);
  if constexpr (requires { Keyword::fault(own); })
    if (const number_fault fault = Keyword::fault(own); fault.range != nullptr) trace.fail_number(Keyword::name, fault.found, fault.range);
  if constexpr (requires { own.has_condition; })
    if (own.has_condition) trace.fail(graph::rule::condition_on_tensor, {}, {}, Keyword::name);
  if constexpr (requires { own.fits(); })
    if (!own.fits()) trace.fail(graph::rule::expression_too_large, {own.size}, {own.capacity}, Keyword::name);
  return own;
}

}  // namespace detail

/// What a call gives, itself or by an arg_scope around it.
class given_arguments {
protected:
  constexpr given_arguments(tracer& where, const argument_base* const* first, int number) : trace(where), call(first), count(number) {}

  /// The argument for `key`: the call's, else that of the innermost arg_scope that gives one to `layer`, else none, and `source` stays what it is. Comparing
  /// the result with null is no constant for g++ with -fsanitize=undefined.
  constexpr const argument_base* find(const void* layer, const void* key, int& source) const {
    for (int i = 0; i < count; ++i)
      if (same_identity(call[i]->key, key)) {
        source = 2;
        return call[i];
      }
    const policy_entry* const policy = trace.policies.find(layer, key);
    if (policy == nullptr) return nullptr;
    source = 1;
    return policy->value;
  }

  tracer& trace;
  const argument_base* const* call;
  int count;
};

/// The arguments of one call of a layer: `with[stride]` is the value from the call, else from the innermost arg_scope that
/// gives one, else the layer's default.
template <class Layer>
class arguments : given_arguments {
public:
  constexpr arguments(tracer& where, const argument_base* const* first, int number) : given_arguments(where, first, number) {}

  // For every keyword of every layer, so as short as can be.
  template <class Keyword>
  constexpr const typename Keyword::value_type& operator[](const Keyword&) const {
    static_assert(has_argument<decltype(Layer::defaults), Keyword>, "a layer reads only keywords that its defaults list");
    int source = 0;
    const argument_base* given = find(&identity_of<Layer>, &identity_of<Keyword>, source);
    if (source == 0) given = &static_cast<const argument<Keyword>&>(Layer::defaults);
    return detail::read_argument<Keyword>(trace, given, source);
  }
};

/// Runs layer `Layer` on `x` inside the open scope with erased call arguments; what normalizer_fn and layer calls share. After a mistake the layer is passed
/// over: what follows gets extents that exist.
template <class Layer>
constexpr tensor run_layer(const tensor& x, const argument_base* const* call, int count) {
  x.trace->policies.mark_used(&identity_of<Layer>);
  const tensor y = Layer::apply(x, arguments<Layer>(*x.trace, call, count));
  return x.trace->g.failed() ? x : y;
}

/// One call of a layer, not yet applied: `conv2d(64, {3, 3}, "conv1")`. Apply it to a tensor or compose it with `>>`.
template <class Layer, class Map>
struct layer_call {
  using layer_type = Layer;
  Map given;
  const char* scope = "";  // empty: a unique name from `unnamed`; asking whether an address is null is no constant for g++ with -fsanitize=undefined
  const char* unnamed = Layer::default_scope;

  constexpr tensor operator()(const tensor& x) const {
    if (x.trace->g.full(x.trace->scope)) return x;
    const int outer = *scope != '\0' ? x.trace->open(scope) : x.trace->open_unique(unnamed);
    return finish(x, outer);
  }
  constexpr auto operator()(const number_alone auto& x) const { return refuse_number(x); }

  /// Applied as part of repeat or stack, under the name `base`_`number`.
  constexpr tensor numbered(const tensor& x, const char* base, int number) const {
    if (x.trace->g.full(x.trace->scope)) return x;
    return finish(x, x.trace->open(base, number));
  }

private:
  constexpr tensor finish(const tensor& x, int outer) const {
    tracer& trace = *x.trace;
    const tensor y = hana::unpack(given, [&](const auto&... arguments) {
      check_arguments<Layer, std::remove_cvref_t<decltype(arguments)>...>(trace);
      const argument_base* const call[] = {&arguments..., nullptr};
      return run_layer<Layer>(x, call, sizeof...(arguments));
    });
    trace.g.scopes[trace.scope].layer_node = y.node;
    trace.collect_end_point(y.node);
    trace.close(outer);
    return y;
  }
};

/// What stands behind positional arguments: keywords, and a name.
template <class T>
concept named_argument = keyword_argument<T> || detail::convertible<const T&, const char*>;

/// A string in the place of a literal.
template <class T>
concept text_at_run_time = !detail::convertible<const T&, const char*> && requires(const T& text) {
  { text.data() } -> detail::convertible<const char*>;
};

/// In the place of a call that cannot be understood, behind the message about it.
struct no_call {
  constexpr tensor operator()(const tensor& x) const { return x; }
};

template <class Layer, keyword_argument... Arguments>
constexpr auto make_call(const char* scope, const Arguments&... given) {
  return layer_call<Layer, argument_map<Arguments...>>{argument_map<Arguments...>{given...}, scope};
}

/// Base of layer kinds. A kind `L` states
///   static constexpr const char* function_name, * default_scope;    names of TF-Slim
///   static constexpr auto defaults = arguments_of(...);             every keyword it accepts, with its default
///   static constexpr tensor apply(tensor, const arguments<L>&);     what it computes
/// and an operator() that turns positional arguments into keywords and ends in `bind`, beside the one here.
template <class Layer>
struct layer {
  /// Everything by keyword: conv2d(num_outputs = 64, kernel_size = {3, 3}, "conv1").
  template <named_argument First, class... Rest>
  constexpr auto operator()(const First& first, const Rest&... rest) const {
    return bind(first, rest...);
  }

  /// All from policies.
  constexpr auto operator()() const { return bind(); }
  // Braces behind a name or a keyword, which would be no candidate's argument: the message of `bind` in place of all candidates.
  template <class First, class... Rest>
    requires named_argument<First>
  constexpr auto operator()(const First& first, std::initializer_list<double> braces, const Rest&... rest) const {
    return bind(first, braces, rest...);
  }
  template <class First, class Second, class... Rest>
    requires named_argument<First> || named_argument<Second>
  constexpr auto operator()(const First& first, const Second& second, std::initializer_list<double> braces, const Rest&... rest) const {
    return bind(first, second, braces, rest...);
  }
  // The tensor in front, in TF-Slim's order, for `bind` to tell.
  template <std::same_as<tensor> Tensor, class... Rest>
  constexpr tensor operator()(const Tensor& x, const Rest&...) const {
    return bind(x);
  }
  template <std::same_as<tensor> Tensor, class... Rest>
  constexpr tensor operator()(const Tensor& x, std::initializer_list<double>, const Rest&...) const {
    return bind(x);
  }
  template <std::same_as<tensor> Tensor, detail::convertible<double> Number, class... Rest>
  constexpr tensor operator()(const Tensor& x, const Number&, std::initializer_list<double>, const Rest&...) const {
    return bind(x);
  }
  template <std::same_as<tensor> Tensor, detail::convertible<double> Number, class... Rest>
  constexpr tensor operator()(const Tensor& x, const Number&, std::initializer_list<double>, std::initializer_list<double>, const Rest&...) const {
    return bind(x);
  }

  /// Other arguments, in place of all candidates. An ellipsis is the last choice of all.
  template <class Kind = Layer>
  constexpr no_call operator()(...) const {
    constexpr bool fits = sizeof(Kind) == 0;
    static_assert(fits, "this layer has no such positional arguments; give them by keyword, as in conv2d(num_outputs = 64, kernel_size = {3, 3})");
    return {};
  }

  /// `rest` may hold keyword arguments and, anywhere among them, one string: the scope name.
  template <class... Rest>
  static constexpr auto bind(const Rest&... rest) {
    constexpr int keywords = (0 + ... + (keyword_argument<Rest> ? 1 : 0)), names = (0 + ... + (detail::convertible<const Rest&, const char*> ? 1 : 0));
    constexpr bool applied = (std::is_same_v<Rest, tensor> || ...), literal = !(text_at_run_time<Rest> || ...),
                   fit = applied || !literal || (keywords + names == sizeof...(Rest) && names <= 1);
    static_assert(literal, "the name of a layer is a literal, known to the compiler: \"conv1\"; repeat and stack number the names of several");
    static_assert(fit, "after its positional arguments a layer call takes keyword arguments (stride = 2) and one name");
    if constexpr (applied) return refused(rest...);
    else if constexpr (!literal || !fit) return no_call{};
    else if constexpr (names == 0) return make_call<Layer>("", rest...);
    else return name_first(rest...);
  }

private:
  /// A tensor among the arguments is reported, and returned in place of a call.
  template <class First, class... Rest>
  static constexpr tensor refused(const First& first, const Rest&... rest) {
    if constexpr (std::is_same_v<First, tensor>) {
      if (first.bound()) first.trace->fail_tensor_argument(Layer::function_name);
      return first;
    } else {
      return refused(rest...);
    }
  }
  /// Rotates the arguments until the name leads.
  template <class First, class... Rest>
  static constexpr auto name_first(const First& first, const Rest&... rest) {
    if constexpr (detail::convertible<const First&, const char*>) return make_call<Layer>(first, rest...);
    else return name_first(rest..., first);
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
