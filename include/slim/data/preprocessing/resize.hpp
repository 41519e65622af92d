#pragma once
#include "slim/core/begin.hpp"
// Resizing as TensorFlow 1 does it, on which the published networks were trained.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "slim/data/preprocessing/float_image.hpp"

namespace slim::data::preprocessing {

/// In the order of TensorFlow's ResizeMethod.
enum class resize_method { bilinear, nearest_neighbor, bicubic, area };

namespace detail {

/// For each output position along one axis the `count` input positions and weights whose sum it is.
struct resize_axis {
  std::size_t count;
  std::vector<int> positions;
  std::vector<float> weights;
};

/// A resized value as a sum of input values, in one dimension. Output position i lies at i * input / output: align_corners is False
/// and pixels have no half-pixel centres, so both grids begin at 0.
class resampling {
public:
  resampling(resize_method how, int input_size, int output_size)
      : method(how), input(input_size), scale(static_cast<float>(input_size) / static_cast<float>(output_size)) {}

  /// For the output positions first .. first + size - 1.
  resize_axis axis(int first, int size) const {
    resize_axis result{count(), {}, {}};
    for (int i = first; i < first + size; ++i) {
      add(i, result);
      result.positions.resize(static_cast<std::size_t>(i - first + 1) * result.count, result.positions.back());
      result.weights.resize(result.positions.size());
    }
    return result;
  }

private:
  std::size_t count() const {
    switch (method) {
      case resize_method::bilinear: return 2;
      case resize_method::nearest_neighbor: return 1;
      case resize_method::bicubic: return 4;
      default: return static_cast<std::size_t>(scale) + 3;  // two of them covered in part, one for rounding
    }
  }

  void add(int i, resize_axis& to) const {
    const auto add_input = [&](int position, float weight) {
      to.positions.push_back(std::clamp(position, 0, input - 1));
      to.weights.push_back(weight);
    };
    const float position = static_cast<float>(i) * scale;
    const int floor = static_cast<int>(position);
    const float share = position - static_cast<float>(floor);
    switch (method) {
      case resize_method::bilinear:
        add_input(floor, 1 - share);
        add_input(floor + 1, share);
        break;
      case resize_method::nearest_neighbor: add_input(floor, 1); break;
      case resize_method::bicubic: {  // cubic convolution with a = -0.75 and distances in steps of 1/1024, TensorFlow's table
        constexpr float a = -0.75f, steps = 1024;
        const auto near = [](float x) { return ((a + 2) * x - (a + 3)) * x * x + 1; };       // distances 0 .. 1
        const auto far = [](float x) { return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a; };  // distances 1 .. 2
        const float distance = std::nearbyint(share * steps) / steps;
        add_input(floor - 1, far(1 + distance));
        add_input(floor, near(distance));
        add_input(floor + 1, near(1 - distance));
        add_input(floor + 2, far(2 - distance));
        break;
      }
      case resize_method::area: {  // the mean over the interval that the output position covers
        const float end = static_cast<float>(i + 1) * scale;
        for (int at = floor; static_cast<float>(at) < end; ++at) {
          const float covered = std::min(end, static_cast<float>(at + 1)) - std::max(position, static_cast<float>(at));
          add_input(at, covered / scale);
        }
      }
    }
  }

  resize_method method;
  int input;
  float scale;
};

}  // namespace detail

/// The part `window` of the image resized to height x width; the rest is not computed. Values are bytes or floats and are not
/// rounded. TensorFlow 1's resize_images(image, [height, width], method, align_corners=False).
/// Throws slim::error if an extent is not positive or the window leaves the resized image.
template <class Image>
float_image resize(const Image& source, int height, int width, const rectangle& window, resize_method method = resize_method::bilinear) {
  detail::check_image("image to resize", source);
  detail::check_size("size after resizing", height, width);
  detail::check_inside("window of the resized image", window, height, width);
  const detail::resize_axis rows = detail::resampling(method, source.height, height).axis(window.y, window.height);
  const detail::resize_axis columns = detail::resampling(method, source.width, width).axis(window.x, window.width);
  const std::size_t channels = static_cast<std::size_t>(source.channels), row_size = static_cast<std::size_t>(window.width) * channels;

  // The input rows that one output row needs follow each other, so `count` places keep them apart; the next output row shares some.
  std::vector<float> resized_rows(rows.count * row_size);
  std::vector<int> kept(rows.count, -1);
  const auto row_resized_horizontally = [&](int y) {
    const std::size_t place = static_cast<std::size_t>(y) % rows.count;
    float* const target = resized_rows.data() + place * row_size;
    if (kept[place] == y) return target;
    kept[place] = y;
    const auto* const row = source.pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(source.width) * channels;
    for (std::size_t x = 0; x < static_cast<std::size_t>(window.width); ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (std::size_t i = x * columns.count; i < (x + 1) * columns.count; ++i)
          sum += columns.weights[i] * static_cast<float>(row[static_cast<std::size_t>(columns.positions[i]) * channels + c]);
        target[x * channels + c] = sum;
      }
    }
    return target;
  };

  float_image result(window.height, window.width, source.channels);
  for (std::size_t y = 0; y < static_cast<std::size_t>(window.height); ++y) {
    float* const target = result.pixels.data() + y * row_size;
    for (std::size_t i = y * rows.count; i < (y + 1) * rows.count; ++i) {
      const float* const row = row_resized_horizontally(rows.positions[i]);
      const float weight = rows.weights[i];
      for (std::size_t x = 0; x < row_size; ++x) target[x] += weight * row[x];
    }
  }
  return result;
}

/// The whole image resized.
template <class Image>
float_image resize(const Image& source, int height, int width, resize_method method = resize_method::bilinear) {
  return resize(source, height, width, {0, 0, height, width}, method);
}

}  // namespace slim::data::preprocessing

#include "slim/core/end.hpp"
