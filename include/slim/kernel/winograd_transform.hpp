#pragma once
#include "slim/core/begin.hpp"
// The transforms of Winograd's minimal filtering: Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, arXiv 1509.09308. A tile of
// Outputs² results is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A; the gradient of the weights is its adjoint, Gᵀ[(A y Aᵀ) ⊙ (Bᵀ d B)]G. Each is separable: a
// one-dimensional transform of the columns, then of the rows.

#include <type_traits>

#include "slim/core/room_for.hpp"
#include "slim/simd/batch.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

// Sets of points: 0, pairs ±p, ∞. A and G evaluate polynomials there, with G divided by what `source`, Bᵀ, leaves out: 0 and the pairs have a
// `scale`, ∞ has 1.

/// 0, ±1, ∞.
struct winograd_four_points {
  static constexpr int inputs = 4, pairs = 1;
  static constexpr double pair[pairs] = {1}, scale[pairs] = {0.5}, scale_of_zero = -1;

  template <class V>
  [[gnu::always_inline]] static void source(const V* d, V* t) {
    t[0] = d[2] - d[0];
    t[1] = d[2] + d[1], t[2] = d[2] - d[1];
    t[3] = d[3] - d[1];
  }
};

/// 0, ±1, ±2, ∞.
struct winograd_six_points {
  static constexpr int inputs = 6, pairs = 2;
  static constexpr double pair[pairs] = {1, 2}, scale[pairs] = {-1.0 / 6, 1.0 / 24}, scale_of_zero = 0.25;

  template <class V>
  [[gnu::always_inline]] static void source(const V* d, V* t) {
    const V a = d[4] - V(4) * d[2], b = d[3] - V(4) * d[1], c = d[4] - d[2], e = d[3] - d[1];
    t[0] = c + V(4) * (d[0] - d[2]);
    t[1] = a + b, t[2] = a - b;
    const V twice = e + e;
    t[3] = c + twice, t[4] = c - twice;
    t[5] = d[5] - d[3] - (twice + twice);
  }
};

/// 0, ±1, ±2, ±1/2, ∞.
struct winograd_eight_points {
  static constexpr int inputs = 8, pairs = 3;
  static constexpr double pair[pairs] = {1, 2, 0.5}, scale[pairs] = {-2.0 / 9, 1.0 / 90, 32.0 / 45}, scale_of_zero = 1;

  template <class V>
  [[gnu::always_inline]] static void source(const V* d, V* t) {
    t[0] = d[0] - d[6] + V(5.25) * (d[4] - d[2]);
    const V a = d[2] + d[6] - V(4.25) * d[4], b = d[1] + d[5] - V(4.25) * d[3];
    t[1] = a + b, t[2] = a - b;
    const V c = d[6] + V(0.25) * d[2] - V(1.25) * d[4], e = V(0.5) * d[1] - V(2.5) * d[3] + V(2) * d[5];
    t[3] = c + e, t[4] = c - e;
    const V f = d[6] + V(4) * d[2] - V(5) * d[4], h = V(2) * d[1] - V(2.5) * d[3] + V(0.5) * d[5];
    t[5] = f + h, t[6] = f - h;
    t[7] = d[7] - d[1] + V(5.25) * (d[3] - d[5]);
  }
};

/// F(Outputs, Taps): the one-dimensional transforms, on vectors of independent channels.
template <class Points, int Outputs, int Taps>
struct winograd : Points {
  static constexpr int outputs = Outputs, taps = Taps;
  static_assert(outputs + taps - 1 == Points::inputs);

  /// G g
  template <class V>
  [[gnu::always_inline]] static void weights(const V* g, V* u) {
    evaluate<Taps, true>(g, u);
  }
  /// Gᵀ u
  template <class V>
  [[gnu::always_inline]] static void weights_gradient(const V* u, V* g) {
    adjoint<Taps, true>(u, g);
  }
  /// Aᵀ m
  template <class V>
  [[gnu::always_inline]] static void result(const V* m, V* y) {
    adjoint<Outputs, false>(m, y);
  }
  /// A y
  template <class V>
  [[gnu::always_inline]] static void result_gradient(const V* y, V* m) {
    evaluate<Outputs, false>(y, m);
  }

private:
  template <class V>
  [[gnu::always_inline]] static V vector_of(double number) {
    if constexpr (std::is_floating_point_v<V>) return static_cast<V>(number);
    else return V(static_cast<typename V::value_type>(number));
  }

