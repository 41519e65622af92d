#include "slim/data/preprocessing/crop.hpp"

#include <doctest/doctest.h>

#include <map>
#include <utility>
#include <vector>

#include "tests/preprocessing/images.hpp"

using namespace slim::data::preprocessing;
using slim::data::byte_image;

namespace {

const byte_image numbers{2, 3, 1, {1, 2, 3, 4, 5, 6}};

}  // namespace

TEST_CASE("inside the image a window cuts, outside it pads with 0") {
  CHECK(crop_or_pad(numbers, {0, 1, 2, 2}).pixels == std::vector<float>{2, 3, 5, 6});
  CHECK(crop_or_pad(numbers, {-1, -1, 3, 3}).pixels == std::vector<float>{0, 0, 0, 0, 1, 2, 0, 4, 5});
  CHECK(crop_or_pad(numbers, {1, 2, 2, 2}).pixels == std::vector<float>{6, 0, 0, 0});
  CHECK(crop_or_pad(numbers, {5, 7, 1, 2}).pixels == std::vector<float>{0, 0});
  CHECK(crop_or_pad(numbers, {-9, -9, 1, 2}).pixels == std::vector<float>{0, 0});
  CHECK(crop_or_pad(byte_image{1, 2, 2, {1, 2, 3, 4}}, {0, 1, 1, 2}, 0.5f).pixels == std::vector<float>{1.5f, 2, 0, 0});
  CHECK(to_float(numbers).pixels == std::vector<float>{1, 2, 3, 4, 5, 6});
}

TEST_CASE("the middle, truncated as TensorFlow does") {
  CHECK(central_window(7, 8, 4, 5) == rectangle{1, 1, 4, 5});
  CHECK(central_window(4, 5, 7, 8) == rectangle{-1, -1, 7, 8});  // one row and column more below and right
  CHECK(central_window(4, 4, 4, 4) == rectangle{0, 0, 4, 4});
}

TEST_CASE("random windows: all places equally likely") {
  std::map<std::pair<int, int>, int> places;
  slim::random_stream random(1);
  for (int i = 0; i < 6000; ++i) {
    const rectangle window = random_window(5, 6, 4, 4, random);
    ++places[{window.y, window.x}];
  }
  CHECK(places.size() == 6);
  for (const auto& [place, count] : places) CHECK(count == doctest::Approx(1000).epsilon(0.12));  // four standard deviations
  CHECK(random_window(4, 4, 4, 4, random) == rectangle{0, 0, 4, 4});
  CHECK(preprocessing_test::complaint([&] { random_window(4, 4, 5, 4, random); }) ==
        "preprocessing: random crop: expected at most 4 x 4 pixels of an image of this size, found 5 x 4 at row 0, column 0; "
        "ask for a smaller one");
}

TEST_CASE("mirroring keeps the order of the channels") {
  float_image two_channels(1, 3, 2);
  two_channels.pixels = {1, 2, 3, 4, 5, 6};
  flip_left_right(two_channels);
  CHECK(two_channels.pixels == std::vector<float>{5, 6, 3, 4, 1, 2});

  int flipped = 0;
  slim::random_stream random(3);
  for (int i = 0; i < 1000; ++i) {
    auto image = to_float(numbers);
    random_flip_left_right(image, random);
    const bool mirrored = image.pixels == std::vector<float>{3, 2, 1, 6, 5, 4};
    CHECK((mirrored || image == to_float(numbers)));
    flipped += mirrored;
  }
  CHECK(flipped == doctest::Approx(500).epsilon(0.13));  // four standard deviations
}

TEST_CASE("empty windows are refused") {
  CHECK_THROWS_AS(crop_or_pad(numbers, {0, 0, 0, 2}), slim::error);
  CHECK_THROWS_AS(crop_or_pad(byte_image{}, {0, 0, 1, 1}), slim::error);
}
