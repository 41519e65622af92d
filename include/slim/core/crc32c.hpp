#pragma once
#include "slim/core/begin.hpp"
// The check sum of TFRecord files, event files and checkpoints.

#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE4_2__
#include <nmmintrin.h>
#else
#include <boost/crc.hpp>
#endif

namespace slim {

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4) of `size` bytes. To go on where another call ended, pass its result as `before`.
inline std::uint32_t crc32c(const void* bytes, std::size_t size, std::uint32_t before = 0) {
#ifdef __SSE4_2__  // the processor has an instruction for it, 20 times faster than a table
  const unsigned char* next = static_cast<const unsigned char*>(bytes);
  std::uint64_t state = ~before;
  for (; size >= 8; size -= 8, next += 8) {
    std::uint64_t word;
    std::memcpy(&word, next, 8);
    state = _mm_crc32_u64(state, word);
  }
  std::uint32_t rest = static_cast<std::uint32_t>(state);
  for (; size > 0; --size) rest = _mm_crc32_u8(rest, *next++);
  return ~rest;
#else
  constexpr std::uint32_t polynomial = 0x1EDC6F41;
  constexpr auto reflected = [](std::uint32_t word) {
    std::uint32_t result = 0;
    for (int i = 0; i < 32; ++i) result |= (word >> i & 1u) << (31 - i);
    return result;
  };
  boost::crc_optimal<32, polynomial, 0xFFFFFFFF, 0xFFFFFFFF, true, true> sum(reflected(~before));  // takes its state unreflected
  sum.process_bytes(bytes, size);
  return sum.checksum();
#endif
}

}  // namespace slim

#include "slim/core/end.hpp"
