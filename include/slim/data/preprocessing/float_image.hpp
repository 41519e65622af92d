#pragma once
#include "slim/core/begin.hpp"
// An image on its way to a network, and the checks that all steps share.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "slim/core/error.hpp"

namespace slim::data::preprocessing {

/// Like `image` (row by row, the channels of a pixel side by side) with values of any range.
struct float_image {
  int height = 0, width = 0, channels = 0;
  std::vector<float> pixels;  ///< height * width * channels values

  float_image() = default;
  float_image(int rows, int columns, int values_per_pixel)
      : height(rows), width(columns), channels(values_per_pixel),
        pixels(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns) * static_cast<std::size_t>(values_per_pixel)) {}

  bool operator==(const float_image&) const = default;
};

/// `height` x `width` pixels whose first is at row y and column x.
struct rectangle {
  int y = 0, x = 0, height = 0, width = 0;

  bool operator==(const rectangle&) const = default;
};

namespace detail {

[[noreturn]] inline void fail(const std::string& what, const std::string& expected, const std::string& found, const char* advice) {
  throw error("preprocessing: " + what + ": expected " + expected + ", found " + found + "; " + advice);
}

inline std::string size_text(std::int64_t height, std::int64_t width) { return std::to_string(height) + " x " + std::to_string(width); }

/// Refuses sizes that are empty or beyond all images.
inline void check_size(const char* what, std::int64_t height, std::int64_t width) {
  constexpr std::int64_t largest_side = 1 << 28;
  if (height >= 1 && width >= 1 && height <= largest_side && width <= largest_side) return;
  fail(what, "1 x 1 to 2^28 x 2^28 pixels", size_text(height, width), "check the image and the sizes asked for");
}

/// Refuses images whose pixels are fewer or more than they say.
template <class Image>
void check_image(const char* what, const Image& source) {
  check_size(what, source.height, source.width);
  const std::size_t values = static_cast<std::size_t>(source.height) * static_cast<std::size_t>(source.width);
  if (source.channels >= 1 && source.channels <= 4 && source.pixels.size() == values * static_cast<std::size_t>(source.channels)) return;
  fail(what, "1 to 4 channels and as many values as " + size_text(source.height, source.width) + " pixels have",
       std::to_string(source.channels) + " channels and " + std::to_string(source.pixels.size()) + " values", "check the image");
}

/// Refuses a window that leaves the image.
inline void check_inside(const char* what, const rectangle& window, int height, int width) {
  check_size(what, window.height, window.width);
  const bool inside = window.y >= 0 && window.x >= 0 && window.height <= height - window.y && window.width <= width - window.x;
  if (inside) return;
  fail(what, "at most " + size_text(height, width) + " pixels of an image of this size",
       size_text(window.height, window.width) + " at row " + std::to_string(window.y) + ", column " + std::to_string(window.x), "ask for a smaller one");
}

template <class Image>
void check_channels(const char* what, const Image& source, int channels) {
  if (source.channels == channels) return;
  fail(what, std::to_string(channels) + " channels", std::to_string(source.channels), "decode the images with so many channels");
}

}  // namespace detail

}  // namespace slim::data::preprocessing

#include "slim/core/end.hpp"
