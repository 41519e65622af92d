#pragma once
// Mathematical functions on whole vectors, and the counter-based uniform numbers of dropout.

#include <cstdint>

#include "slim/core/config.hpp"
#include "slim/simd/batch.hpp"

namespace slim::simd {

template <class T>
using mask = xsimd::batch_bool<T>;

// clang-format off
template <class T> SLIM_ALWAYS_INLINE batch<T> absolute(const batch<T>& x) { return xsimd::abs(x); }
template <class T> SLIM_ALWAYS_INLINE batch<T> square_root(const batch<T>& x) { return xsimd::sqrt(x); }
template <class T> SLIM_ALWAYS_INLINE batch<T> logarithm(const batch<T>& x) { return xsimd::log(x); }
template <class T> SLIM_ALWAYS_INLINE batch<T> hyperbolic_tangent(const batch<T>& x) { return xsimd::tanh(x); }
template <class T> SLIM_ALWAYS_INLINE batch<T> error_function(const batch<T>& x) { return xsimd::erf(x); }
template <class T> SLIM_ALWAYS_INLINE batch<T> floor(const batch<T>& x) { return xsimd::floor(x); }
template <class T> SLIM_ALWAYS_INLINE batch<T> maximum(const batch<T>& x, const batch<T>& y) { return xsimd::max(x, y); }
template <class T> SLIM_ALWAYS_INLINE batch<T> minimum(const batch<T>& x, const batch<T>& y) { return xsimd::min(x, y); }
template <class T> SLIM_ALWAYS_INLINE batch<T> select(const mask<T>& condition, const batch<T>& yes, const batch<T>& no) { return xsimd::select(condition, yes, no); }
// clang-format on

/// exp(x): 0 far below, infinity far above the range of exponents, not a number for what is none.
template <class T>
SLIM_ALWAYS_INLINE batch<T> exponential(const batch<T>& x) {
  if constexpr (sizeof(T) < 8) return xsimd::exp(x);
  // In double xsimd converts the exponent lane by lane, which is undefined for an infinity.
  return xsimd::exp(xsimd::min(batch<T>(T(1000)), xsimd::max(batch<T>(T(-1000)), x)));
}

/// 0, 1, 2, … in the lanes.
template <class T>
inline batch<T> iota() {
  alignas(64) T lanes[width<T>];
  for (long lane = 0; lane < width<T>; ++lane) lanes[lane] = static_cast<T>(lane);
  return batch<T>::load_aligned(lanes);
}

/// A well-mixed function of a 32-bit counter (two rounds of multiply and xor-shift; constants found by Chris Wellons' search
/// for low bias, "Prospecting for hash functions", 2018).
constexpr std::uint32_t mix(std::uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  x ^= x >> 16;
  return x;
}

/// Uniform numbers in [0, 1) for the elements first, first + 1, …: a pure function of the key and the element's index, so that
/// forward and backward pass agree without storing anything and threads do not matter.
template <class T>
SLIM_ALWAYS_INLINE batch<T> uniform(std::uint32_t key, std::uint32_t first) {
  alignas(64) T lanes[width<T>];
  for (long lane = 0; lane < width<T>; ++lane)
    lanes[lane] = static_cast<T>(static_cast<std::int32_t>(mix((first + static_cast<std::uint32_t>(lane)) * 0x9E3779B9u ^ key) >> 8)) * static_cast<T>(0x1p-24);
  return batch<T>::load_aligned(lanes);
}

}  // namespace slim::simd
