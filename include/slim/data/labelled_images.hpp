#pragma once
#include "slim/core/begin.hpp"
// A data set held in memory, as the readers and generators of this folder return it.

#include <vector>

namespace slim::data {

/// `count` images of one size, row by row with the channels of a pixel side by side (NHWC), and the class of each image.
struct labelled_images {
  int count = 0, height = 0, width = 0, channels = 0, classes = 0;
  std::vector<float> images;  ///< count * height * width * channels values
  std::vector<int> labels;    ///< count values in 0 .. classes - 1

  int image_size() const { return height * width * channels; }
};

/// The preprocessing of TF-Slim's lenet (lenet_preprocessing.py): a grey value 0 .. 255 becomes (value - 128) / 128.
constexpr float lenet_grey(float grey) { return (grey - 128.0f) / 128.0f; }

}  // namespace slim::data

#include "slim/core/end.hpp"
