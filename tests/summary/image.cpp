#include "slim/summary/image.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace slim::summaries;

namespace {

// What libpng reads back.
std::vector<unsigned char> decoded(const encoded_image& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  REQUIRE(png_image_begin_read_from_memory(&image, picture.bytes.data(), picture.bytes.size()) != 0);
  CHECK(static_cast<int>(image.width) == picture.width);
  CHECK(static_cast<int>(image.height) == picture.height);
  CHECK(static_cast<int>(PNG_IMAGE_SAMPLE_CHANNELS(image.format)) == picture.colorspace);
  std::vector<unsigned char> pixels(PNG_IMAGE_SIZE(image));
  REQUIRE(png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) != 0);
  return pixels;
}

std::vector<unsigned char> grey(std::vector<float> values) {
  const int width = static_cast<int>(values.size());
  return decoded(encode_png(values, {1, width, 1}));
}

using bytes = std::vector<unsigned char>;
const float nan_value = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST_CASE("bytes survive, with 1, 3 and 4 channels") {
  std::mt19937 random(1);
  for (int channels : {1, 3, 4}) {
    bytes pixels(static_cast<std::size_t>(7 * 5 * channels));
    for (unsigned char& value : pixels) value = static_cast<unsigned char>(random());
    const encoded_image picture = encode_png(pixels, {7, 5, channels});
    CHECK(picture.height == 7);
    CHECK(picture.width == 5);
    CHECK(picture.colorspace == channels);
    CHECK(decoded(picture) == pixels);
  }
}

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
