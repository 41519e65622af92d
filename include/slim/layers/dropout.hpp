#pragma once
#include "slim/core/begin.hpp"

#include <initializer_list>

#include "slim/layers/normalizer.hpp"

namespace slim {

/// Extents of a mask, the batch first: 1 where all share it, the extent of the input or −1 where each has its own.
struct mask_shape {
  static constexpr int capacity = slim::shape::max_rank + 1;
  int extents[capacity]{};
  int rank = 0;

  constexpr mask_shape() = default;
  constexpr mask_shape(none_t) {}
  constexpr mask_shape(std::initializer_list<int> listed) {
    for (int one : listed)
      if (rank++ < capacity) extents[rank - 1] = one;
  }
};
constexpr void slim_describe(const mask_shape& value, name_buffer& to) {
  if (value.rank == 0) to.add("none");
  for (int i = 0; i < value.rank && i < mask_shape::capacity; ++i) {
    to.add(i > 0 ? "," : "");
    slim_describe(value.extents[i], to);
  }
}
struct noise_shape_keyword : keyword<noise_shape_keyword, mask_shape> {
  static constexpr const char* name = "noise_shape";
  using keyword::operator=;
};
inline constexpr noise_shape_keyword noise_shape;

/// In training, keeps each element with probability `keep_prob` and scales what it keeps by 1/keep_prob; otherwise passes x on.
/// The mask comes from a counter-based generator: it is recomputed in the backward pass, not stored. Source: TF-Slim section 2.8.
/// With `noise_shape = {-1, 1, 1, -1}` whole channels of an image are kept or not.
/// Call: dropout([keep_prob][, "scope"][, keyword = value ...]), or as normalizer_fn. Two calls with the same `dropout_seed` draw the same mask.
struct dropout_layer : normalizing_layer<dropout_layer, keep_prob_keyword, is_training_keyword, dropout_seed_keyword> {
  static constexpr const char* function_name = "dropout";
  static constexpr const char* default_scope = "Dropout";
  static constexpr auto defaults = arguments_of(keep_prob = 0.5, is_training = training::automatic, dropout_seed = 0, noise_shape = none);

  constexpr auto operator()() const { return bind(); }
  template <class First, class... Rest>
  constexpr auto operator()(const First& first, const Rest&... rest) const {
    if constexpr (std::is_arithmetic_v<First>) return bind(rest..., keep_prob = first);
    else return bind(first, rest...);
  }

  static constexpr tensor apply(const tensor& x, const arguments<dropout_layer>& with) {
    tracer& trace = *x.trace;
    const double keep = with[keep_prob];
    if (!with[is_training].in(trace) || keep == 1) return x;
    const int seed = with[dropout_seed];
    const int stream = seed != 0 ? seed : 0x10000 + trace.g.nodes.size();  // another mask for every application
    expr::scalar_function f;
    const int kept = f.emit(expr::scalar_op::greater, f.add_constant(keep), f.emit(expr::scalar_op::uniform, -1, -1, -1, stream));
    if (const mask_shape& noise = with[noise_shape]; noise.rank > 0) {
      f.add_output(f.emit(expr::scalar_op::select, kept, f.add_constant(1 / keep), f.add_constant(0)));
      graph::node mask;
      mask.kind = graph::kind::map, mask.function = trace.g.intern(f);
      if (!place(noise, x, mask)) return x;
      const tensor factor(trace, graph::add_node(trace.g, mask, trace.scope));
      return slim::apply(recorded<2>(trace.g, [](auto v, auto m) { return select(m, m * v, 0.0); }), x, factor);
    }
    f.add_output(f.emit(expr::scalar_op::select, kept, f.emit(expr::scalar_op::multiply, f.add_constant(1 / keep), f.add_input(0)), f.add_constant(0)));
    return slim::apply(f, x);
  }

private:
  /// Gives `mask` the extents that `noise` says for `x`.
  static constexpr bool place(const mask_shape& noise, const tensor& x, graph::node& mask) {
    tracer& trace = *x.trace;
    const slim::shape all = x.shape();
    if (noise.rank != all.rank + 1) {
      trace.fail(graph::rule::rank_mismatch, {noise.rank}, {all.rank + 1});
      return false;
    }
    const bool batched = trace.g.nodes[x.node].batched;
    if (noise.extents[0] != 1 && noise.extents[0] != -1) trace.fail_number("noise_shape", noise.extents[0], "1 or -1 for the batch");
    mask.batched = batched && noise.extents[0] == -1, mask.extent = all;
    for (int i = 0; i < all.rank; ++i) {
      const int own = noise.extents[i + 1];
      if (own != 1 && own != -1 && own != all[i]) trace.fail_number("noise_shape", own, "1, -1 or the extent of the axis");
      if (own == 1) mask.extent.extents[i] = 1;
    }
    return !trace.g.failed();
  }
};
inline constexpr dropout_layer dropout;

}  // namespace slim

#include "slim/core/end.hpp"
