#pragma once
#include "slim/core/begin.hpp"
// Numbers of a file in the type of a variable. Floating-point numbers of all formats become float or double: exactly where the variable's type is the
// wider one, else the nearest. Nothing else is converted, and no number becomes infinite.

#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include "slim/checkpoint/tensor_view.hpp"
#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"

namespace slim::checkpoint::detail {

/// The value of a floating point number with a sign, `Exponent` and `Mantissa` bits, as IEEE 754 builds them. With four bits of exponent it is the E4M3 of
/// the Open Compute Project: no infinities, and only all bits set are not a number.
template <int Exponent, int Mantissa>
double small_float(unsigned bits) {
  constexpr int largest = (1 << Exponent) - 1, bias = largest / 2;
  const int exponent = static_cast<int>(bits >> Mantissa) & largest, mantissa = static_cast<int>(bits) & ((1 << Mantissa) - 1);
  double size = exponent == 0 ? std::ldexp(mantissa, 1 - bias - Mantissa) : std::ldexp(mantissa + (1 << Mantissa), exponent - bias - Mantissa);
  if (exponent == largest && (Exponent != 4 || mantissa == (1 << Mantissa) - 1))
    size = Exponent == 4 || mantissa != 0 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  return (bits >> (Exponent + Mantissa) & 1) != 0 ? -size : size;
}

/// Element `i`, as its bytes; a file may hold it at any address.
template <class T>
T stored_at(const tensor_view& tensor, std::size_t i) {
  T stored;
  std::memcpy(&stored, tensor.bytes.data() + i * sizeof(T), sizeof(T));
  return stored;
}

constexpr bool is_floating(dtype type) {
  return type == dtype::f32 || type == dtype::f64 || type == dtype::f16 || type == dtype::bf16 || type == dtype::f8_e5m2 || type == dtype::f8_e4m3;
}

/// Element `i` of a tensor of floating-point numbers.
inline double float_at(const tensor_view& tensor, std::size_t i) {
  switch (tensor.type) {
    case dtype::f64: return stored_at<double>(tensor, i);
    case dtype::f16: return small_float<5, 10>(stored_at<std::uint16_t>(tensor, i));
    case dtype::bf16: return small_float<8, 7>(stored_at<std::uint16_t>(tensor, i));
    case dtype::f8_e5m2: return small_float<5, 2>(stored_at<std::uint8_t>(tensor, i));
    case dtype::f8_e4m3: return small_float<4, 3>(stored_at<std::uint8_t>(tensor, i));
    default: return stored_at<float>(tensor, i);
  }
}

/// Why the numbers of `from` cannot become those of a variable of type `to`; empty when they can.
inline std::string unconvertible(const tensor_view& from, dtype to) {
  if (from.type == to) return {};
  if (!is_floating(from.type) || (to != dtype::f32 && to != dtype::f64)) return describe(from);
  constexpr double least_infinite = 0x1.ffffffp127;  // half a step above the largest float
  if (from.type == dtype::f64)
    for (std::size_t i = 0; i < from.size(); ++i)
      if (const double number = float_at(from, i); is_finite(number) && std::fabs(number) >= least_infinite)
        return describe(from) + " with " + exact_text(number) + ", which is infinite as F32";
  return {};
}

/// The numbers of `from` into `to`, which has as many.
inline void copy(const tensor_view& from, const variable_reference& to) {
  if (from.bytes.empty()) return;
  if (from.type == to.type) {
    std::memcpy(to.bytes().data(), from.bytes.data(), from.bytes.size());
  } else if (to.type == dtype::f32) {
    const std::span<float> values = to.values<float>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(float_at(from, i));
  } else {
    const std::span<double> values = to.values<double>();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = float_at(from, i);
  }
}

}  // namespace slim::checkpoint::detail

#include "slim/core/end.hpp"
