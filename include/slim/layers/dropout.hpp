#pragma once
#include "slim/core/begin.hpp"

#include "slim/layers/keywords.hpp"
#include "slim/layers/layer.hpp"

namespace slim {

/// In training, keeps each element with probability `keep_prob` and scales what it keeps by 1/keep_prob; otherwise passes x on.
/// The mask comes from a counter-based generator: it is recomputed in the backward pass, not stored. Source: TF-Slim section 2.8.
/// Call: dropout([keep_prob][, "scope"][, keyword = value ...]). Two calls with the same `dropout_seed` draw the same mask.
struct dropout_layer : layer<dropout_layer> {
  static constexpr const char* function_name = "dropout";
  static constexpr const char* default_scope = "Dropout";
  static constexpr auto defaults = arguments_of(keep_prob = 0.5, is_training = training::automatic, dropout_seed = 0);

  constexpr auto operator()() const { return bind(); }
  template <class First, class... Rest>
  constexpr auto operator()(const First& first, const Rest&... rest) const {
    if constexpr (std::is_arithmetic_v<First>)
      return bind(rest..., keep_prob = first);
    else
      return bind(first, rest...);
  }

  static constexpr tensor apply(const tensor& x, const arguments<dropout_layer>& with) {
    tracer& trace = *x.trace;
    const double keep = with[keep_prob];
    if (!with[is_training].in(trace) || keep == 1) return x;
    const int seed = with[dropout_seed];
    const int stream = seed != 0 ? seed : 0x10000 + trace.g.nodes.size();  // another mask for every application
    expr::scalar_function f;
    const int kept = f.emit(expr::scalar_op::greater, f.add_constant(keep), f.emit(expr::scalar_op::uniform, -1, -1, -1, stream));
    f.add_output(f.emit(expr::scalar_op::select, kept, f.emit(expr::scalar_op::multiply, f.add_constant(1 / keep), f.add_input(0)), f.add_constant(0)));
    return slim::apply(f, x);
  }
};
inline constexpr dropout_layer dropout;

}  // namespace slim

#include "slim/core/end.hpp"
