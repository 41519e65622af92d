#pragma once
#include "slim/core/begin.hpp"
// Memory for time: a part of a network whose values are not kept for the backward pass. TF-Slim section 2.8.

#include <array>

#include "slim/compose/compose.hpp"

namespace slim {

/// The same function as `body`, whose values training forgets and computes once more when their gradients are due: repeat<16>(recompute_grad(block), "block")
/// keeps what goes from one block to the next and the inside of one block. Random numbers are the same both times, averages of batch_norm move once, and
/// the gradients are those without it. Parts within such a part are one with it. Inference is not changed. `explain` marks what is computed again.
template <class Body>
struct recomputed_part {
  Body body;

  constexpr auto operator()(const number_alone auto& x, const auto&...) const { return refuse_number(x); }
  template <class First, class... Rest>
    requires(!number_alone<First> && std::is_invocable_v<const Body&, const First&, const Rest&...>)
  constexpr auto operator()(const First& x, const Rest&... rest) const {
    return marked(*x.trace, [&] { return body(x, rest...); });
  }
  constexpr tensor numbered(const tensor& x, const char* base, int number) const {
    return marked(*x.trace, [&] { return apply_numbered(body, x, base, number); });
  }

private:
  template <class Apply>
  static constexpr auto marked(tracer& trace, const Apply& apply) {
    const bool inside = trace.recomputing;
    const int first = trace.g.nodes.size();
    trace.recomputing = true;
    const auto y = apply();
    trace.recomputing = inside;
    if (!inside && trace.training) trace.g.recomputed.push({first, trace.g.nodes.size()});
    return y;
  }
};
template <class Body>
constexpr recomputed_part<std::decay_t<Body>> recompute_grad(const Body& body) {
  return {body};
}

/// Reversible blocks of the RevNet: Layers times y1 = x1 + f(x2), y2 = x2 + g(y1): const auto [y1, y2] = rev_block<5>(x1, x2, f, g). `f` and `g` keep the
/// shape of what they get; a side input is what they capture, or a part of x. Scopes as TF-Slim: revblock/revlayer_0/f, …/g. Training keeps the two
/// tensors between layers and computes the inside of f and g again (TF-Slim works these two out backwards as well, with rounding errors).
template <int Layers = 1, class F, class G>
  requires(Layers >= 0)
constexpr std::array<tensor, 2> rev_block(const tensor& x1, const tensor& x2, const F& f, const G& g) {
  tracer& trace = *x1.trace;
  std::array<tensor, 2> x{x1, x2};
  const int outer = trace.open_unique("revblock");
  for (int layer = 0; layer < Layers; ++layer) {
    const int block = trace.open("revlayer", layer);
    x = recompute_grad([&](const tensor& a, const tensor& b) {
      const tensor y1 = a + scope("f", f)(b);
      return std::array<tensor, 2>{y1, b + scope("g", g)(y1)};
    })(x[0], x[1]);
    trace.close(block);
  }
  trace.close(outer);
  return x;
}

}  // namespace slim

#include "slim/core/end.hpp"
