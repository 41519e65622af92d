#pragma once
#include "slim/core/begin.hpp"
// Mathematical functions on whole vectors, and the counter-based uniform numbers of dropout.

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "slim/core/config.hpp"
#include "slim/core/finite.hpp"
#include "slim/simd/batch.hpp"

namespace slim::simd::inline SLIM_LEVEL {

// The words find what computes them beside the vector's class: xsimd's functions for its batches.

/// 1 in each lane that is finite, else 0: by the bits, comparisons of vectors are folded with -ffast-math.
template <class V>
V finite(const V& x) {
  using T = typename V::value_type;
  alignas(64) T lanes[V::size];
  simd::store(lanes, x);
  for (T& lane : lanes) lane = static_cast<T>(is_finite(static_cast<double>(lane)) ? 1 : 0);
  return simd::load(lanes);
}

/// x to the power of y, in double by the C library: whole exponents of negative numbers and all limits are its own.
template <class V>
V power(const V& x, const V& y) {
  using T = typename V::value_type;
  alignas(64) T lanes[V::size], exponents[V::size];
  simd::store(lanes, x), simd::store(exponents, y);
  for (std::size_t lane = 0; lane < V::size; ++lane)
    lanes[lane] = static_cast<T>(std::pow(static_cast<double>(lanes[lane]), static_cast<double>(exponents[lane])));
  return simd::load(lanes);
}

#if defined(__x86_64__) && __FINITE_MATH_ONLY__
// The instructions themselves: of numbers that they take for finite compilers swap operands at will, and 0 would hide a NaN where max(0, x) hands it on.
#ifdef __AVX__
#define SLIM_X86(name) asm("v" name " %1, %0, %0" : "+v"(x.data) : "v"(y.data))
#else
#define SLIM_X86(name) asm(name " %1, %0" : "+x"(x.data) : "x"(y.data))
#endif
template <class V>
  requires std::is_same_v<V, batch<typename V::value_type>>
SLIM_ALWAYS_INLINE V larger(V x, const V& y) {
  if constexpr (sizeof(typename V::value_type) == 4) SLIM_X86("maxps");
  else SLIM_X86("maxpd");
  return x;
}
template <class V>
  requires std::is_same_v<V, batch<typename V::value_type>>
SLIM_ALWAYS_INLINE V smaller(V x, const V& y) {
  if constexpr (sizeof(typename V::value_type) == 4) SLIM_X86("minps");
  else SLIM_X86("minpd");
  return x;
}
#undef SLIM_X86
#else
template <class V> SLIM_ALWAYS_INLINE V larger(const V& x, const V& y) { return max(x, y); }
template <class V> SLIM_ALWAYS_INLINE V smaller(const V& x, const V& y) { return min(x, y); }
#endif

// clang-format off
template <class V> SLIM_ALWAYS_INLINE V absolute(const V& x) { return abs(x); }
template <class V> SLIM_ALWAYS_INLINE V round_down(const V& x) { return floor(x); }
template <class V> SLIM_ALWAYS_INLINE V maximum(const V& x, const V& y) { return larger(x, y); }
template <class V> SLIM_ALWAYS_INLINE V minimum(const V& x, const V& y) { return smaller(x, y); }
template <class M, class V> SLIM_ALWAYS_INLINE V choose(const M& condition, const V& yes, const V& no) { return select(condition, yes, no); }
// clang-format on

// xsimd 8.1 approximates both in float on NEON: the root of infinity and quotients of the smallest numbers are none.
template <class V>
SLIM_ALWAYS_INLINE V square_root(const V& x) {
#ifdef __aarch64__
  if constexpr (std::is_same_v<V, batch<float>>) return V(vsqrtq_f32(x.data));
#endif
  return sqrt(x);
}
template <class V>
SLIM_ALWAYS_INLINE V quotient(const V& x, const V& y) {
#ifdef __aarch64__
  if constexpr (std::is_same_v<V, batch<float>>) return V(vdivq_f32(x.data, y.data));
#endif
  return x / y;
}

/// The larger, or smaller, of both in each lane; what is not a number stays, in either of them.
template <class V>
SLIM_ALWAYS_INLINE V larger_or_none(const V& x, const V& y) {
  return choose(x == x, maximum(x, y), x);
}
template <class V>
SLIM_ALWAYS_INLINE V smaller_or_none(const V& x, const V& y) {
  return choose(x == x, minimum(x, y), x);
}
#if defined(__x86_64__) && __FINITE_MATH_ONLY__
// clang takes x == x for true. The instruction hands on its second operand where one of both is no number: one of these results is none, and so are the bits of
// both.
template <class V>
  requires std::is_same_v<V, batch<typename V::value_type>>
SLIM_ALWAYS_INLINE V larger_or_none(const V& x, const V& y) {
  return larger(x, y) | larger(y, x);
}
template <class V>
  requires std::is_same_v<V, batch<typename V::value_type>>
SLIM_ALWAYS_INLINE V smaller_or_none(const V& x, const V& y) {
  return smaller(x, y) | smaller(y, x);
}
#endif

/// `x` held to [-most, most]; in this order x86 hands on what is not a number.
template <class V>
SLIM_ALWAYS_INLINE V within(const V& x, typename V::value_type most) {
  return minimum(broadcast(most), maximum(broadcast(-most), x));
}

/// word(x) with x held to [-most, most]: in double xsimd converts lane by lane, which is undefined for infinities and NaN.
template <class V, class Word>
SLIM_ALWAYS_INLINE V of_numbers(const V& x, double most, Word word) {
  using T = typename V::value_type;
  if constexpr (sizeof(T) < 8) {
    return word(x);
  } else {
    const V held = within(x, static_cast<T>(most)), none = held - held, zero = broadcast(T(0));  // NaN where `held` is no number, else 0
    return choose(none == zero, word(choose(none == zero, held, zero)), none);
  }
}

namespace detail {

/// The lanes of a vector of floats as integers.
template <class V>
struct lanes_as_bits {
  typedef std::uint32_t type __attribute__((vector_size(sizeof(V::data))));
  typedef std::int32_t with_sign __attribute__((vector_size(sizeof(V::data))));
};
template <class V>
SLIM_ALWAYS_INLINE auto bits_of(const V& x) {
  return std::bit_cast<typename lanes_as_bits<V>::type>(x.data);
}
template <class V, class Bits>
SLIM_ALWAYS_INLINE V of_bits(const Bits& bits) {
  return V(std::bit_cast<decltype(V::data)>(bits));
}

// The sum of this and a small whole number has that in its lowest bits. Converted by bits, what compilers may reorder with -ffast-math stays as it is.
inline constexpr float whole_in_low_bits = 0x1.8p23F;
inline constexpr std::uint32_t bits_of_whole = 0x4B400000;
// In two parts, of which the first times an exponent is exact.
inline constexpr float log2_high = 0x1.63p-1F, log2_low = -2.12194440e-4F;

/// Horner's rule, the coefficient of the highest power first.
template <class V, class... Coefficients>
SLIM_ALWAYS_INLINE V polynomial(const V& x, float highest, Coefficients... rest) {
  V sum(highest);
  ((sum = multiply_add(sum, x, V(rest))), ...);
  return sum;
}

/// exp(x) in float: 2ⁿ·exp(r) with |r| ≤ ½ log 2, exp(r) = 1 + r + r²·q(r), q fitted for the least relative error, 2⁻²⁸. 2ⁿ in two factors: results down to
/// the smallest, and up to the largest number. xsimd's end a little before both, and its shifts on NEON take compilers seconds.
template <class V>
SLIM_ALWAYS_INLINE V float_exponential(const V& x) {
  const V held = within(x, 104);
  const auto n = (bits_of(multiply_add(held, V(1.44269504F), V(whole_in_low_bits))) + 256) & 511, half = n >> 1;  // n and 256, a half and 128
  const V whole = of_bits<V>(n + bits_of_whole) - V(whole_in_low_bits + 256);
  const V r = multiply_add(whole, V(-log2_low), multiply_add(whole, V(-log2_high), held));
  const V q = polynomial(r, 1.381432051e-03F, 8.368851071e-03F, 4.166840109e-02F, 1.666651952e-01F, 4.999999337e-01F);
  return (V(1) + multiply_add(r * r, q, r)) * of_bits<V>((half - 1) << 23) * of_bits<V>((n - half - 1) << 23);
}

/// log(x) in float: n·log 2 + log(1 + f) with 1 + f from √½ to √2, log(1 + f) = f − ½f² + f³·p(f), p fitted as above, 2⁻²⁷.
template <class V>
SLIM_ALWAYS_INLINE V float_logarithm(const V& x) {
  using with_sign = typename lanes_as_bits<V>::with_sign;
  const auto is_small = V(std::numeric_limits<float>::min()) > x;
  const auto bits = bits_of(x), scaled = bits_of(choose(is_small, x * V(0x1p23F), x));
  const auto n = (scaled - 0x3F3504F3 + 0x40000000) >> 23;  // beyond √½, and 128
  const V f = of_bits<V>(scaled - ((n - 128) << 23)) - V(1), square = f * f;
  const V exponent = of_bits<V>(n + bits_of_whole) - choose(is_small, V(whole_in_low_bits + 128 + 23), V(whole_in_low_bits + 128));
  const V p = polynomial(f, -7.634497755e-02F, 1.276157753e-01F, -1.316018216e-01F, 1.420175792e-01F, -1.662335736e-01F, 2.000122688e-01F, -2.500082103e-01F,
                         3.333333171e-01F);
  const V rest = multiply_add(f * square, p, square * V(-0.5F));
  const V result = multiply_add(exponent, V(log2_high), f + multiply_add(exponent, V(log2_low), rest));
  // By their bits, because comparisons with infinity are folded with -ffast-math: infinity and what is no number are their own logarithm, and all bits set,
  // below zero, are no number.
  const auto sign = std::bit_cast<with_sign>(bits), infinite = with_sign{} + 0x7F800000;
  const V positive = of_bits<V>(sign >= infinite ? bits : bits_of(result) | std::bit_cast<decltype(bits)>(sign >> 31));
  return choose(x == V(0), -of_bits<V>(infinite), positive);
}

}  // namespace detail

/// exp(x): 0 far below, infinity far above the range of exponents, not a number for what is none.
template <class V>
SLIM_ALWAYS_INLINE V exponential(const V& x) {
  if constexpr (sizeof(typename V::value_type) == 4) return detail::float_exponential(x);
  else return of_numbers(x, 1000, [](const V& v) { return exp(v); });
}
/// log(x): −∞ of 0, not a number for what is negative. xsimd's is off by 37 for doubles below the smallest normal one.
template <class V>
SLIM_ALWAYS_INLINE V logarithm(const V& x) {
  using T = typename V::value_type;
  if constexpr (sizeof(T) == 4) {
    return detail::float_logarithm(x);
  } else {
    const auto is_small = V(std::numeric_limits<T>::min()) > x;
    return log(choose(is_small, x * V(T(0x1p54)), x)) - choose(is_small, V(T(37.42994775023704628)), V(T(0)));  // 54 log 2
  }
}
/// log(1 + x): what the sum rounded away comes back as the first term of its series, so that small x keep all their digits.
template <class V>
SLIM_ALWAYS_INLINE V logarithm_of_one_plus(const V& x) {
  const V one(1), sum = one + x;
  return logarithm(sum) + choose(one > absolute(x), quotient(x - (sum - one), sum), V(0));
}

// clang-format off
template <class V> SLIM_ALWAYS_INLINE V error_function(const V& x) { return of_numbers(x, 40, [](const V& v) { return erf(v); }); }
template <class V> SLIM_ALWAYS_INLINE V sine(const V& x) { return of_numbers(x, HUGE_VAL, [](const V& v) { return sin(v); }); }
template <class V> SLIM_ALWAYS_INLINE V cosine(const V& x) { return of_numbers(x, HUGE_VAL, [](const V& v) { return cos(v); }); }
// clang-format on

/// tanh(x). In float a quotient of polynomials in x², fitted for the least relative error up to 9.02, where the nearest float is 1: off by at most 6 units in
/// the last place, in a quarter of the time of xsimd's, which branches on its argument.
template <class V>
SLIM_ALWAYS_INLINE V hyperbolic_tangent(const V& x) {
  using T = typename V::value_type;
  if constexpr (sizeof(T) > 4) {
    return of_numbers(x, 40, [](const V& v) { return tanh(v); });
  } else {
    const V inside = within(x, T(9.02)), square = inside * inside;
    V above = broadcast(T(1.331876843e-08)), below = broadcast(T(7.761893138e-07));
    for (const T c : {T(2.058325610e-05), T(3.494020796e-03), T(1.337970640e-01), T(1)}) above = multiply_add(above, square, broadcast(c));
    for (const T c : {T(3.283070345e-04), T(2.587102093e-02), T(4.671302165e-01), T(1)}) below = multiply_add(below, square, broadcast(c));
    return minimum(broadcast(T(1)), maximum(broadcast(T(-1)), quotient(inside * above, below)));
  }
}

/// 0, 1, 2, … in the lanes.
template <class T>
inline batch<T> iota() {
  alignas(64) T lanes[width<T>];
  for (long lane = 0; lane < width<T>; ++lane) lanes[lane] = static_cast<T>(lane);
  return load(lanes);
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
SLIM_ONE_COPY batch<T> uniform(std::uint32_t key, std::uint32_t first) {
  alignas(64) T lanes[width<T>];
  for (long lane = 0; lane < width<T>; ++lane)
    lanes[lane] = static_cast<T>(static_cast<std::int32_t>(mix((first + static_cast<std::uint32_t>(lane)) * 0x9E3779B9u ^ key) >> 8)) * static_cast<T>(0x1p-24);
  return load(lanes);
}

}  // namespace slim::simd::inline SLIM_LEVEL

#include "slim/core/end.hpp"
