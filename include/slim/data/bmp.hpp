#pragma once
#include "slim/core/begin.hpp"
// BMP decoding: the uncompressed forms with 8, 24 and 32 bits per pixel, top row first or last.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "slim/core/error.hpp"
#include "slim/data/image.hpp"

namespace slim::data {

inline bool is_bmp(std::string_view bytes) { return bytes.substr(0, 2) == "BM"; }

namespace detail {

/// The headers of a file that is not trusted: every number is checked before it is used.
class bmp_file {
public:
  explicit bmp_file(std::string_view content) : bytes(content) {}

  byte_image decode(std::size_t largest) const {
    if (!is_bmp(bytes)) fail(0, "expected \"BM\", found something else; this is no BMP");
    const std::size_t first_pixel = number(10, 4), header = number(14, 4);
    if (header < 40) fail(14, "expected a header of at least 40 bytes, found " + std::to_string(header) + "; save the image in a newer form");
    const std::int64_t width = static_cast<std::int32_t>(number(18, 4)), signed_height = static_cast<std::int32_t>(number(22, 4));
    const std::int64_t height = std::abs(signed_height);
    if (width < 1 || height < 1) fail(18, "expected a positive width and a height, found " + std::to_string(width) + " x " + std::to_string(height));
    const std::size_t bits = number(28, 2), compression = number(30, 4);
    constexpr std::size_t masks_follow = 3;  // which bits are red, green and blue: where they are the usual ones nothing differs
    const bool usual_masks = compression == masks_follow && bits == 32 && number(54, 4) == 0xff0000 && number(58, 4) == 0xff00 && number(62, 4) == 0xff;
    if ((bits != 8 && bits != 24 && bits != 32) || (compression != 0 && !usual_masks))
      fail(28, "expected 8, 24 or 32 bits per pixel without compression, found " + std::to_string(bits) + " with compression " + std::to_string(compression) +
                   "; convert the image");
    const std::size_t columns = static_cast<std::size_t>(width), rows = static_cast<std::size_t>(height), each = bits / 8;
    const std::size_t channels = each == 4 ? 4 : 3;
    if (columns > largest / channels / rows)
      fail(18, "expected at most " + std::to_string(largest) + " bytes, found " + std::to_string(width) + " x " + std::to_string(height) +
                   " pixels; the file is damaged");
    const std::size_t stride = (columns * each + 3) / 4 * 4;  // rows begin at multiples of four bytes
    if (first_pixel > bytes.size() || bytes.size() - first_pixel < stride * (rows - 1) + columns * each)
      fail(10, "expected " + std::to_string(stride * rows) + " bytes of pixels from " + std::to_string(first_pixel) + " on, found the end of the file at " +
                   std::to_string(bytes.size()) + "; the file is truncated");

    byte_image result{static_cast<int>(height), static_cast<int>(width), static_cast<int>(channels), {}};
    result.pixels.reserve(rows * columns * channels);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t stored = signed_height < 0 ? row : rows - 1 - row;
      for (std::size_t column = 0; column < columns; ++column) {
        std::size_t pixel = first_pixel + stored * stride + column * each;
        if (each == 1) {  // a palette of blue, green, red, 0 lies behind the header
          const std::size_t entry = byte(pixel), palette = 14 + header;
          const std::size_t entries = number(46, 4) == 0 ? 256 : number(46, 4);
          if (entry >= entries || palette + 4 * entry + 3 > bytes.size())
            fail(pixel, "expected an entry of the palette, found " + std::to_string(entry) + "; the file is damaged");
          pixel = palette + 4 * entry;
        }
        for (const std::size_t from : {2u, 1u, 0u}) result.pixels.push_back(static_cast<std::uint8_t>(byte(pixel + from)));
        if (channels == 4) result.pixels.push_back(static_cast<std::uint8_t>(byte(pixel + 3)));
      }
    }
    return result;
  }

private:
  std::size_t byte(std::size_t place) const { return static_cast<unsigned char>(bytes[place]); }

  /// Little-endian.
  std::size_t number(std::size_t place, std::size_t size) const {
    if (place + size > bytes.size()) fail(place, "expected more of the header, found the end of the file; the file is truncated");
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= byte(place + i) << 8 * i;
    return value;
  }

  [[noreturn]] static void fail(std::size_t offset, const std::string& problem) {
    throw error("decode BMP: offset " + std::to_string(offset) + ": " + problem);
  }

  std::string_view bytes;
};

}  // namespace detail

/// Decodes to this many channels: 3, 1 (grey, 0.299 red + 0.587 green + 0.114 blue) or 0, which gives 4 for 32 bits per pixel and else 3.
/// Throws slim::error for bytes that are no such image, and for more than `largest` bytes of pixels.
inline byte_image decode_bmp(std::string_view bytes, int channels = 0, std::size_t largest = largest_image) {
  if (channels != 0 && channels != 1 && channels != 3)
    throw error("decode BMP: channels: expected 0, 1 or 3, found " + std::to_string(channels) + "; choose one of these");
  return detail::with_channels(detail::bmp_file(bytes).decode(largest), channels);
}

}  // namespace slim::data

#include "slim/core/end.hpp"
