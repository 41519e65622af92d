#pragma once
#include "slim/core/begin.hpp"
// The preprocessing of Inception, MobileNet and NASNet (inception_preprocessing.py of TF-Slim).

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/number_text.hpp"
#include "slim/data/image.hpp"
#include "slim/data/preprocessing/color.hpp"
#include "slim/data/preprocessing/crop.hpp"
#include "slim/data/preprocessing/distorted_bounding_box.hpp"
#include "slim/data/preprocessing/resize.hpp"

namespace slim::data::preprocessing::inception_preprocessing {

struct options {
  std::vector<object_box> boxes = {};  ///< objects of which a training crop must show one; none: the whole image
  bool fast_mode = true;               ///< training without changes of hue and contrast, resizing always bilinear
  bool crop_image = true;              ///< training on a random part instead of the whole image
  float central_fraction = 0.875f;     ///< evaluation: this share of each side
  bool use_grayscale = false;          ///< one channel instead of three
};

/// Brightness by at most 32/255 and saturation by 0.5 .. 1.5, without fast_mode also hue by at most 0.2 and contrast by 0.5 .. 1.5,
/// one after the other in one of four orders, 0 .. 3; then cut to 0 .. 1.
inline void distort_color(float_image& image, int order, bool fast_mode, random_stream& random) {
  const auto brightness = [&] { random_brightness(image, 32.0f / 255.0f, random); };
  const auto saturation = [&] { random_saturation(image, 0.5f, 1.5f, random); };
  const auto hue = [&] { random_hue(image, 0.2f, random); };
  const auto contrast = [&] { random_contrast(image, 0.5f, 1.5f, random); };
  if (fast_mode) {
    if (order == 0) brightness(), saturation();
    else saturation(), brightness();
  } else {
    switch (order) {
      case 0: brightness(), saturation(), hue(), contrast(); break;
      case 1: saturation(), brightness(), contrast(), hue(); break;
      case 2: contrast(), hue(), brightness(), saturation(); break;
      default: hue(), saturation(), contrast(), brightness();
    }
  }
  for (float& value : image.pixels) value = std::clamp(value, 0.0f, 1.0f);
}

namespace detail {

inline float_image finish(float_image image, bool use_grayscale) {
  if (use_grayscale) image = rgb_to_grayscale(image);
  for (float& value : image.pixels) value = (value - 0.5f) * 2;
  return image;
}

/// What makes values from 0 to 1 of those that an image has: bytes are divided by 255, floats are that already, as in TensorFlow's convert_image_dtype.
constexpr float scale_of(const byte_image&) { return 1.0f / 255.0f; }
constexpr float scale_of(const float_image&) { return 1; }

template <class Image>
float_image train(const Image& source, int height, int width, random_stream& random, const options& given) {
  preprocessing::detail::check_channels("inception: image", source, 3);
  const rectangle whole{0, 0, source.height, source.width};
  const rectangle window = given.crop_image ? sample_distorted_bounding_box(source.height, source.width, given.boxes, random) : whole;
  const auto method = given.fast_mode ? resize_method::bilinear : static_cast<resize_method>(random.below(4));
  float_image result = resize(crop_or_pad(source, window, scale_of(source)), height, width, method);
  random_flip_left_right(result, random);
  const int order = static_cast<int>(random.below(4));
  distort_color(result, order, given.fast_mode, random);
  return finish(std::move(result), given.use_grayscale);
}

template <class Image>
float_image eval(const Image& source, int height, int width, const options& given) {
  const float fraction = given.central_fraction;
  if (!(fraction > 0 && fraction <= 1)) {
    preprocessing::detail::fail("inception: central_fraction", "more than 0, at most 1", exact_text(fraction), "choose another");
  }
  const auto margin = [&](int size) { return static_cast<int>((size - size * static_cast<double>(fraction)) / 2); };
  const int top = margin(source.height), left = margin(source.width);
  const rectangle window{top, left, source.height - 2 * top, source.width - 2 * left};
  return finish(resize(crop_or_pad(source, window, scale_of(source)), height, width), given.use_grayscale);
}

}  // namespace detail

/// Random part of the image resized to height x width without regard to its proportions, random mirroring, random colours: values in
/// -1 .. 1. Images of floats have values from 0 to 1. Throws slim::error if the image is not RGB.
inline float_image preprocess_for_train(const byte_image& source, int height, int width, random_stream& random, const options& given = {}) {
  return detail::train(source, height, width, random, given);
}
inline float_image preprocess_for_train(const float_image& source, int height, int width, random_stream& random, const options& given = {}) {
  return detail::train(source, height, width, random, given);
}

/// The central part resized to height x width: values in -1 .. 1. Any number of channels.
inline float_image preprocess_for_eval(const byte_image& source, int height, int width, const options& given = {}) {
  return detail::eval(source, height, width, given);
}
inline float_image preprocess_for_eval(const float_image& source, int height, int width, const options& given = {}) {
  return detail::eval(source, height, width, given);
}

/// Either of the two.
inline float_image preprocess_image(const byte_image& source, int height, int width, bool is_training, random_stream& random, const options& given = {}) {
  return is_training ? preprocess_for_train(source, height, width, random, given) : preprocess_for_eval(source, height, width, given);
}
inline float_image preprocess_image(const float_image& source, int height, int width, bool is_training, random_stream& random, const options& given = {}) {
  return is_training ? preprocess_for_train(source, height, width, random, given) : preprocess_for_eval(source, height, width, given);
}

}  // namespace slim::data::preprocessing::inception_preprocessing

#include "slim/core/end.hpp"
