#pragma once
// The vector unit. This is the only file of the library that includes xsimd: everything else says what it
// wants in the words below, so that the width (SSE2 to AVX-512, NEON) is the compiler's business.

// g++ 12 warns about its own AVX-512 intrinsics, which leave a value undefined on purpose (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#pragma GCC diagnostic pop

#include <type_traits>

namespace slim::simd {

/// The widest vector of `T` (float or double) that the target has.
template<class T>
using batch = xsimd::batch<T>;

/// Number of lanes of `batch<T>`.
template<class T>
inline constexpr long width = static_cast<long>(batch<T>::size);

/// Number of architectural vector registers: bounds the accumulators a kernel may keep.
template<class T>
inline constexpr int registers =
    std::is_base_of_v<xsimd::avx512f, typename batch<T>::arch_type> ||
            std::is_base_of_v<xsimd::neon64, typename batch<T>::arch_type>
        ? 32
        : 16;

/// `width<T>` elements from any address; no alignment is required.
template<class T>
inline batch<T> load(const T* source) noexcept { return batch<T>::load_unaligned(source); }

/// `width<T>` elements to any address.
template<class T>
inline void store(T* destination, const batch<T>& value) noexcept { value.store_unaligned(destination); }

/// All lanes equal to `value`.
template<class T>
inline batch<T> broadcast(T value) noexcept { return batch<T>(value); }

/// a·b + c, fused where the target can.
template<class T>
inline batch<T> multiply_add(const batch<T>& a, const batch<T>& b, const batch<T>& c) noexcept {
  return xsimd::fma(a, b, c);
}

/// The first `count` (0 … width) elements from `source`, `fill` in the other lanes; nothing behind them is read.
/// Out of line, like store_first: it serves the end of a row, and would otherwise be most of a kernel's code.
template<class T>
[[gnu::noinline]] batch<T> load_first(const T* source, long count, T fill = T{}) noexcept {
  alignas(64) T lanes[width<T>];
  for (long lane = 0; lane < width<T>; ++lane) lanes[lane] = lane < count ? source[lane] : fill;
  return batch<T>::load_aligned(lanes);
}

/// The first `count` (0 … width) lanes to `destination`; nothing behind them is written.
template<class T>
[[gnu::noinline]] void store_first(T* destination, const batch<T>& value, long count) noexcept {
  alignas(64) T lanes[width<T>];
  value.store_aligned(lanes);
  for (long lane = 0; lane < width<T> && lane < count; ++lane) destination[lane] = lanes[lane];
}

/// Asks for the cache line at `address`, which will be read soon. Any address is allowed, here and in the next two.
template<class T>
inline void prefetch(const T* address) noexcept { __builtin_prefetch(address); }

/// The same, into the second-level cache only.
template<class T>
inline void prefetch_to_second_level(const T* address) noexcept { __builtin_prefetch(address, 0, 2); }

/// Asks for the cache line at `address`, which will be written soon.
template<class T>
inline void prefetch_for_write(const T* address) noexcept { __builtin_prefetch(address, 1); }

/// Keeps `value` in a register here: g++ otherwise folds its load into each of its uses and mixes unrolled steps until accumulators spill.
template<class T>
inline void pin([[maybe_unused]] batch<T>& value) noexcept {
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
  asm volatile("" : "+v"(value.data));
#endif
}

/// Keeps an address in a register here, so that what follows is computed from it and not fetched from a table made in advance.
template<class T>
inline void pin(T*& address) noexcept {
#if defined(__GNUC__)
  asm volatile("" : "+r"(address));
#endif
}

/// Sum of all lanes, in an order that depends on the width only.
template<class T>
inline T sum(const batch<T>& value) noexcept { return xsimd::hadd(value); }

/// Lane i is the sum of all lanes of `vectors[i]`; as many vectors as lanes.
template<class T>
inline batch<T> sums_of(const batch<T>* vectors) noexcept { return xsimd::haddp(vectors); }

/// Largest lane.
template<class T>
inline T maximum(const batch<T>& value) noexcept {
  alignas(64) T lanes[width<T>];
  value.store_aligned(lanes);
  T largest = lanes[0];
  for (long lane = 1; lane < width<T>; ++lane) largest = lanes[lane] > largest ? lanes[lane] : largest;
  return largest;
}

/// Calls `body(position, count)` for consecutive stretches of `count` <= width elements that cover [0, size);
/// `count` is the constant `width<T>` in the main part, so that a kernel inlined into it needs no tail test.
template<class T, class Body>
inline void for_each_stretch(long size, Body&& body) {
  long position = 0;
  for (; position + width<T> <= size; position += width<T>) body(position, width<T>);
  if (position < size) body(position, size - position);
}

/// `load_first` that is a plain load when `count` is the full width.
template<class T>
inline batch<T> load(const T* source, long count, T fill = T{}) noexcept {
  return count == width<T> ? load(source) : load_first(source, count, fill);
}

/// `store_first` that is a plain store when `count` is the full width.
template<class T>
inline void store(T* destination, const batch<T>& value, long count) noexcept {
  if (count == width<T>) store(destination, value);
  else store_first(destination, value, count);
}

}  // namespace slim::simd
