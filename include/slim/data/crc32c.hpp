#pragma once
#include "slim/core/begin.hpp"
// CRC-32C as TFRecord files store it.

#include <cstdint>
#include <string_view>

#include "slim/core/crc32c.hpp"

namespace slim::data {

/// The checksum as TFRecord stores it: rotated and shifted, so that the checksum of data that contain checksums stays meaningful.
constexpr std::uint32_t mask_crc(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

inline std::uint32_t masked_crc32c(std::string_view bytes) { return mask_crc(crc32c(bytes.data(), bytes.size())); }

}  // namespace slim::data

#include "slim/core/end.hpp"
