#pragma once
#include "slim/core/begin.hpp"
// NaN and infinity by their bits: -ffast-math lets compilers take std::isfinite(x) for true and x != x for false.

#include <bit>
#include <cstdint>
#include <type_traits>

namespace slim {

namespace detail {
template <class T>
using bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
/// All bits of the exponent: infinity; with any bit below them NaN.
template <class T>
inline constexpr bits_of<T> exponent_bits = sizeof(T) == 4 ? static_cast<bits_of<T>>(0x7F800000u) : static_cast<bits_of<T>>(0x7FF0000000000000ull);
/// `x` without its sign.
template <class T>
constexpr bits_of<T> magnitude_bits(T x) {
  return static_cast<bits_of<T>>(std::bit_cast<bits_of<T>>(x) << 1 >> 1);
}
}  // namespace detail

/// True unless `x`, a float or double, is NaN or infinite.
template <class T>
  requires(std::is_same_v<T, float> || std::is_same_v<T, double>)
constexpr bool is_finite(T x) {
  return detail::magnitude_bits(x) < detail::exponent_bits<T>;
}
template <class T>
  requires(std::is_same_v<T, float> || std::is_same_v<T, double>)
constexpr bool is_nan(T x) {
  return detail::magnitude_bits(x) > detail::exponent_bits<T>;
}

}  // namespace slim

#include "slim/core/end.hpp"
