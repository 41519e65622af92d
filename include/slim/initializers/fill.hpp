#pragma once
#include "slim/core/begin.hpp"
// Drawing the initial values of a variable. Number i of variable v is a pure function of (seed, v, i): the same at any thread count.

#include <cmath>

#include "slim/graph/initializer.hpp"
#include "slim/kernel/parallel.hpp"
#include "slim/tensor/random.hpp"

namespace slim {

namespace detail {

/// Rows × columns of standard normal numbers made orthonormal along the shorter side, by modified Gram–Schmidt done twice
/// (Giraud et al. 2005: twice is enough).
template <class T>
void fill_orthogonal(T* values, long rows, long columns, double gain, random_stream& random) {
  const bool wide = columns > rows;
  const long vectors = wide ? rows : columns, length = wide ? columns : rows;
  const long vector_stride = wide ? columns : 1, stride = wide ? 1 : columns;
  for (long i = 0; i < rows * columns; ++i) values[i] = static_cast<T>(random.normal());
  for (long v = 0; v < vectors; ++v) {
    T* const own = values + v * vector_stride;
    for (int pass = 0; pass < 2; ++pass)
      for (long u = 0; u < v; ++u) {
        const T* const other = values + u * vector_stride;
        double overlap = 0;
        for (long i = 0; i < length; ++i) overlap += static_cast<double>(own[i * stride]) * other[i * stride];
        for (long i = 0; i < length; ++i) own[i * stride] -= static_cast<T>(overlap * other[i * stride]);
      }
    double norm = 0;
    for (long i = 0; i < length; ++i) norm += static_cast<double>(own[i * stride]) * own[i * stride];
    const double scale = 1 / std::sqrt(norm);
    for (long i = 0; i < length; ++i) own[i * stride] = static_cast<T>(own[i * stride] * scale);
  }
  for (long i = 0; i < rows * columns; ++i) values[i] = static_cast<T>(gain * values[i]);
}

/// The distributions whose numbers are independent of each other.
template <class T>
void fill_range(T* values, long first, long last, distribution kind, double a, double b, std::uint64_t seed, std::uint64_t stream) {
  random_stream random(seed, static_cast<std::uint64_t>(first), stream);
  const bool uniform = kind == distribution::uniform, truncated = kind != distribution::normal;
  for (long i = first; i < last; ++i) {
    if (uniform) values[i] = static_cast<T>(a + (b - a) * random.uniform());
    else values[i] = static_cast<T>(a + b * random.normal(truncated));
  }
}

}  // namespace detail

/// Fills `values`, a variable of shape `extent`, as `initial` says. `stream` tells variables apart; values do not depend on `threads`. What is not
/// `Orthogonal` is not asked for such values, and does not compile the code for them.
template <class T, bool Orthogonal = true>
[[gnu::cold]] void fill(T* values, const shape& extent, const initializer& initial, std::uint64_t seed, std::uint64_t stream,
                        int threads = kernel::hardware_threads()) {
  const long size = extent.size();
  if (initial.part > 0) {
    initializer others = initial;
    others.part = 0;
    fill<T, Orthogonal>(values, extent, others, seed, stream, threads);
    for (long i = initial.part; i < 2 * initial.part; ++i) values[i] = static_cast<T>(initial.in_part);
    return;
  }
  distribution kind = initial.kind;
  double a = initial.a, b = initial.b;
  switch (kind) {
    case distribution::none:
    case distribution::constant:
      for (long i = 0; i < size; ++i) values[i] = static_cast<T>(a);
      return;
    case distribution::values:
      for (long i = 0; i < size; ++i) values[i] = static_cast<T>(initial.values[i]);
      return;
    case distribution::orthogonal: {
      if constexpr (Orthogonal) {
        random_stream random(seed, 0, stream);
        const long columns = extent.channels();
        detail::fill_orthogonal(values, size / columns, columns, a, random);
      }
      return;
    }
    case distribution::diagonal:
      for (long i = 0; i < size; ++i) values[i] = static_cast<T>(i % (extent.channels() + 1) == 0 ? a : b);
      return;
    case distribution::center: {  // a diagonal at the middle one of the taps
      const long columns = extent.channels(), matrix = columns * columns, first = size / matrix / 2 * matrix;
      for (long i = 0; i < size; ++i) values[i] = static_cast<T>(i >= first && i < first + matrix && (i - first) % (columns + 1) == 0 ? a : b);
      return;
    }
    case distribution::variance_scaling: {
      const fans fan = fans_of(extent);
      const double n = initial.mode == fan_mode::fan_in ? fan.in : initial.mode == fan_mode::fan_out ? fan.out : (fan.in + fan.out) / 2;
      if (initial.uniform) {
        b = std::sqrt(3 * initial.a / n);
        a = -b;
        kind = distribution::uniform;
      } else {
        b = std::sqrt(1.3 * initial.a / n);
        a = 0;
        kind = distribution::truncated_normal;
      }
      break;
    }
    default: break;
  }
  constexpr long chunk = 1 << 16;
  kernel::parallel_for((size + chunk - 1) / chunk, 50.0 * chunk, threads, [&](long task) {
    const long first = task * chunk, last = first + chunk < size ? first + chunk : size;
    detail::fill_range(values, first, last, kind, a, b, seed, stream);
  });
}

}  // namespace slim

#include "slim/core/end.hpp"
