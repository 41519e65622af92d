#pragma once
#include "slim/core/begin.hpp"
// Symbolic tensors: what a network is a function of. Arithmetic on tensors adds nodes to the graph.

#include <concepts>
#include <cstdlib>

#include "slim/core/convertible.hpp"
#include "slim/expr/symbol.hpp"
#include "slim/trace/tracer.hpp"

namespace slim {

/// A sum over collections: of losses, of the regularizers' losses, or of both; of those whose names begin with `scope`.
struct loss_sum {
  bool losses = false, regularization_losses = false;
  const char* scope = "";
  const char* loss_collection = graph::losses_collection;

  constexpr bool any() const { return losses || regularization_losses; }
};
namespace detail {
inline constexpr loss_sum no_sum{};
}

/// A value of the network being traced: a handle of one graph node, or a number. Cheap to copy. `shape()` is per example.
class tensor {
public:
  tensor() = delete;                     // a tensor has a value from the first: tensor y = conv2d(8, {3, 3})(x)
  const tensor* begin() const = delete;  // a tensor is no range: slice(x, begin, size) is a part of it
  const tensor* end() const;             // nowhere: a range has both
  constexpr tensor(double number) : constant(number) {}
  constexpr tensor(tracer& owner, int index) : trace(&owner), node(index) {}
  /// A sum over a collection that is worked out where it meets a tensor of the network; see losses::get_total_loss.
  constexpr explicit tensor(const loss_sum* what) : later(what) {}

  constexpr const slim::shape& shape() const { return trace->g.nodes[node].extent; }
  constexpr int channels() const { return shape().channels(); }
  constexpr bool bound() const { return trace != nullptr; }
  /// A number, no value of a network: which one.
  constexpr bool is_number() const { return trace == nullptr && !later->any(); }
  constexpr double number() const { return constant; }
  /// For `if (x > 0)` and `x > 0 ? a : b`, which cannot be: that a network has one graph for all examples is the compiler's message.
  constexpr explicit operator bool() const {
    if (trace != nullptr) trace->fail(graph::rule::condition_on_tensor);
    return false;
  }

  /// The node of this tensor in the graph of `owner`.
  constexpr int in(tracer& owner) const {
    if (trace != nullptr) return node;
    return later->any() ? collected(owner) : graph::constant(owner.g, constant);
  }

  tracer* trace = nullptr;
  int node = -1;

private:
  /// The sum of the collection that this tensor stands for. Eight terms at a time: deep networks have a penalty per layer.
  constexpr int collected(tracer& owner) const {
    int terms[8]{}, count = 0;
    bool any = false;
    const auto fold = [&] {
      expr::scalar_function f;
      int total = f.add_input(0);
      for (int i = 1; i < count; ++i) total = f.emit(expr::scalar_op::add, total, f.add_input(i));
      f.add_output(total);
      terms[0] = count == 1 ? terms[0] : graph::map(owner.g, f, terms, count, owner.scope);
      count = 1;
    };
    const auto add = [&](const detail::list<graph::named_node>& losses, const char* collection) {
      for (const graph::named_node& loss : losses) {
        if (!equal(loss.collection, collection) || !(later->scope[0] == '\0' || begins(graph::scope_name(owner.g.scopes, loss.scope).c_str(), later->scope)))
          continue;
        if (count == 8) fold();
        terms[count++] = loss.node;
        any = true;
      }
    };
    if (later->losses) add(owner.g.losses, later->loss_collection);
    if (later->regularization_losses) add(owner.regularization_losses(), graph::losses_collection);
    if (!any) {
      const char* const named = later->scope[0] != '\0' ? later->scope : equal(later->loss_collection, graph::losses_collection) ? "" : later->loss_collection;
      if (owner.training && (named[0] != '\0' || later->losses == later->regularization_losses)) owner.fail(graph::rule::no_loss, {}, {}, named);
      return graph::constant(owner.g, 0);
    }
    fold();
    return terms[0];
  }

