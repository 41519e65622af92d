#pragma once
#include "slim/core/begin.hpp"
// A data set of images in memory as their files hold it: unsigned bytes, before any preprocessing.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "slim/data/image.hpp"
#include "slim/data/labelled_images.hpp"

namespace slim::data {

/// As labelled_images, with grey values or channels 0 .. 255 in a quarter of the memory.
struct labelled_pixels {
  int count = 0, height = 0, width = 0, channels = 0, classes = 0;
  std::vector<std::uint8_t> pixels;  ///< count * height * width * channels values
  std::vector<int> labels;           ///< count values in 0 .. classes - 1

  /// Image number `index`, from 0.
  byte_image at(int index) const {
    const std::size_t size = image_size(height, width, channels);
    const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(size) * index;
    return {height, width, channels, {first, first + static_cast<std::ptrdiff_t>(size)}};
  }
};

/// The data set for training: every value becomes `preprocessing(value)`, for instance lenet_grey.
template <class Preprocessing>
labelled_images to_images(labelled_pixels source, Preprocessing preprocessing) {
  labelled_images result{source.count, source.height, source.width, source.channels, source.classes, {}, std::move(source.labels)};
  result.images.resize(source.pixels.size());
  for (std::size_t i = 0; i < source.pixels.size(); ++i) result.images[i] = preprocessing(static_cast<float>(source.pixels[i]));
  return result;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
