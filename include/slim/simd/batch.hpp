#pragma once
#include "slim/core/begin.hpp"
// The vector unit. This is the only file of the library that includes xsimd: everything else says what it wants in the words below. Kernels are
// templates on a scalar type, whose vectors `vectors<T>` describes: for float and double the widest of the target (SSE2 to AVX-512, NEON), for the
// scalars of tests/simd/simulated.hpp any number of lanes and registers, so that every kernel is tested for every width on every machine.
//
// Words are trusted to xsimd only where it has an instruction for them or a test of ours per width: its composites of several lanes have been wrong.

#ifdef __clang__
#if __clang_major__ >= 17 && __FINITE_MATH_ONLY__
#error "slim: with -ffast-math this clang takes functions that return infinity for undefined, and logarithms are wrong; add -fno-finite-math-only"
#elif defined(__NO_MATH_ERRNO__) && defined(__XMMINTRIN_H) && !defined(__APPLE__)
#error "slim: with -ffast-math or -fno-math-errno include slim before <random>, <immintrin.h> and Eigen: clang regroups the sums in the instructions' header"
#endif
#endif
// g++ 12 warns about its own AVX-512 intrinsics, which leave a value undefined on purpose (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#pragma GCC diagnostic pop

#include <type_traits>
#include <utility>

#include "slim/core/config.hpp"
#include "slim/core/room_for.hpp"
#include "slim/simd/level.hpp"