  double constant = 0;
  const loss_sum* later = &detail::no_sum;  // never null
};

/// A number in the place of a tensor, which would belong to no network.
template <class T>
concept number_alone = std::is_arithmetic_v<T>;
/// The message about that.
template <number_alone Number>
constexpr auto refuse_number(const Number& x) {
  constexpr bool fits = sizeof(Number) == 0;
  static_assert(fits, "a part of a network is applied to a tensor, not to a number: conv2d(8, {3, 3})(x)");
  return tensor(x);
}

namespace detail {

/// Not constexpr: while a network is compiled, the call itself is the message. Numbers and loss collections belong to no network until
/// they meet one of its tensors.
[[noreturn]] inline void arithmetic_needs_a_tensor_of_the_network() { std::abort(); }

template <class... Tensors>
constexpr tracer& network_of(const Tensors&... operands) {
  tracer* owner = nullptr;
  ((owner = owner == nullptr ? operands.trace : owner), ...);
  if (owner == nullptr) arithmetic_needs_a_tensor_of_the_network();
  return *owner;
}

/// `function` of numbers alone is a number, where the compiler can compute it: max(1.0, 2.0), square(2.0).
template <class... Tensors>
constexpr double value_of(const expr::scalar_function& function, const Tensors&... operands) {
  expr::scalar_function computed;
  list<int> numbers;
  (numbers.push(computed.add_constant(operands.number())), ...);
  const expr::scalar_node result = computed.nodes[expr::inline_into(computed, function, 0, numbers)];
  if (result.op != expr::scalar_op::constant) arithmetic_needs_a_tensor_of_the_network();
  return result.value;
}

}  // namespace detail

/// Element-wise application of a recorded function. The shapes of one example broadcast as in NumPy, and what is not batched is the same for all examples.
template <class... Tensors>
constexpr tensor apply(const expr::scalar_function& function, const Tensors&... operands) {
  if ((operands.is_number() && ...)) return detail::value_of(function, operands...);
  tracer& owner = detail::network_of(operands...);
  const int nodes[] = {operands.in(owner)...};
  return {owner, graph::map(owner.g, function, nodes, sizeof...(Tensors), owner.scope)};
}

/// The function of `callable(numbers..., scalars...)` in the graph's table. A stateless callable is recorded once for each set of numbers.
template <int Inputs, class Callable, class... Numbers>
  requires(std::is_empty_v<Callable> && sizeof...(Numbers) <= 2)
constexpr int recorded(graph::graph& g, const Callable& callable, Numbers... numbers) {
  const double key[3] = {static_cast<double>(numbers)..., 0};
  for (const graph::known_recording& known : g.recordings)
    if (same_identity(known.callable, &identity_of<Callable>) && known.numbers[0] == key[0] && known.numbers[1] == (sizeof...(Numbers) > 1 ? key[1] : 0))
      return known.result;
  graph::known_recording made{&identity_of<Callable>, {key[0], sizeof...(Numbers) > 1 ? key[1] : 0}, -1};
  made.result = g.intern(expr::scalar_function_of<Inputs>(callable, numbers...));
  g.recordings.push(made);
  return made.result;
}

/// apply with function number `function` of the graph.
template <class... Tensors>
constexpr tensor apply(int function, const Tensors&... operands) {
  tracer& owner = detail::network_of(operands...);
  const int nodes[] = {operands.in(owner)...};
  return {owner, graph::map(owner.g, function, nodes, sizeof...(Tensors), owner.scope)};
}

namespace detail {
constexpr expr::scalar_function operation(expr::scalar_op op) {
  expr::scalar_function f;
  const int operands = expr::operand_count(op);
  const int a = f.add_input(0), b = operands > 1 ? f.add_input(1) : -1, c = operands > 2 ? f.add_input(2) : -1;
  f.add_output(f.emit(op, a, b, c));
  return f;
}
}  // namespace detail

constexpr tensor operator-(const tensor& x) { return apply(detail::operation(expr::scalar_op::negate), x); }
constexpr tensor operator+(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::add), x, y); }
constexpr tensor operator-(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::subtract), x, y); }
constexpr tensor operator*(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::multiply), x, y); }
constexpr tensor operator/(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::divide), x, y); }
constexpr tensor& operator+=(tensor& x, const tensor& y) { return x = x + y; }
constexpr tensor& operator-=(tensor& x, const tensor& y) { return x = x - y; }
constexpr tensor& operator*=(tensor& x, const tensor& y) { return x = x * y; }
constexpr tensor& operator/=(tensor& x, const tensor& y) { return x = x / y; }

namespace detail {
/// A tensor beside what is neither a tensor nor a number.
template <class A, class B>
concept tensor_and_other = std::same_as<A, tensor> && !detail::convertible<const B&, tensor>;
/// A part of a network that is not applied yet, beside a number. Matrices of other libraries take anything in parentheses, too, but give no tensor.
template <class A, class B>
concept part_and_number = std::is_arithmetic_v<B> && requires(const A& part, const tensor& x) {
  { part(x) } -> std::same_as<tensor>;
};
/// Two of them; they can be added.
template <class A, class B>
concept two_layers = requires {
  typename A::layer_type;
  typename B::layer_type;
};
template <class A, class B>
concept no_operands = tensor_and_other<A, B> || tensor_and_other<B, A> || part_and_number<A, B> || part_and_number<B, A>;
/// The message about that, in place of all candidates of all libraries.
template <class A, class B>
constexpr auto refuse_arithmetic(const A&, const B&) {
  constexpr bool applied = !part_and_number<A, B> && !part_and_number<B, A> && !two_layers<A, B>, fit = !applied || !no_operands<A, B>;
  static_assert(applied, "a layer is no tensor yet: arithmetic is for what it gives, as in fully_connected(8)(x) + 3.0");
  static_assert(fit, "arithmetic of a tensor takes tensors and numbers");
  return tensor(0.0);
}
}  // namespace detail
template <class A, class B>
  requires detail::no_operands<A, B>
