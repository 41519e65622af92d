#pragma once
// BMP files made by hand.

#include <cstdint>
#include <string>

/// A file with these pixels, rows padded to four bytes; a negative height has the top row first.
inline std::string bmp_bytes(int width, int height, int bits, const std::string& pixels, const std::string& palette = "") {
  const auto number = [](std::int64_t value, int size) {
    std::string bytes;
    for (int i = 0; i < size; ++i) bytes += static_cast<char>(value >> 8 * i & 255);
    return bytes;
  };
  const int first = 54 + static_cast<int>(palette.size());
  return "BM" + number(first + static_cast<int>(pixels.size()), 4) + number(0, 4) + number(first, 4) + number(40, 4) + number(width, 4) + number(height, 4) +
         number(1, 2) + number(bits, 2) + number(0, 4) + number(static_cast<int>(pixels.size()), 4) + number(2835, 4) + number(2835, 4) +
         number(static_cast<int>(palette.size() / 4), 4) + number(0, 4) + palette + pixels;
}
