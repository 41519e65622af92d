#pragma once
#include "slim/core/begin.hpp"
// The preprocessing of CifarNet (cifarnet_preprocessing.py of TF-Slim).

#include "slim/data/image.hpp"
#include "slim/data/preprocessing/color.hpp"
#include "slim/data/preprocessing/crop.hpp"

namespace slim::data::preprocessing::cifarnet_preprocessing {

struct options {
  int padding = 4;             ///< training: zeros around the image before cropping
  bool use_grayscale = false;  ///< one channel instead of three
};

/// Random crop of the padded image, random mirroring, brightness changed by at most 63 and contrast by 0.2 .. 1.8, standardised: mean 0
/// and standard deviation 1. Throws slim::error if the crop is larger than the padded image.
inline float_image preprocess_for_train(const byte_image& source, int height, int width, random_stream& random, const options& given = {}) {
  preprocessing::detail::check_size("cifarnet: padding + 1", given.padding + 1, given.padding + 1);
  rectangle window = random_window(source.height + 2 * given.padding, source.width + 2 * given.padding, height, width, random);
  window.y -= given.padding;
  window.x -= given.padding;
  float_image result = crop_or_pad(source, window);
  if (given.use_grayscale) result = rgb_to_grayscale(result);
  random_flip_left_right(result, random);
  random_brightness(result, 63, random);
  random_contrast(result, 0.2f, 1.8f, random);
  per_image_standardization(result);
  return result;
}

/// Cropped or padded to height x width around the middle, standardised.
inline float_image preprocess_for_eval(const byte_image& source, int height, int width, const options& given = {}) {
  float_image result = crop_or_pad(source, central_window(source.height, source.width, height, width));
  if (given.use_grayscale) result = rgb_to_grayscale(result);
  per_image_standardization(result);
  return result;
}

/// Either of the two.
inline float_image preprocess_image(const byte_image& source, int height, int width, bool is_training, random_stream& random, const options& given = {}) {
  return is_training ? preprocess_for_train(source, height, width, random, given) : preprocess_for_eval(source, height, width, given);
}

}  // namespace slim::data::preprocessing::cifarnet_preprocessing

#include "slim/core/end.hpp"
