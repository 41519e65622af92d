#pragma once
#include "slim/core/begin.hpp"
// Cutting, padding and mirroring of images.

#include <algorithm>
#include <cstddef>
#include <utility>

#include "slim/data/preprocessing/float_image.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data::preprocessing {

/// The part `window` of an image as floats, each value times `scale`; what lies outside the image is 0. Throws slim::error for an
/// empty window.
template <class Image>
float_image crop_or_pad(const Image& source, const rectangle& window, float scale = 1) {
  detail::check_image("image to crop", source);
  detail::check_size("size of the crop", window.height, window.width);
  float_image result(window.height, window.width, source.channels);
  const std::size_t channels = static_cast<std::size_t>(source.channels);
  const int first = std::clamp(window.x, 0, source.width), last = std::clamp(window.x + window.width, 0, source.width);
  for (int y = std::max(window.y, 0); y < std::min(window.y + window.height, source.height); ++y) {
    const auto* const row = source.pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(source.width) * channels;
    float* const target = result.pixels.data() + static_cast<std::size_t>(y - window.y) * static_cast<std::size_t>(window.width) * channels;
    for (int x = first; x < last; ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        target[static_cast<std::size_t>(x - window.x) * channels + c] = static_cast<float>(row[static_cast<std::size_t>(x) * channels + c]) * scale;
      }
    }
  }
  return result;
}

/// The whole image as floats, each value times `scale`: 1 for TensorFlow's to_float, 1/255 for its convert_image_dtype.
template <class Image>
float_image to_float(const Image& source, float scale = 1) {
  return crop_or_pad(source, {0, 0, source.height, source.width}, scale);
}

/// `height` x `width` pixels in the middle of an image, possibly larger than it: TensorFlow's resize_image_with_crop_or_pad. The
/// offset (image - window) / 2 is truncated.
inline rectangle central_window(int image_height, int image_width, int height, int width) {
  return {(image_height - height) / 2, (image_width - width) / 2, height, width};
}

/// `height` x `width` pixels within an image, all places equally likely. Throws slim::error if the image is smaller than that.
inline rectangle random_window(int image_height, int image_width, int height, int width, random_stream& random) {
  detail::check_inside("random crop", {0, 0, height, width}, image_height, image_width);
  const int y = static_cast<int>(random.below(static_cast<std::uint32_t>(image_height - height) + 1));
  const int x = static_cast<int>(random.below(static_cast<std::uint32_t>(image_width - width) + 1));
  return {y, x, height, width};
}

inline void flip_left_right(float_image& image) {
  const int channels = image.channels, row = image.width * channels;
  for (int y = 0; y < image.height; ++y) {
    float* const pixels = image.pixels.data() + static_cast<std::ptrdiff_t>(y) * row;
    for (int left = 0, right = image.width - 1; left < right; ++left, --right)
      std::swap_ranges(pixels + left * channels, pixels + (left + 1) * channels, pixels + right * channels);
  }
}

/// Mirrors every second image.
inline void random_flip_left_right(float_image& image, random_stream& random) {
  if (random.uniform() < 0.5f) flip_left_right(image);
}

}  // namespace slim::data::preprocessing

#include "slim/core/end.hpp"
