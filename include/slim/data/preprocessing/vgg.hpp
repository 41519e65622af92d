#pragma once
#include "slim/core/begin.hpp"
// The preprocessing of VGG and ResNet (vgg_preprocessing.py of TF-Slim).

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "slim/data/image.hpp"
#include "slim/data/preprocessing/color.hpp"
#include "slim/data/preprocessing/crop.hpp"
#include "slim/data/preprocessing/resize.hpp"

namespace slim::data::preprocessing::vgg_preprocessing {

struct options {
  int resize_side_min = 256;   ///< evaluation: the shorter side; training: its smallest
  int resize_side_max = 512;   ///< training: its largest
  bool use_grayscale = false;  ///< one channel instead of three
};

/// Means of red, green and blue over ImageNet.
inline constexpr float means[3] = {123.68f, 116.78f, 103.94f};

namespace detail {

/// The image with its shorter side resized to `side`, the other in proportion and rounded half to even: height and width.
inline rectangle smallest_size_at_least(const byte_image& source, int side) {
  const float height = static_cast<float>(source.height), width = static_cast<float>(source.width);
  const float scale = static_cast<float>(side) / std::min(height, width);
  const float new_height = std::nearbyint(height * scale), new_width = std::nearbyint(width * scale);
  constexpr float largest_side = 1 << 28;
  if (!(new_height <= largest_side && new_width <= largest_side)) {
    preprocessing::detail::fail("vgg: image", "an image that is not a line", preprocessing::detail::size_text(source.height, source.width), "check the image");
  }
  return {0, 0, static_cast<int>(new_height), static_cast<int>(new_width)};
}

// Grey of the differences is the difference of the greys: TF-Slim's own order fails, as it has three means for one channel.
inline float_image subtract_means(float_image image, bool use_grayscale) {
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] -= means[i % 3];
  return use_grayscale ? rgb_to_grayscale(image) : image;
}

inline void check(const byte_image& source) {
  preprocessing::detail::check_image("vgg: image", source);
  preprocessing::detail::check_channels("vgg: image", source, 3);
}

}  // namespace detail

/// Shorter side resized to a random length, random crop, random mirroring, means subtracted: values about -124 .. 151.
/// Throws slim::error if the crop is larger than the resized image or the image is not RGB.
inline float_image preprocess_for_train(const byte_image& source, int height, int width, random_stream& random, const options& given = {}) {
  detail::check(source);
  if (given.resize_side_min < 1 || given.resize_side_max < given.resize_side_min) {
    preprocessing::detail::fail("vgg: resize_side_min .. resize_side_max", "a range above 0",
                                std::to_string(given.resize_side_min) + " .. " + std::to_string(given.resize_side_max), "choose another");
  }
  const std::uint32_t sides = static_cast<std::uint32_t>(given.resize_side_max - given.resize_side_min) + 1;
  const rectangle size = detail::smallest_size_at_least(source, given.resize_side_min + static_cast<int>(random.below(sides)));
  const rectangle window = random_window(size.height, size.width, height, width, random);
  float_image result = resize(source, size.height, size.width, window);
  random_flip_left_right(result, random);
  return detail::subtract_means(std::move(result), given.use_grayscale);
}

/// Shorter side resized to `resize_side_min`, central crop, means subtracted. Throws slim::error as above.
inline float_image preprocess_for_eval(const byte_image& source, int height, int width, const options& given = {}) {
  detail::check(source);
  preprocessing::detail::check_size("vgg: resize_side_min", given.resize_side_min, given.resize_side_min);
  const rectangle size = detail::smallest_size_at_least(source, given.resize_side_min);
  const rectangle window = central_window(size.height, size.width, height, width);
  return detail::subtract_means(resize(source, size.height, size.width, window), given.use_grayscale);
}

/// Either of the two.
inline float_image preprocess_image(const byte_image& source, int height, int width, bool is_training, random_stream& random, const options& given = {}) {
  return is_training ? preprocess_for_train(source, height, width, random, given) : preprocess_for_eval(source, height, width, given);
}

}  // namespace slim::data::preprocessing::vgg_preprocessing

#include "slim/core/end.hpp"
