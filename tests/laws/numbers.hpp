#pragma once
// Test data that is the same everywhere: numbers that look random and can be made again in any language.

#include <cstdint>
#include <vector>

namespace laws {

/// Number `i` of sequence `sequence`, in (-1, 1). tests/golden/make_golden.py has the same formula.
inline double number(std::uint32_t sequence, std::uint32_t i) {
  std::uint32_t x = i + sequence * 0x9E3779B9u;
  x = (x ^ x >> 16) * 0x7FEB352Du;
  x = (x ^ x >> 15) * 0x846CA68Bu;
  x ^= x >> 16;
  return ((x >> 8) + 0.5) / 8388608.0 - 1.0;
}

template <class T = double>
std::vector<T> numbers(long count, std::uint32_t sequence, double scale = 1, double offset = 0) {
  std::vector<T> result(static_cast<std::size_t>(count));
  for (long i = 0; i < count; ++i) result[static_cast<std::size_t>(i)] = static_cast<T>(offset + scale * number(sequence, static_cast<std::uint32_t>(i)));
  return result;
}

}  // namespace laws
