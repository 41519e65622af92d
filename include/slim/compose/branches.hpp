#pragma once
#include "slim/core/begin.hpp"
// Where a network splits and joins: concat of branches, sums of branches, residual connections.

#include "slim/compose/compose.hpp"
#include "slim/core/convertible.hpp"
#include "slim/functions/concat.hpp"

namespace slim {

/// Concatenation along the last extent; the other extents must agree. What is not batched is given to all examples where another part is batched.
template <class... Tensors>
constexpr tensor concat_tensors(const tensor& first, const Tensors&... rest) {
  const tensor parts[] = {first, rest...};
  return detail::concat_along(parts, 1 + sizeof...(Tensors), -1);
}

template <bool Sum, class... Branches>
struct parallel_branches {
  hana::basic_tuple<Branches...> branches;
  const char* scope;

  constexpr tensor operator()(const tensor& x) const {
    const int outer = *scope != '\0' ? x.trace->open(scope) : x.trace->scope;
    const tensor y = hana::unpack(branches, [&](const auto&... branch) {
      const tensor results[] = {tensor(branch(x))...};  // in the order written
      return [&]<int... I>(std::integer_sequence<int, I...>) {
        if constexpr (Sum) return (results[I] + ...);
        else return concat_tensors(results[I]...);
      }(std::make_integer_sequence<int, sizeof...(Branches)>{});
    });
    x.trace->close(outer);
    return y;
  }
  constexpr auto operator()(const number_alone auto& x) const { return refuse_number(x); }
};

/// Applies every branch to the same input and concatenates the results along channels.
template <network_part... Branches>
  requires(sizeof...(Branches) >= 2)
constexpr parallel_branches<false, std::decay_t<Branches>...> concat(const Branches&... branches) {
  return {hana::make_basic_tuple(branches...), ""};
}
template <detail::convertible<tensor>... Tensors>
constexpr tensor concat(const tensor& first, const tensor& second, const Tensors&... rest) {
  return concat_tensors(first, second, rest...);
}
/// The message about what cannot be joined.
template <class... Parts>
  requires((network_part<Parts> || ...) && (sizeof...(Parts) < 2 || !(network_part<Parts> && ...)))
constexpr auto concat(const Parts&...) {
  constexpr bool several = sizeof...(Parts) >= 2, parts = (network_part<Parts> && ...);
  static_assert(several, "concat joins two branches or more: concat(conv2d(64, {1, 1}), conv2d(96, {3, 3}))");
  static_assert(parts, "concat joins branches, which are functions of one tensor that return one, or tensors");
  return no_call{};
}

/// Sum of two branches of the same input.
template <network_part First, network_part Second>
  requires(!detail::convertible<First, tensor> && !detail::convertible<Second, tensor>)
constexpr parallel_branches<true, std::decay_t<First>, std::decay_t<Second>> operator+(const First& first, const Second& second) {
  return {hana::make_basic_tuple(first, second), ""};
}

/// Passes its input on: the shortcut of a residual block, `skip + (conv2d(...) >> conv2d(...))`.
struct skip_part {
  constexpr tensor operator()(const tensor& x) const { return x; }
};
inline constexpr skip_part skip;

/// Applies `part` for its end points alone and passes its input on: `>> aside(softmax("Predictions"))` after the logits. What nobody
/// keeps is not computed.
template <class Part>
struct side_part {
  Part part;

  constexpr tensor operator()(const tensor& x) const {
    part(x);
    return x;
  }
};
template <network_part Part>
constexpr side_part<std::decay_t<Part>> aside(const Part& part) {
  return {part};
}

/// x + body(x), reported as `name` when the shapes differ.
template <network_part Body>
constexpr auto residual(const char* name, const Body& body) {
  return parallel_branches<true, skip_part, std::decay_t<Body>>{hana::make_basic_tuple(skip, body), name};
}
template <class First, class... Rest>
  requires(network_part<First> || (network_part<Rest> || ...))
constexpr auto residual(const First&, const Rest&...) {
  constexpr bool fits = sizeof(First) == 0;
  static_assert(fits, "a residual block has a name and one part: residual(\"block1\", conv2d(64, {3, 3}) >> conv2d(64, {3, 3}))");
  return no_call{};
}

}  // namespace slim

#include "slim/core/end.hpp"
