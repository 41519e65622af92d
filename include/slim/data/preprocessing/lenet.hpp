#pragma once
#include "slim/core/begin.hpp"
// The preprocessing of LeNet (lenet_preprocessing.py of TF-Slim).

#include "slim/data/image.hpp"
#include "slim/data/labelled_images.hpp"
#include "slim/data/preprocessing/color.hpp"
#include "slim/data/preprocessing/crop.hpp"

namespace slim::data::preprocessing::lenet_preprocessing {

/// Cropped or padded to height x width around the middle, then (value - 128) / 128: values in -1 .. 1, for training and evaluation.
inline float_image preprocess_image(const byte_image& source, int height, int width, bool use_grayscale = false) {
  float_image result = crop_or_pad(source, central_window(source.height, source.width, height, width));
  if (use_grayscale) result = rgb_to_grayscale(result);
  for (float& value : result.pixels) value = lenet_grey(value);
  return result;
}

}  // namespace slim::data::preprocessing::lenet_preprocessing

#include "slim/core/end.hpp"