namespace slim::simd::inline SLIM_LEVEL {

namespace detail {

// Byte and word instructions are of no use to floating point numbers, and xsimd 8.1's do not compile without optimization; it has no vectors of what lies
// between.
template <class A>
inline constexpr bool has = std::is_base_of_v<A, xsimd::default_arch>;
using architecture = std::conditional_t<has<xsimd::avx512dq>, xsimd::avx512dq, std::conditional_t<has<xsimd::avx512f>, xsimd::avx512f, xsimd::default_arch>>;

}  // namespace detail

/// The vectors of a scalar type: their class, that of comparisons, and how many of them the machine holds in registers, which bounds the accumulators that a
/// kernel may keep. A specialization of its own makes kernels run on other vectors.
template <class T>
struct vectors {
  using batch = xsimd::batch<T, detail::architecture>;
  using mask = xsimd::batch_bool<T, detail::architecture>;
  static constexpr int registers = std::is_base_of_v<xsimd::avx512f, detail::architecture> || std::is_base_of_v<xsimd::neon64, detail::architecture> ? 32 : 16;
};

template <class T>
using batch = typename vectors<T>::batch;
template <class T>
using mask = typename vectors<T>::mask;

/// Number of lanes of `batch<T>`.
template <class T>
inline constexpr long width = static_cast<long>(batch<T>::size);

/// Number of vector registers.
template <class T>
inline constexpr int registers = vectors<T>::registers;

/// `width<T>` elements from any address; no alignment is required.
template <class T>
inline batch<T> load(const T* source) noexcept {
  return batch<T>::load_unaligned(source);
}

/// `width<T>` elements to any address.
template <class T>
inline void store(T* destination, const batch<T>& value) noexcept {
  value.store_unaligned(destination);
}

/// All lanes equal to `value`.
template <class T>
inline batch<T> broadcast(T value) noexcept {
  return batch<T>(value);
}

/// a·b + c, rounded once where the target has an instruction for it.
template <class V>
inline V multiply_add(const V& a, const V& b, const V& c) noexcept {
#ifdef __AVX512F__  // xsimd 8.1 multiplies and adds
  if constexpr (std::is_same_v<V, batch<float>>) return _mm512_fmadd_ps(a, b, c);
  else if constexpr (std::is_same_v<V, batch<double>>) return _mm512_fmadd_pd(a, b, c);
  else
#endif
    return fma(a, b, c);
}

namespace detail {

/// The same by way of memory. Out of line, like store_lanes: it serves the end of a row, and would otherwise be most of a kernel's code.
template <class T>
SLIM_ONE_COPY batch<T> load_lanes(const T* source, long count, T fill) noexcept {
  alignas(64) T lanes[width<T>];
  for (long lane = 0; lane < width<T>; ++lane) lanes[lane] = lane < count ? source[lane] : fill;
  return load(lanes);
}
template <class T>
SLIM_ONE_COPY void store_lanes(T* destination, const batch<T>& value, long count) noexcept {
  alignas(64) T lanes[width<T>];
  simd::store(lanes, value);
  for (long lane = 0; lane < width<T> && lane < count; ++lane) destination[lane] = lanes[lane];
}

}  // namespace detail

/// The first `count` (0 … width) elements from `source`, `fill` in the other lanes; nothing behind them is read.
template <class T>
inline batch<T> load_first(const T* source, long count, T fill = T{}) noexcept {
#ifdef __AVX512F__
  if constexpr (std::is_same_v<T, float>) return _mm512_mask_loadu_ps(broadcast(fill), static_cast<__mmask16>((1u << count) - 1), source);
  else if constexpr (std::is_same_v<T, double>) return _mm512_mask_loadu_pd(broadcast(fill), static_cast<__mmask8>((1u << count) - 1), source);
  else
#endif
    return detail::load_lanes(source, count, fill);
}

/// The first `count` (0 … width) lanes to `destination`; nothing behind them is written.
template <class T>
inline void store_first(T* destination, const batch<T>& value, long count) noexcept {
#ifdef __AVX512F__
  if constexpr (std::is_same_v<T, float>) return _mm512_mask_storeu_ps(destination, static_cast<__mmask16>((1u << count) - 1), value);
  else if constexpr (std::is_same_v<T, double>) return _mm512_mask_storeu_pd(destination, static_cast<__mmask8>((1u << count) - 1), value);
  else
#endif
    detail::store_lanes(destination, value, count);
}

/// Asks for the cache line at `address`, which will be read soon. Any address is allowed, here and in the next two. Always in line: g++ takes a
/// function that does nothing else for one without effect, and drops its calls.
template <class T>
SLIM_ALWAYS_INLINE void prefetch(const T* address) noexcept {
  __builtin_prefetch(address);
}

/// The same, into the second-level cache only.
template <class T>
SLIM_ALWAYS_INLINE void prefetch_to_second_level(const T* address) noexcept {
  __builtin_prefetch(address, 0, 2);
}

/// Asks for the cache line at `address`, which will be written soon.
template <class T>
SLIM_ALWAYS_INLINE void prefetch_for_write(const T* address) noexcept {
  __builtin_prefetch(address, 1);
}

/// Keeps `value` in a register here: g++ otherwise folds its load into each of its uses and mixes unrolled steps until accumulators spill.
template <class V>
inline void pin([[maybe_unused]] V& value) noexcept {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
  if constexpr (std::is_same_v<V, batch<float>> || std::is_same_v<V, batch<double>>) asm volatile("" : "+v"(value.data));
#endif
}

/// Keeps an address in a register here, so that what follows is computed from it and not fetched from a table made in advance.
template <class T>
inline void pin(T*& address) noexcept {
#if defined(__GNUC__)
  asm volatile("" : "+r"(address));
#endif
}

namespace detail {

/// Σ of the lanes of a compiler's vector: its halves are added until one number is left.
template <class Lanes>
inline auto sum_of_lanes(const Lanes& lanes) noexcept {
  constexpr int count = sizeof(Lanes) / sizeof(lanes[0]);
  if constexpr (count == 2) {
    return lanes[0] + lanes[1];
  } else {
    return [&]<int... I>(std::integer_sequence<int, I...>) SLIM_INLINED {
      return sum_of_lanes(__builtin_shufflevector(lanes, lanes, I...) + __builtin_shufflevector(lanes, lanes, (count / 2 + I)...));
    }(std::make_integer_sequence<int, count / 2>{});
  }
}

/// In every block of `Block` lanes the sums of its lower and upper half in `a`, then those in `b`. A function that returned the compiler's vector itself would
/// bring clang's warning that those without registers of this width return it in another way.
template <int Block, class V>
SLIM_ALWAYS_INLINE V sums_of_halves(const V& a, const V& b) noexcept {
  constexpr int count = static_cast<int>(V::size), half = Block / 2;
  return [&]<int... I>(std::integer_sequence<int, I...>) SLIM_INLINED {
    return V(__builtin_shufflevector(a.data, b.data, (I % Block < half ? I : count + I - half)...) +
             __builtin_shufflevector(a.data, b.data, (I % Block < half ? I + half : count + I)...));
  }(std::make_integer_sequence<int, count>{});
}

/// Lanes [i, i + Block) of the result, for every multiple i of Block, are parts of the sum of vectors[i].
template <int Block, int Count, class V>
SLIM_ALWAYS_INLINE V partial_sums(const V* vectors) noexcept {
  if constexpr (Block == Count) return *vectors;
  else return sums_of_halves<2 * Block>(partial_sums<2 * Block, Count>(vectors), partial_sums<2 * Block, Count>(vectors + Block));
}

/// The lanes of a and b in turns, from lane `First` on.
template <int First, class V>
SLIM_ALWAYS_INLINE V interleaved(const V& a, const V& b) noexcept {
  constexpr int count = static_cast<int>(V::size);
  return [&]<int... I>(std::integer_sequence<int, I...>)
             SLIM_INLINED { return V(__builtin_shufflevector(a.data, b.data, (First + I / 2 + I % 2 * count)...)); }(std::make_integer_sequence<int, count>{});
}

}  // namespace detail

/// Makes rows of columns: lane j of `vectors[i]` becomes lane i of `vectors[j]`; as many vectors as lanes.
template <class V>
SLIM_ALWAYS_INLINE void transpose(V* vectors) noexcept {
  constexpr int count = static_cast<int>(V::size);
#pragma GCC unroll 8
  for (int round = 1; round < count; round *= 2) {  // each is a step of a perfect shuffle
    V shuffled[room_for(count)];
#pragma GCC unroll 16
    for (int i = 0; i < count / 2; ++i) {
      shuffled[2 * i] = detail::interleaved<0>(vectors[i], vectors[i + count / 2]);
      shuffled[2 * i + 1] = detail::interleaved<count / 2>(vectors[i], vectors[i + count / 2]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < count; ++i) vectors[i] = shuffled[i];
  }
}

/// Sum of all lanes, in an order that depends on the width only.
template <class V>
inline typename V::value_type sum(const V& value) noexcept {
  return detail::sum_of_lanes(value.data);
}

/// Lane i is the sum of all lanes of `vectors[i]`; as many vectors as lanes.
template <class V>
inline V sums_of(const V* vectors) noexcept {
  return detail::partial_sums<1, static_cast<int>(V::size)>(vectors);
}

/// Largest lane.
template <class V>
inline typename V::value_type maximum(const V& value) noexcept {
  using T = typename V::value_type;
  alignas(64) T lanes[width<T>];
  simd::store(lanes, value);
  T largest = lanes[0];
  for (long lane = 1; lane < width<T>; ++lane) largest = lanes[lane] > largest ? lanes[lane] : largest;
  return largest;
}

/// Calls `body(position, count)` for consecutive stretches of `count` <= width elements that cover [0, size);
/// `count` is the constant `width<T>` in the main part, so that a kernel inlined into it needs no tail test.
template <class T, class Body>
inline void for_each_stretch(long size, Body&& body) {
  long position = 0;
  for (; position + width<T> <= size; position += width<T>) body(position, width<T>);
  if (position < size) body(position, size - position);
}

/// `load_first` that is a plain load when `count` is the full width.
template <class T>
inline batch<T> load(const T* source, long count, T fill = T{}) noexcept {
  return count == width<T> ? load(source) : load_first(source, count, fill);
}

/// `store_first` that is a plain store when `count` is the full width.
template <class T>
inline void store(T* destination, const batch<T>& value, long count) noexcept {
  if (count == width<T>) simd::store(destination, value);
  else simd::store_first(destination, value, count);
}

/// True where loads and stores of some lanes only are instructions, as fast as those of all.
#ifdef __AVX512F__
template <class T>
inline constexpr bool has_masks = std::is_same_v<T, float> || std::is_same_v<T, double>;
#else
template <class T>
inline constexpr bool has_masks = false;
#endif

/// Consecutive elements, one for each lane or fewer: what the body of for_each_part loads and stores.
template <class T>
struct part {
  long count;
};
template <class T>
inline batch<T> load(const T* source, part<T> lanes, T fill = T{}) noexcept {
  if constexpr (has_masks<T>) return load_first(source, lanes.count, fill);
  else return load(source, lanes.count, fill);
}
template <class T>
inline void store(T* destination, const batch<T>& value, part<T> lanes) noexcept {
  if constexpr (has_masks<T>) simd::store_first(destination, value, lanes.count);
  else simd::store(destination, value, lanes.count);
}

/// for_each_stretch with `body(position, part)`: with masks it is compiled once, for the main part and for the tail, and then takes some instructions more for
/// each vector.
template <class T, class Body>
inline void for_each_part(long size, Body&& body) {
  if constexpr (has_masks<T>) {
    for (long position = 0; position < size; position += width<T>) body(position, part<T>{size - position < width<T> ? size - position : width<T>});
  } else {
    for_each_stretch<T>(size, [&](long position, long count) SLIM_INLINED { body(position, part<T>{count}); });
  }
}

}  // namespace slim::simd::inline SLIM_LEVEL

#include "slim/core/end.hpp"
