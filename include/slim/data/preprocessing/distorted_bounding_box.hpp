#pragma once
#include "slim/core/begin.hpp"
// The random crop with which Inception networks are trained.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "slim/core/number_text.hpp"
#include "slim/data/preprocessing/float_image.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data::preprocessing {

/// Where an object is: edges as shares of the image, 0 .. 1, in TF-Slim's order.
struct object_box {
  float ymin = 0, xmin = 0, ymax = 1, xmax = 1;
};

/// What a sampled crop must fulfil; the defaults are those of TF-Slim's Inception preprocessing.
struct distortion {
  float min_object_covered = 0.1f;                        ///< share of at least one object that must be inside
  float smallest_aspect = 0.75f, largest_aspect = 1.33f;  ///< width / height
  float smallest_area = 0.05f, largest_area = 1;          ///< shares of the image
  int max_attempts = 100;                                 ///< the whole image after so many failures
};

namespace detail {

/// A random rectangle with width = round(aspect * height) and an area between the bounds; empty if there is none.
inline rectangle random_crop_of_aspect(int image_height, int image_width, float aspect, const distortion& limits, random_stream& random) {
  const auto width_of = [&](int height) { return static_cast<int>(std::lrint(static_cast<float>(height) * aspect)); };
  const auto area_of = [&](int height) { return static_cast<float>(height) * static_cast<float>(width_of(height)); };
  const auto height_of = [&](float area) { return static_cast<int>(std::lrint(std::sqrt(area / aspect))); };
  const float image_area = static_cast<float>(image_height) * static_cast<float>(image_width);
  const float least = limits.smallest_area * image_area, most = limits.largest_area * image_area;

  int tallest = height_of(most);
  if (width_of(tallest) > image_width) {
    tallest = static_cast<int>((static_cast<double>(image_width) + 0.5 - 1e-7) / aspect);
    if (width_of(tallest) > image_width) --tallest;
  }
  tallest = std::min(tallest, image_height);
  int height = std::min(height_of(least), tallest);
  if (height < tallest) height += static_cast<int>(random.below(static_cast<std::uint32_t>(tallest - height) + 1));
  if (area_of(height) < least) ++height;  // rounding may miss the bounds by one row
  if (area_of(height) > most) --height;

  const int width = width_of(height);
  if (area_of(height) < least || area_of(height) > most || width > image_width || height > image_height || width <= 0 || height <= 0) return {};
  const int y = height < image_height ? static_cast<int>(random.below(static_cast<std::uint32_t>(image_height - height))) : 0;
  const int x = width < image_width ? static_cast<int>(random.below(static_cast<std::uint32_t>(image_width - width))) : 0;
  return {y, x, height, width};
}

/// The share of the box, in whole pixels, that lies in the window; -1 for a box without pixels, which nothing can cover.
inline float covered_share(const rectangle& window, const object_box& box, int image_height, int image_width) {
  const auto edge = [](float share, int size) { return static_cast<int>(share * static_cast<float>(size)); };
  const int top = edge(box.ymin, image_height), bottom = edge(box.ymax, image_height);
  const int left = edge(box.xmin, image_width), right = edge(box.xmax, image_width);
  if (bottom <= top || right <= left) return -1;
  const int rows = std::min(bottom, window.y + window.height) - std::max(top, window.y);
  const int columns = std::min(right, window.x + window.width) - std::max(left, window.x);
  if (rows <= 0 || columns <= 0) return 0;
  return static_cast<float>(rows) * static_cast<float>(columns) / (static_cast<float>(bottom - top) * static_cast<float>(right - left));
}

}  // namespace detail

/// A random part of an image that shows enough of one of the objects in `boxes` (the whole image if there are none): the algorithm
/// of TensorFlow's sample_distorted_bounding_box. Throws slim::error for boxes outside 0 .. 1.
inline rectangle sample_distorted_bounding_box(int image_height, int image_width, std::vector<object_box> boxes, random_stream& random,
                                               const distortion& limits = {}) {
  detail::check_size("image to crop", image_height, image_width);
  for (const object_box& box : boxes) {
    for (float edge : {box.ymin, box.xmin, box.ymax, box.xmax})
      if (!(edge >= 0 && edge <= 1)) detail::fail("bounding box", "edges in 0 .. 1", exact_text(edge), "divide by the image size");
  }
  if (boxes.empty()) boxes.push_back({});
  for (int attempt = 0; attempt < limits.max_attempts; ++attempt) {
    const float aspect = random.uniform(limits.smallest_aspect, limits.largest_aspect);
    const rectangle crop = detail::random_crop_of_aspect(image_height, image_width, aspect, limits, random);
    if (crop.height == 0) continue;
    for (const object_box& box : boxes)
      if (detail::covered_share(crop, box, image_height, image_width) >= limits.min_object_covered) return crop;
  }
  return {0, 0, image_height, image_width};
}

}  // namespace slim::data::preprocessing

#include "slim/core/end.hpp"
