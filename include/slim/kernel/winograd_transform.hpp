#pragma once
// The transforms of Winograd's minimal filtering: F(2×2, 3×3) with points 0, ±1, ∞, and F(4×4, 3×3) and F(2×2, 5×5), which share the
// points 0, ±1, ±2, ∞ and so the transform of the source. Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, arXiv
// 1509.09308. A tile of Outputs² results is Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A; the gradient of the weights is its adjoint,
// Gᵀ[(A y Aᵀ) ⊙ (Bᵀ d B)]G. Each is separable: a one-dimensional transform of the columns, then of the rows.

#include "slim/simd/batch.hpp"

namespace slim::kernel {

/// Bᵀ d for the points 0, ±1, ±2, ∞.
struct winograd_of_six_points {
  static constexpr int inputs = 6;

  template<class V>
  [[gnu::always_inline]] static void source(const V* d, V* t) {
    const V a = d[4] - V(4) * d[2], b = d[3] - V(4) * d[1], c = d[4] - d[2], e = d[3] - d[1];
    t[0] = c + V(4) * (d[0] - d[2]);
    t[1] = a + b, t[2] = a - b;
    const V twice = e + e;
    t[3] = c + twice, t[4] = c - twice;
    t[5] = d[5] - d[3] - (twice + twice);
  }
};

/// F(4, 3): the one-dimensional transforms, on vectors of independent channels.
struct winograd_4x4_3x3 : winograd_of_six_points {
  static constexpr int outputs = 4, taps = 3;

  template<class V>
  [[gnu::always_inline]] static void weights(const V* g, V* u) {  // G g
    const V sixth(1.0 / 6), a = V(0) - (g[0] + g[2]) * sixth, b = g[1] * sixth;
    u[0] = g[0] * V(0.25);
    u[1] = a - b, u[2] = a + b;
    const V c = g[0] * V(1.0 / 24) + g[2] * sixth, e = g[1] * V(1.0 / 12);
    u[3] = c + e, u[4] = c - e;
    u[5] = g[2];
  }
  template<class V>
  [[gnu::always_inline]] static void result(const V* m, V* y) {  // Aᵀ m
    const V a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], e = m[3] - m[4];
    y[0] = m[0] + a + c;
    y[1] = b + V(2) * e;
    y[2] = a + V(4) * c;
    y[3] = b + V(8) * e + m[5];
  }
  template<class V>
  [[gnu::always_inline]] static void result_gradient(const V* y, V* m) {  // A y
    const V a = y[0] + y[2], b = y[1] + y[3], c = y[0] + V(4) * y[2], e = V(2) * y[1] + V(8) * y[3];
    m[0] = y[0];
    m[1] = a + b, m[2] = a - b;
    m[3] = c + e, m[4] = c - e;
    m[5] = y[3];
  }
  template<class V>
  [[gnu::always_inline]] static void weights_gradient(const V* u, V* g) {  // Gᵀ u
    const V sixth(1.0 / 6), a = (u[1] + u[2]) * sixth, c = u[3] + u[4];
    g[0] = u[0] * V(0.25) - a + c * V(1.0 / 24);
    g[1] = (u[2] - u[1]) * sixth + (u[3] - u[4]) * V(1.0 / 12);
    g[2] = c * sixth - a + u[5];
  }
};

/// F(2, 5).
struct winograd_2x2_5x5 : winograd_of_six_points {
  static constexpr int outputs = 2, taps = 5;

  template<class V>
  [[gnu::always_inline]] static void weights(const V* g, V* u) {
    const V sixth(1.0 / 6), a = V(0) - (g[0] + g[2] + g[4]) * sixth, b = (g[1] + g[3]) * sixth;
    u[0] = g[0] * V(0.25);
    u[1] = a - b, u[2] = a + b;
    const V c = g[0] * V(1.0 / 24) + g[2] * sixth + g[4] * V(2.0 / 3), e = g[1] * V(1.0 / 12) + g[3] * V(1.0 / 3);
    u[3] = c + e, u[4] = c - e;
    u[5] = g[4];
  }
  template<class V>
  [[gnu::always_inline]] static void result(const V* m, V* y) {
    y[0] = m[0] + m[1] + m[2] + m[3] + m[4];
    y[1] = m[1] - m[2] + V(2) * (m[3] - m[4]) + m[5];
  }
  template<class V>
  [[gnu::always_inline]] static void result_gradient(const V* y, V* m) {
    const V twice = y[1] + y[1];
    m[0] = y[0];
    m[1] = y[0] + y[1], m[2] = y[0] - y[1];
    m[3] = y[0] + twice, m[4] = y[0] - twice;
    m[5] = y[1];
  }
  template<class V>
  [[gnu::always_inline]] static void weights_gradient(const V* u, V* g) {
    const V sixth(1.0 / 6), a = (u[1] + u[2]) * sixth, b = (u[2] - u[1]) * sixth, c = u[3] + u[4], e = u[3] - u[4];
    g[0] = u[0] * V(0.25) - a + c * V(1.0 / 24);
    g[1] = b + e * V(1.0 / 12);
    g[2] = c * sixth - a;
    g[3] = b + e * V(1.0 / 3);
    g[4] = c * V(2.0 / 3) - a + u[5];
  }
};

/// F(2, 3).
struct winograd_2x2_3x3 {
  static constexpr int outputs = 2, taps = 3, inputs = 4;

  template<class V>
  [[gnu::always_inline]] static void source(const V* d, V* t) {
    t[0] = d[0] - d[2], t[1] = d[1] + d[2], t[2] = d[2] - d[1], t[3] = d[1] - d[3];
  }
  template<class V>
  [[gnu::always_inline]] static void weights(const V* g, V* u) {
    const V half(0.5), a = (g[0] + g[2]) * half, b = g[1] * half;
    u[0] = g[0], u[1] = a + b, u[2] = a - b, u[3] = g[2];
  }
  template<class V>
  [[gnu::always_inline]] static void result(const V* m, V* y) {
    y[0] = m[0] + m[1] + m[2], y[1] = m[1] - m[2] - m[3];
  }
  template<class V>
  [[gnu::always_inline]] static void result_gradient(const V* y, V* m) {
    m[0] = y[0], m[1] = y[0] + y[1], m[2] = y[0] - y[1], m[3] = V(0) - y[1];
  }
  template<class V>
  [[gnu::always_inline]] static void weights_gradient(const V* u, V* g) {
    const V half(0.5), a = (u[1] + u[2]) * half;
    g[0] = u[0] + a, g[1] = (u[1] - u[2]) * half, g[2] = a + u[3];
  }
};

/// `line` over the columns, then over the rows of a From × From tile: To × To results. load(row, column) is called column by column,
/// store(row, column, vector) row by row, each in order.
template<int From, int To, class V, class Line, class Load, class Store>
[[gnu::always_inline]] inline void transform_tile(Line line, Load load, Store store) {
  V half[To][From];
#pragma GCC unroll 8
  for (int s = 0; s < From; ++s) {
    V in[From], out[To];
#pragma GCC unroll 8
    for (int r = 0; r < From; ++r) in[r] = load(r, s);
    line(in, out);
#pragma GCC unroll 8
    for (int i = 0; i < To; ++i) half[i][s] = out[i];
  }
#pragma GCC unroll 8
  for (int i = 0; i < To; ++i) {
    V out[To];
    line(half[i], out);
#pragma GCC unroll 8
    for (int j = 0; j < To; ++j) store(i, j, out[j]);
  }
}

}  // namespace slim::kernel
