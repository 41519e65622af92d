#include "slim/data/preprocessing/distorted_bounding_box.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/preprocessing/images.hpp"

using namespace slim::data::preprocessing;

TEST_CASE("crops fulfil the limits, for images of all forms") {
  slim::random_stream random(1);
  for (const auto& [height, width] : {std::pair{375, 500}, std::pair{500, 333}, std::pair{224, 224}, std::pair{100, 1000}}) {
    float smallest = 1, largest = 0;
    for (int i = 0; i < 2000; ++i) {
      const rectangle crop = sample_distorted_bounding_box(height, width, {}, random);
      const float area = static_cast<float>(crop.height * crop.width) / static_cast<float>(height * width);
      const float aspect = static_cast<float>(crop.width) / static_cast<float>(crop.height);
      CHECK(crop.y >= 0);
      CHECK(crop.x >= 0);
      CHECK(crop.y + crop.height <= height);
      CHECK(crop.x + crop.width <= width);
      CHECK(area >= 0.1f);  // the least of the object, which is the whole image
      CHECK(aspect > 0.73f);
      CHECK(aspect < 1.36f);
      smallest = std::min(smallest, area);
      largest = std::max(largest, area);
    }
    CHECK(smallest < 0.105f);
    if (width < 2 * height) CHECK(largest > 0.7f);  // a square fits only into a tenth of 100 x 1000 otherwise
  }
}

TEST_CASE("a crop shows enough of one of the objects") {
  slim::random_stream random(2);
  const distortion half{.min_object_covered = 0.5f};
  const std::vector<object_box> objects = {{0.0f, 0.0f, 0.2f, 0.2f}, {0.7f, 0.6f, 0.9f, 0.9f}};
  int first = 0, second = 0;
  for (int i = 0; i < 2000; ++i) {
    const rectangle crop = sample_distorted_bounding_box(200, 200, objects, random, half);
    const auto covered = [&](int top, int left, int bottom, int right) {
      const int rows = std::min(bottom, crop.y + crop.height) - std::max(top, crop.y);
      const int columns = std::min(right, crop.x + crop.width) - std::max(left, crop.x);
      return rows > 0 && columns > 0 && 2 * rows * columns >= (bottom - top) * (right - left);
    };
    first += covered(0, 0, 40, 40);
    second += covered(140, 120, 180, 180);
    CHECK((covered(0, 0, 40, 40) || covered(140, 120, 180, 180)));
  }
  CHECK(first > 200);
  CHECK(second > 200);
}

TEST_CASE("the whole image when nothing fits") {
  slim::random_stream random(3);
  const distortion impossible{.min_object_covered = 1, .largest_area = 0.1f};
  CHECK(sample_distorted_bounding_box(50, 60, {}, random, impossible) == rectangle{0, 0, 50, 60});
  CHECK(sample_distorted_bounding_box(1, 1, {}, random) == rectangle{0, 0, 1, 1});
  CHECK(sample_distorted_bounding_box(1, 5000, {}, random).height == 1);
  const std::vector<object_box> without_pixels = {{0.5f, 0.5f, 0.5f, 0.5f}};
  CHECK(sample_distorted_bounding_box(50, 60, without_pixels, random, {.min_object_covered = 0}) == rectangle{0, 0, 50, 60});
}

TEST_CASE("boxes outside the image are refused") {
  slim::random_stream random(1);
  CHECK(preprocessing_test::complaint([&] { sample_distorted_bounding_box(9, 9, {{0, 0, 12, 0.5f}}, random); }) ==
        "preprocessing: bounding box: expected edges in 0 .. 1, found 12; divide by the image size");
}
