#pragma once
#include "slim/core/begin.hpp"
// Changes of colour, as the functions of the same names in tf.image.

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "slim/data/preprocessing/float_image.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data::preprocessing {

/// Adds `delta` to every value.
inline void adjust_brightness(float_image& image, float delta) {
  for (float& value : image.pixels) value += delta;
}

/// (value - mean) * factor + mean, with the mean of each channel.
inline void adjust_contrast(float_image& image, float factor) {
  const std::size_t channels = static_cast<std::size_t>(image.channels);
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0;
    for (std::size_t i = c; i < image.pixels.size(); i += channels) sum += image.pixels[i];
    const float mean = static_cast<float>(sum / static_cast<double>(image.pixels.size() / channels));
    for (std::size_t i = c; i < image.pixels.size(); i += channels) image.pixels[i] = (image.pixels[i] - mean) * factor + mean;
  }
}

namespace detail {

/// A colour as its smallest and largest of red, green and blue and the place between the six pure hues: 0 red, 2 green, 4 blue.
struct hue_and_range {
  float hue, smallest, largest;
};

inline hue_and_range hue_of(const float* rgb) {
  const float red = rgb[0], green = rgb[1], blue = rgb[2];
  const float largest = std::max({red, green, blue}), smallest = std::min({red, green, blue}), range = largest - smallest;
  if (!(range > 0)) return {0, smallest, largest};
  float hue = red == largest ? (green - blue) / range : green == largest ? 2 + (blue - red) / range : 4 + (red - green) / range;
  if (hue < 0) hue += 6;
  return {hue, smallest, largest};
}

inline void write_color(const hue_and_range& color, float* rgb) {
  const int sector = static_cast<int>(color.hue);
  const float past = color.hue - static_cast<float>(sector);
  const float between = color.smallest + (color.largest - color.smallest) * (sector % 2 == 0 ? past : 1 - past);
  constexpr int roles[6][3] = {{2, 1, 0}, {1, 2, 0}, {0, 2, 1}, {0, 1, 2}, {1, 0, 2}, {2, 0, 1}};  // 0 smallest, 1 between, 2 largest
  const float values[3] = {color.smallest, between, color.largest};
  for (int c = 0; c < 3; ++c) rgb[c] = values[roles[std::min(sector, 5)][c]];
}

}  // namespace detail

/// Multiplies the saturation (largest - smallest) / largest of every RGB pixel and keeps it in 0 .. 1.
inline void adjust_saturation(float_image& image, float factor) {
  detail::check_channels("image to adjust the saturation of", image, 3);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    detail::hue_and_range color = detail::hue_of(image.pixels.data() + i);
    const float saturation = color.largest > 0 ? (color.largest - color.smallest) / color.largest : 0;
    color.smallest = color.largest - color.largest * std::clamp(saturation * factor, 0.0f, 1.0f);
    detail::write_color(color, image.pixels.data() + i);
  }
}

/// Turns the hue of every RGB pixel by `delta` of the whole circle, -1 .. 1.
inline void adjust_hue(float_image& image, float delta) {
  detail::check_channels("image to adjust the hue of", image, 3);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    detail::hue_and_range color = detail::hue_of(image.pixels.data() + i);
    color.hue += 6 * delta;
    while (color.hue < 0) color.hue += 6;
    while (color.hue >= 6) color.hue -= 6;
    detail::write_color(color, image.pixels.data() + i);
  }
}

inline void random_brightness(float_image& image, float max_delta, random_stream& random) { adjust_brightness(image, random.uniform(-max_delta, max_delta)); }
inline void random_contrast(float_image& image, float lower, float upper, random_stream& random) { adjust_contrast(image, random.uniform(lower, upper)); }
inline void random_saturation(float_image& image, float lower, float upper, random_stream& random) { adjust_saturation(image, random.uniform(lower, upper)); }
inline void random_hue(float_image& image, float max_delta, random_stream& random) { adjust_hue(image, random.uniform(-max_delta, max_delta)); }

/// One channel, 0.2989 red + 0.587 green + 0.114 blue.
inline float_image rgb_to_grayscale(const float_image& image) {
  detail::check_channels("image to make grey", image, 3);
  float_image result(image.height, image.width, 1);
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    const float* const rgb = image.pixels.data() + 3 * i;
    result.pixels[i] = 0.2989f * rgb[0] + 0.587f * rgb[1] + 0.114f * rgb[2];
  }
  return result;
}

/// (value - mean) / max(standard deviation, 1 / sqrt(number of values)) over the whole image.
inline void per_image_standardization(float_image& image) {
  const double count = static_cast<double>(image.pixels.size());
  double sum = 0, squares = 0;
  for (float value : image.pixels) sum += value;
  const double mean = sum / count;
  for (float value : image.pixels) squares += (value - mean) * (value - mean);
  const double deviation = std::max(std::sqrt(squares / count), 1 / std::sqrt(count));
  for (float& value : image.pixels) value = static_cast<float>((value - mean) / deviation);
}

}  // namespace slim::data::preprocessing

#include "slim/core/end.hpp"
