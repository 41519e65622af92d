#include "slim/data/labelled_pixels.hpp"

#include <doctest/doctest.h>

using slim::data::labelled_pixels;

TEST_CASE("images one by one, and all of them preprocessed") {
  const labelled_pixels set{2, 1, 2, 3, 5, {0, 1, 2, 3, 4, 5, 128, 0, 255, 64, 192, 32}, {4, 0}};
  CHECK(set.at(0) == slim::data::byte_image{1, 2, 3, {0, 1, 2, 3, 4, 5}});
  CHECK(set.at(1).pixels == std::vector<std::uint8_t>{128, 0, 255, 64, 192, 32});
  const auto images = slim::data::to_images(set, slim::data::lenet_grey);
  CHECK(images.count == 2);
  CHECK(images.height == 1);
  CHECK(images.width == 2);
  CHECK(images.channels == 3);
  CHECK(images.classes == 5);
  CHECK(images.labels == std::vector<int>{4, 0});
  CHECK(std::vector<float>(images.images.begin() + 6, images.images.end()) == std::vector<float>{0, -1, 127.0f / 128, -0.5f, 0.5f, -0.75f});
}
