#pragma once
#include "slim/core/begin.hpp"
// Pictures of numbers: TensorFlow's normalization to grey values, and PNG. Link with libpng.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/finite.hpp"
#include "slim/data/png.hpp"
#include "slim/shape/shape.hpp"
#include "slim/summary/event.hpp"

namespace slim::summaries {

namespace detail {

/// A finite pixel has only finite channels.
inline bool finite(const float* pixel, int channels) {
  for (int c = 0; c < channels; ++c)
    if (!is_finite(pixel[c])) return false;
  return true;
}

/// TensorFlow's ImageSummary: values of one sign fill 0 .. 255; with negative ones 0 becomes 128 and the largest magnitude 127 more or
/// less. Pixels that are not finite become red, or white in grey images.
inline std::vector<std::uint8_t> to_bytes(std::span<const float> values, int channels) {
  float smallest = std::numeric_limits<float>::infinity(), largest = -smallest;
  for (std::size_t p = 0; p < values.size(); p += static_cast<std::size_t>(channels)) {
    if (!finite(&values[p], channels)) continue;
    for (int c = 0; c < channels; ++c) {
      const float value = values[p + static_cast<std::size_t>(c)];
      smallest = std::fmin(smallest, value);
      largest = std::fmax(largest, value);
    }
  }
  const bool negative = smallest < 0;
  const float reach = negative ? std::fmax(-smallest, largest) : largest;
  const float scale = reach < 1e-6f ? 0 : (negative ? 127.0f : 255.0f) / reach, offset = negative ? 128.0f : 0.0f;
  constexpr std::uint8_t bad_color[] = {255, 0, 0, 255};
  std::vector<std::uint8_t> bytes(values.size());
  for (std::size_t p = 0; p < values.size(); p += static_cast<std::size_t>(channels)) {
    const bool good = finite(&values[p], channels);
    for (int c = 0; c < channels; ++c) {
      const std::size_t i = p + static_cast<std::size_t>(c);
      bytes[i] = good ? static_cast<std::uint8_t>(scale * values[i] + offset) : bad_color[c];
    }
  }
  return bytes;
}

}  // namespace detail

/// Encodes one picture of height x width x 1 (grey), 3 (RGB) or 4 (RGBA) numbers of any range, normalized as TensorFlow's image summaries
/// are. Throws slim::error for another shape and for a wrong number of values.
inline encoded_image encode_png(std::span<const float> values, const slim::shape& extent) {
  const int channels = extent.channels();
  const bool possible = extent.rank == 3 && extent.size() > 0 && (channels == 1 || channels == 3 || channels == 4);
  if (!possible || values.size() != static_cast<std::size_t>(extent.size())) {
    throw error("encode PNG: expected height x width x 1, 3 or 4 values, found " + std::to_string(values.size()) + " values of rank " +
                std::to_string(extent.rank) + " with " + std::to_string(channels) + " channels; reshape them");
  }
  return {extent[0], extent[1], channels, data::encode_png({extent[0], extent[1], channels, detail::to_bytes(values, channels)})};
}

}  // namespace slim::summaries

#include "slim/core/end.hpp"