constexpr auto operator+(const A& x, const B& y) {
  return detail::refuse_arithmetic(x, y);
}
template <class A, class B>
  requires(detail::no_operands<A, B> || detail::two_layers<A, B>)
constexpr auto operator-(const A& x, const B& y) {
  return detail::refuse_arithmetic(x, y);
}
template <class A, class B>
  requires(detail::no_operands<A, B> || detail::two_layers<A, B>)
constexpr auto operator*(const A& x, const B& y) {
  return detail::refuse_arithmetic(x, y);
}
template <class A, class B>
  requires(detail::no_operands<A, B> || detail::two_layers<A, B>)
constexpr auto operator/(const A& x, const B& y) {
  return detail::refuse_arithmetic(x, y);
}

namespace detail {
template <class A, class B>
concept with_a_tensor = std::same_as<A, tensor> || std::same_as<B, tensor>;
template <class A>
constexpr auto refuse_comparison() {
  constexpr bool fits = sizeof(A) == 0;
  static_assert(fits, "== and != of tensors are equal(x, y) and not_equal(x, y), which are 1 or 0 for each element");
  return fits;
}
}  // namespace detail
/// The messages about operators that there are not.
template <class A, class B>
  requires detail::with_a_tensor<A, B>
constexpr auto operator==(const A&, const B&) {
  return tensor(detail::refuse_comparison<A>());
}
template <class A, class B>
  requires detail::with_a_tensor<A, B>
constexpr auto operator!=(const A&, const B&) {
  return tensor(detail::refuse_comparison<A>());
}
template <class A, class B>
  requires detail::with_a_tensor<A, B>
constexpr auto operator%(const A&, const B&) {
  constexpr bool fits = sizeof(A) == 0;
  static_assert(fits, "the rest of a division of tensors is x - y * floor(x / y)");
  return tensor(0.0);
}

constexpr tensor operator>(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::greater), x, y); }
constexpr tensor operator<(const tensor& x, const tensor& y) { return y > x; }
constexpr tensor operator>=(const tensor& x, const tensor& y) {
  return apply(expr::scalar_function_of<2>([](auto a, auto b) { return a >= b; }), x, y);
}
constexpr tensor operator<=(const tensor& x, const tensor& y) { return y >= x; }
constexpr tensor equal(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::equal), x, y); }
constexpr tensor not_equal(const tensor& x, const tensor& y) { return 1.0 - equal(x, y); }
constexpr tensor abs(const tensor& x) { return apply(detail::operation(expr::scalar_op::absolute), x); }
constexpr tensor sqrt(const tensor& x) { return apply(detail::operation(expr::scalar_op::square_root), x); }
constexpr tensor exp(const tensor& x) { return apply(detail::operation(expr::scalar_op::exponential), x); }
constexpr tensor log(const tensor& x) { return apply(detail::operation(expr::scalar_op::logarithm), x); }
constexpr tensor log1p(const tensor& x) { return apply(detail::operation(expr::scalar_op::logarithm_of_one_plus), x); }
constexpr tensor tanh(const tensor& x) { return apply(detail::operation(expr::scalar_op::hyperbolic_tangent), x); }
constexpr tensor sin(const tensor& x) { return apply(detail::operation(expr::scalar_op::sine), x); }
constexpr tensor cos(const tensor& x) { return apply(detail::operation(expr::scalar_op::cosine), x); }
constexpr tensor erf(const tensor& x) { return apply(detail::operation(expr::scalar_op::error_function), x); }
constexpr tensor floor(const tensor& x) { return apply(detail::operation(expr::scalar_op::floor), x); }
constexpr tensor ceil(const tensor& x) { return -floor(-x); }
/// −1, 0 or 1; not a number for what is none. Its slope is 0.
constexpr tensor sign(const tensor& x) {
  return apply(expr::scalar_function_of<1>([](auto a) { return sign(a); }), x);
}
constexpr tensor max(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::maximum), x, y); }
constexpr tensor min(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::minimum), x, y); }
constexpr tensor square(const tensor& x) { return x * x; }
constexpr tensor select(const tensor& condition, const tensor& yes, const tensor& no) {
  return apply(detail::operation(expr::scalar_op::select), condition, yes, no);
}

