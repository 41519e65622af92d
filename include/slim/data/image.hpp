#pragma once
#include "slim/core/begin.hpp"
// One decoded image.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace slim::data {

/// Row by row, the channels of a pixel side by side (1: grey, 2: grey and alpha, 3: RGB, 4: RGB and alpha), values 0 .. 255.
struct byte_image {
  int height = 0, width = 0, channels = 0;
  std::vector<std::uint8_t> pixels;  ///< height * width * channels values

  bool operator==(const byte_image&) const = default;
};

/// Number of values of an image; no overflow for extents below 2^31 and few channels.
constexpr std::size_t image_size(int height, int width, int channels) {
  return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
}

/// The decoders allocate no more bytes than this for one image unless told otherwise: about 9400 x 9400 pixels of RGB.
inline constexpr std::size_t largest_image = std::size_t{1} << 28;

namespace detail {

/// An RGB image, with or without alpha, of so many channels: 3, 1 (grey) or 0, as many as it has.
inline byte_image with_channels(byte_image colour, int channels) {
  if (channels == 0 || channels == colour.channels) return colour;
  byte_image result{colour.height, colour.width, channels, {}};
  const std::size_t count = image_size(colour.height, colour.width, 1), step = static_cast<std::size_t>(colour.channels);
  result.pixels.reserve(count * static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint8_t* const rgb = colour.pixels.data() + i * step;
    if (channels == 3) result.pixels.insert(result.pixels.end(), rgb, rgb + 3);
    else result.pixels.push_back(static_cast<std::uint8_t>((299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000));
  }
  return result;
}

}  // namespace detail

}  // namespace slim::data

#include "slim/core/end.hpp"
