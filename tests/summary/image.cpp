#include "slim/summary/image.hpp"

#include <doctest/doctest.h>

using namespace slim::summaries;

namespace {

std::vector<unsigned char> decoded(const encoded_image& picture) {
  const slim::data::byte_image image = slim::data::decode_png(picture.bytes);
  CHECK(image.width == picture.width);
  CHECK(image.height == picture.height);
  CHECK(image.channels == picture.colorspace);
  return image.pixels;
}

std::vector<unsigned char> grey(std::vector<float> values) {
  const int width = static_cast<int>(values.size());
  return decoded(encode_png(values, {1, width, 1}));
}

using bytes = std::vector<unsigned char>;
const float nan_value = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("numbers without a negative one are scaled so that the largest is 255") {
  CHECK(grey({0, 1, 2, 4}) == bytes{0, 63, 127, 255});  // 63.75 and 127.5, cut
  CHECK(grey({0, 1000}) == bytes{0, 255});
  CHECK(grey({0, 0, 1e-7f}) == bytes{0, 0, 0});  // below 1e-6: black
}

TEST_CASE("with negative numbers 0 is at 128 and the largest magnitude 127 away") {
  CHECK(grey({-2, 0, 1}) == bytes{1, 128, 191});  // 128 - 127, 128, 128 + 63.5
  CHECK(grey({-1, 4}) == bytes{96, 255});         // 128 - 31.75
}

TEST_CASE("pixels that are not finite are marked and do not count") {
  CHECK(grey({nan_value, 0, 2}) == bytes{255, 0, 255});
  CHECK(grey({std::numeric_limits<float>::infinity(), 1, 2}) == bytes{255, 127, 255});
  const float rgb[] = {1, nan_value, 1, 0, 1, 2};
  CHECK(decoded(encode_png(rgb, {1, 2, 3})) == bytes{255, 0, 0, 0, 127, 255});
  CHECK(grey({nan_value, nan_value}) == bytes{255, 255});
}

TEST_CASE("other shapes are refused") {
  const std::vector<float> values(12);
  CHECK_THROWS_WITH_AS(encode_png(values, {2, 3, 2}),
                       "encode PNG: expected height x width x 1, 3 or 4 values, found 12 values of rank 3 with 2 channels; reshape them", slim::error);
  CHECK_THROWS_AS(encode_png(values, {2, 2, 1}), slim::error);
  CHECK_THROWS_AS(encode_png(values, {12}), slim::error);
  CHECK_THROWS_AS(encode_png(values, {2, 6}), slim::error);
  CHECK_THROWS_AS(encode_png(values, {0, 12, 1}), slim::error);
  CHECK_THROWS_AS(encode_png(std::vector<float>(7), {2, 2, 4}), slim::error);
}
