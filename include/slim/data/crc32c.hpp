#pragma once
// The checksum CRC-32C (Castagnoli) by ISA-L, plain and as TFRecord files store it. Link with isal.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <isa-l/crc.h>

namespace slim::data {

/// CRC-32C of `bytes` (RFC 3720): reflected polynomial 0x82f63b78, initial value and final xor 0xffffffff.
/// Passing the checksum of what came before continues it.
inline std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) {
  constexpr std::size_t largest_part = 1 << 30;  // ISA-L counts in int
  std::uint32_t state = ~before;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, largest_part);
    // ISA-L takes a pointer to non-const and only reads.
    state = crc32_iscsi(reinterpret_cast<unsigned char*>(const_cast<char*>(part.data())), static_cast<int>(part.size()), state);
    bytes.remove_prefix(part.size());
  }
  return ~state;
}

/// The checksum as TFRecord stores it: rotated and shifted, so that the checksum of data that contain checksums stays meaningful.
constexpr std::uint32_t mask_crc(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

inline std::uint32_t masked_crc32c(std::string_view bytes) { return mask_crc(crc32c(bytes)); }

}  // namespace slim::data