  /// pair[q]^k, with the scale or without.
  template <bool Scaled>
  static constexpr double power(int q, int k) {
    double value = Scaled ? Points::scale[q] : 1;
    for (int i = 0; i < k; ++i) value *= Points::pair[q];
    return value;
  }

  /// values = Σ_k terms[k]·p^k at each point p; at ∞ the last term.
  template <int Terms, bool Scaled, class V>
  [[gnu::always_inline]] static void evaluate(const V* terms, V* values) {
    values[0] = Scaled ? terms[0] * vector_of<V>(Points::scale_of_zero) : terms[0];
#pragma GCC unroll 8
    for (int q = 0; q < Points::pairs; ++q) {
      V even = terms[0] * vector_of<V>(power<Scaled>(q, 0)), odd = terms[1] * vector_of<V>(power<Scaled>(q, 1));
#pragma GCC unroll 8
      for (int k = 2; k < Terms; ++k) (k % 2 == 0 ? even : odd) = terms[k] * vector_of<V>(power<Scaled>(q, k)) + (k % 2 == 0 ? even : odd);
      values[2 * q + 1] = even + odd, values[2 * q + 2] = even - odd;
    }
    values[Points::inputs - 1] = terms[Terms - 1];
  }

  template <int Terms, bool Scaled, class V>
  [[gnu::always_inline]] static void adjoint(const V* values, V* terms) {
    V even[Points::pairs], odd[Points::pairs];
#pragma GCC unroll 8
    for (int q = 0; q < Points::pairs; ++q) {
      even[q] = values[2 * q + 1] + values[2 * q + 2];
      odd[q] = values[2 * q + 1] - values[2 * q + 2];
    }
#pragma GCC unroll 8
    for (int k = 0; k < Terms; ++k) {
      V sum = k % 2 == 0 ? even[0] * vector_of<V>(power<Scaled>(0, k)) : odd[0] * vector_of<V>(power<Scaled>(0, k));
#pragma GCC unroll 8
      for (int q = 1; q < Points::pairs; ++q) sum = (k % 2 == 0 ? even[q] : odd[q]) * vector_of<V>(power<Scaled>(q, k)) + sum;
      if (k == 0) sum = Scaled ? values[0] * vector_of<V>(Points::scale_of_zero) + sum : values[0] + sum;
      if (k == Terms - 1) sum = sum + values[Points::inputs - 1];
      terms[k] = sum;
    }
  }
};

using winograd_2x2_3x3 = winograd<winograd_four_points, 2, 3>;
using winograd_4x4_3x3 = winograd<winograd_six_points, 4, 3>;
using winograd_2x2_5x5 = winograd<winograd_six_points, 2, 5>;
using winograd_4x4_5x5 = winograd<winograd_eight_points, 4, 5>;

/// `line` over the columns, then over the rows of a From × From tile: To × To results. load(row, column) is called column by column,
/// store(row, column, vector) row by row, each in order. One straight line keeps what lies between in registers. With `Loops` it is in memory: for tiles that
/// the registers could not hold; that takes the compiler two thirds of the time.
template <int From, int To, class V, bool Loops = false, class Line, class Load, class Store>
[[gnu::always_inline]] inline void transform_tile(Line line, Load load, Store store) {
  V half[room_for(To)][room_for(From)];
  const auto take = [&](int s) SLIM_INLINED {
    V in[room_for(From)], out[room_for(To)];
#pragma GCC unroll 8
    for (int r = 0; r < From; ++r) in[r] = load(r, s);
    line(in, out);
#pragma GCC unroll 8
    for (int i = 0; i < To; ++i) half[i][s] = out[i];
  };
  const auto give = [&](int i) SLIM_INLINED {
    V out[room_for(To)];
    line(half[i], out);
#pragma GCC unroll 8
    for (int j = 0; j < To; ++j) store(i, j, out[j]);
  };
  if constexpr (Loops) {
#pragma GCC unroll 1
    for (int s = 0; s < From; ++s) take(s);
#pragma GCC unroll 1
    for (int i = 0; i < To; ++i) give(i);
  } else {
#pragma GCC unroll 8
    for (int s = 0; s < From; ++s) take(s);
#pragma GCC unroll 8
    for (int i = 0; i < To; ++i) give(i);
  }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
