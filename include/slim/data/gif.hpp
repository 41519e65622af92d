#pragma once
#include "slim/core/begin.hpp"
// GIF decoding: the first picture of the file.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/image.hpp"

namespace slim::data {

inline bool is_gif(std::string_view bytes) { return bytes.substr(0, 6) == "GIF87a" || bytes.substr(0, 6) == "GIF89a"; }

namespace detail {

/// A file that is not trusted: every number is checked before it is used.
class gif_file {
public:
  explicit gif_file(std::string_view content) : bytes(content) {}

  byte_image decode(std::size_t largest) {
    if (!is_gif(bytes)) fail("\"GIF87a\" or \"GIF89a\"", "something else; this is no GIF");
    place = 6;
    const std::size_t width = number(2), height = number(2), screen = number(1);
    number(2);  // background colour, shape of pixels
    std::string_view colours = table(screen);
    if (width < 1 || height < 1 || width > largest / 3 / height)
      fail("a picture of at most " + std::to_string(largest) + " bytes",
           std::to_string(width) + " x " + std::to_string(height) + " pixels; the file is damaged");
    for (std::size_t block = number(1); block != ','; block = number(1)) {
      if (block != '!')
        fail("a picture", block == ';' ? "the end of the pictures; the file has none" : "block " + std::to_string(block) + "; the file is damaged");
      number(1);  // its kind
      while (const std::size_t size = number(1)) place += size;
    }
    const std::size_t left = number(2), top = number(2), columns = number(2), rows = number(2), packed = number(1);
    if (columns < 1 || rows < 1 || columns > largest / rows)
      fail("a picture of at most " + std::to_string(largest) + " pixels", std::to_string(columns) + " x " + std::to_string(rows) + "; the file is damaged");
    if (packed & 0x80) colours = table(packed);
    const std::vector<std::uint8_t> entries = unpack(columns * rows);

    byte_image result{static_cast<int>(height), static_cast<int>(width), 3, std::vector<std::uint8_t>(height * width * 3)};
    for (std::size_t stored = 0; stored < rows; ++stored) {
      const std::size_t row = packed & 0x40 ? interlaced(stored, rows) : stored;
      if (top + row >= height) continue;
      for (std::size_t column = 0; column < columns && left + column < width; ++column) {
        const std::size_t entry = entries[stored * columns + column];
        if (3 * entry + 2 >= colours.size())
          fail("an entry of the " + std::to_string(colours.size() / 3) + " colours", std::to_string(entry) + "; the file is damaged");
        std::copy_n(colours.begin() + static_cast<std::ptrdiff_t>(3 * entry), 3,
                    result.pixels.begin() + static_cast<std::ptrdiff_t>(((top + row) * width + left + column) * 3));
      }
    }
    return result;
  }

private:
  std::size_t byte(std::size_t i) const { return static_cast<unsigned char>(bytes[i]); }

  /// Little-endian.
  std::size_t number(std::size_t size) {
    if (place > bytes.size() || bytes.size() - place < size) fail("more bytes", "the end of the file; the file is truncated");
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= byte(place++) << 8 * i;
    return value;
  }

  std::string_view table(std::size_t packed) {
    const std::size_t size = packed & 0x80 ? std::size_t{6} << (packed & 7) : 0;
    if (bytes.size() - place < size) fail("a table of colours", "the end of the file; the file is truncated");
    place += size;
    return bytes.substr(place - size, size);
  }

  /// The row in which row `stored` of an interlaced picture is shown: every eighth from 0, every eighth from 4, every fourth from 2, every second from 1.
  static std::size_t interlaced(std::size_t stored, std::size_t rows) {
    constexpr std::size_t first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2};
    for (std::size_t pass = 0; pass < 4; ++pass) {
      const std::size_t count = rows > first[pass] ? (rows - first[pass] + step[pass] - 1) / step[pass] : 0;
      if (stored < count) return first[pass] + stored * step[pass];
      stored -= count;
    }
    return rows;
  }

  /// Lempel, Ziv and Welch, codes from the lowest bit on, in blocks of at most 255 bytes.
  std::vector<std::uint8_t> unpack(std::size_t count) {
    const std::size_t least = number(1);
    if (least < 1 || least > 8) fail("codes of 1 .. 8 bits", std::to_string(least) + "; the file is damaged");
    const std::size_t clear = std::size_t{1} << least, none = 4096;
    std::array<std::uint16_t, 4096> before{};
    std::array<std::uint8_t, 4096> last{};
    std::array<std::uint8_t, 4096> text{};  // of one code, from its end
    std::vector<std::uint8_t> all;
    std::size_t next = clear + 2, bits = least + 1, previous = none, first = 0, waiting = 0, have = 0, block = 0;
    while (all.size() < count) {
      for (; have < bits; have += 8) {
        if (block == 0 && (block = number(1)) == 0) fail(std::to_string(count) + " pixels", std::to_string(all.size()) + "; the file is truncated");
        waiting |= number(1) << have, --block;
      }
      const std::size_t code = waiting & ((std::size_t{1} << bits) - 1);
      waiting >>= bits, have -= bits;
      if (code == clear) {
        next = clear + 2, bits = least + 1, previous = none;
        continue;
      }
      if (code == clear + 1) fail(std::to_string(count) + " pixels", std::to_string(all.size()) + "; the file is truncated");
      if (code > next || (code == next && (previous == none || next == none)) || (previous == none && code > clear))
        fail("a code that was made", std::to_string(code) + "; the file is damaged");
      std::size_t length = 0, at = code;
      if (code == next) text[length++] = static_cast<std::uint8_t>(first), at = previous;
      for (; at > clear; at = before[at]) text[length++] = last[at];
      text[length++] = static_cast<std::uint8_t>(at);
      first = at;
      if (previous != none && next < none) {
        before[next] = static_cast<std::uint16_t>(previous), last[next] = static_cast<std::uint8_t>(first);
        if (++next == std::size_t{1} << bits && bits < 12) ++bits;
      }
      previous = code;
      while (length > 0 && all.size() < count) all.push_back(text[--length]);
    }
    return all;
  }

  [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
    throw error("decode GIF: offset " + std::to_string(place) + ": expected " + expected + ", found " + found);
  }

  std::string_view bytes;
  std::size_t place = 0;
};

}  // namespace detail

/// Decodes the first picture to 3 channels, as 0 asks for, too, or 1 (grey, 0.299 red + 0.587 green + 0.114 blue). What the picture leaves of its screen is
/// black. Throws slim::error for bytes that are no such image, and for more than `largest` bytes of pixels.
inline byte_image decode_gif(std::string_view bytes, int channels = 0, std::size_t largest = largest_image) {
  if (channels != 0 && channels != 1 && channels != 3)
    throw error("decode GIF: channels: expected 0, 1 or 3, found " + std::to_string(channels) + "; choose one of these");
  return detail::with_channels(detail::gif_file(bytes).decode(largest), channels);
}

}  // namespace slim::data

#include "slim/core/end.hpp"
