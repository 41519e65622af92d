#pragma once
#include "slim/core/begin.hpp"
// One image of a batch, preprocessed in its place.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

#include "slim/core/error.hpp"
#include "slim/data/image.hpp"
#include "slim/data/preprocessing/preprocessing_factory.hpp"

namespace slim::data {

/// The input of a network: height x width x channels values per image.
struct image_extent {
  int height, width, channels;

  std::size_t size() const { return image_size(height, width, channels); }
};

/// Throws slim::error unless all of the extent is positive.
inline void expect_image_extent(const char* where, const image_extent& given) {
  if (given.height > 0 && given.width > 0 && given.channels > 0) return;
  throw error(std::string(where) + ": size: expected at least 1 x 1 x 1, found " + std::to_string(given.height) + " x " + std::to_string(given.width) + " x " +
              std::to_string(given.channels) + "; give the input of the network");
}

/// Fills `target` with the preprocessed picture. Its random changes are a function of `seed` and the `number` of the example.
/// Throws slim::error for a picture that the preprocessing cannot use, or that has other channels than the network takes.
inline void preprocess_example(const preprocessing::preprocessing_function& preprocess, const byte_image& picture, const image_extent& extent,
                               std::uint64_t seed, std::uint64_t number, std::span<float> target) {
  constexpr std::uint64_t images = std::uint64_t{1} << 63;  // streams apart from those of the order of the examples
  random_stream random(seed, 0, images | number);
  const preprocessing::float_image result = preprocess(picture, extent.height, extent.width, random);
  if (result.channels != extent.channels) {
    throw error("image: expected " + std::to_string(extent.channels) + " channels after preprocessing, found " + std::to_string(result.channels) +
                "; check the input of the network");
  }
  if (result.height != extent.height || result.width != extent.width || result.pixels.size() != target.size())
    throw error{"image: expected ",
                extent.height,
                " x ",
                extent.width,
                " pixels after preprocessing, found ",
                result.height,
                " x ",
                result.width,
                " and ",
                result.pixels.size(),
                " values; the preprocessing must make the size that it is asked for"};
  std::copy(result.pixels.begin(), result.pixels.end(), target.begin());
}

}  // namespace slim::data

#include "slim/core/end.hpp"