constexpr tensor where(const tensor& condition, const tensor& yes, const tensor& no) { return select(condition, yes, no); }
// 1 or 0 for conditions: both are computed.
constexpr tensor operator!(const tensor& x) { return select(x, 0.0, 1.0); }
constexpr tensor operator&&(const tensor& x, const tensor& y) { return select(x, select(y, 1.0, 0.0), 0.0); }
constexpr tensor operator||(const tensor& x, const tensor& y) { return select(x, 1.0, select(y, 1.0, 0.0)); }
constexpr tensor rsqrt(const tensor& x) { return 1.0 / sqrt(x); }
constexpr tensor pow(const tensor& x, const tensor& y) { return apply(detail::operation(expr::scalar_op::power), x, y); }
constexpr tensor pow(const tensor& x, double y) {
  return apply(expr::scalar_function_of<1>([y](auto a) { return expr::pow(a, y); }), x);
}
/// `x`, no less than `least` and no more than `most`; the gradient flows where it is neither, or just there.
constexpr tensor clip_by_value(const tensor& x, const tensor& least, const tensor& most) { return min(max(x, least), most); }

/// Σ of all elements of all examples: one number.
constexpr tensor sum(const tensor& x) {
  expr::scalar_function identity;
  identity.add_output(identity.add_input(0));
  const int nodes[] = {x.node};
  return {*x.trace, graph::reduce(x.trace->g, identity, nodes, 1, {}, x.trace->scope)};
}

/// Mean over all elements of all examples of the batch: one number.
constexpr tensor mean(const tensor& x) {
  const double per_example = static_cast<double>(x.shape().size());
  const tensor total = sum(x);
  if (!x.trace->g.nodes[x.node].batched) return total * (1.0 / per_example);
  return total * (1.0 / per_example) / tensor(*x.trace, graph::batch_size(x.trace->g));
}

/// Σ over the elements of each example: one number per example, or one in all where `x` is the same for all.
constexpr tensor sum_per_example(const tensor& x) {
  expr::scalar_function identity;
  identity.add_output(identity.add_input(0));
  const int nodes[] = {x.node};
  return {*x.trace, graph::reduce(x.trace->g, identity, nodes, 1, {x.trace->g.nodes[x.node].batched, {}}, x.trace->scope)};
}

/// The sum of a list of tensors or of a loss collection.
template <class... Tensors>
constexpr tensor add_n(const tensor& first, const Tensors&... rest) {
  return (first + ... + rest);
}

/// `x` as a constant: no gradient flows through it.
constexpr tensor stop_gradient(const tensor& x) { return {*x.trace, graph::custom_gradient(x.trace->g, x.node, -1, x.trace->scope)}; }

/// `x`, and on the way back `rule(x, gradient)` in place of its gradient: custom_gradient(x, [](auto, auto g) { return max(-1.0, min(1.0, g)); }).
template <class Callable>
  requires std::is_invocable_v<const Callable&, expr::symbol, expr::symbol>
constexpr tensor custom_gradient(const tensor& x, const Callable& rule) {
  return {*x.trace, graph::custom_gradient(x.trace->g, x.node, x.trace->g.intern(expr::scalar_function_of<2>(rule)), x.trace->scope)};
}
/// `x` with `multiplier` times its gradient. TF-Slim section 2.8.
constexpr tensor scale_gradient(const tensor& x, double multiplier) {
  return custom_gradient(x, [multiplier](auto, auto gradient) { return multiplier * gradient; });
}

/// An end point of the network that `x` belongs to, of those made so far, by its full name or what follows the name of the network: TF-Slim's
/// end_points["AuxLogits"]. Of several the one made last. For losses, and networks around networks.
constexpr tensor named_output(const tensor& x, const char* name) {
  tracer& trace = *x.trace;
  for (int i = trace.g.end_points.size() - 1; i >= 0; --i) {
    const name_buffer full = graph::scope_name(trace.g.scopes, trace.g.end_points[i].scope);
    const char* below = full.c_str();
    while (*below != '\0' && *below != '/') ++below;
    if (equal(full.c_str(), name) || (*below == '/' && equal(below + 1, name))) return {trace, trace.g.end_points[i].node};
  }
  trace.g.fail(graph::rule::end_point_missing, -1, {}, {}, name);
  return x;
}

}  // namespace slim

#include "slim/core/end.hpp"
