#include "slim/data/preprocessing/color.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/preprocessing/images.hpp"

using namespace slim::data::preprocessing;
using preprocessing_test::check_close;
using preprocessing_test::four_colors;

// The expected values of the first four cases are those of TensorFlow's own tests, there rounded to bytes.

TEST_CASE("saturation") {
  auto half = four_colors(), twice = four_colors();
  adjust_saturation(half, 0.5f);
  check_close(half.pixels, {6, 9, 13, 140, 180, 226, 135, 121, 234, 172, 255, 128}, 1);
  adjust_saturation(twice, 2);
  check_close(twice.pixels, {0, 5, 13, 0, 106, 226, 30, 0, 234, 89, 255, 0}, 1);
}

TEST_CASE("hue") {
  auto less = four_colors(), more = four_colors();
  adjust_hue(less, -0.25f);
  check_close(less.pixels, {0, 13, 1, 54, 226, 59, 8, 234, 150, 255, 39, 1}, 1);
  adjust_hue(more, 0.25f);
  check_close(more.pixels, {13, 0, 11, 226, 54, 221, 234, 8, 92, 1, 217, 255}, 1);

  float_image documented(1, 2, 3);  // the example in the documentation of tf.image.adjust_hue
  documented.pixels = {1, 2, 3, 4, 5, 6};
  adjust_hue(documented, 0.2f);
  check_close(documented.pixels, {2.4, 1, 3, 5.4, 4, 6}, 1e-5);
}

TEST_CASE("contrast") {
  auto twice = four_colors();
  adjust_contrast(twice, 2);
  check_close(twice.pixels, {-45.25, -90.75, -92.5, 62.75, 169.25, 333.5, 28.75, -84.75, 349.5, 134.75, 409.25, -116.5});
}

TEST_CASE("a whole turn of the hue and factor 1 change nothing; greys have neither hue nor saturation") {
  const auto original = four_colors();
  for (float turn : {-1.0f, 0.0f, 1.0f}) {
    auto image = original;
    adjust_hue(image, turn);
    check_close(image.pixels, std::vector<double>(original.pixels.begin(), original.pixels.end()), 1e-3);
  }
  auto same = original;
  adjust_saturation(same, 1);
  adjust_contrast(same, 1);
  check_close(same.pixels, std::vector<double>(original.pixels.begin(), original.pixels.end()), 1e-3);

  float_image greys(1, 2, 3);
  greys.pixels = {0.5f, 0.5f, 0.5f, 0, 0, 0};
  adjust_hue(greys, 0.3f);
  adjust_saturation(greys, 1.5f);
  CHECK(greys.pixels == std::vector<float>{0.5f, 0.5f, 0.5f, 0, 0, 0});
}

TEST_CASE("values below 0, as after a change of brightness: no saturation where the largest is below 0") {
  float_image image(1, 2, 3);
  image.pixels = {0, 0.05f, 0.2f, 0, 0.02f, 0.05f};
  adjust_brightness(image, -0.1f);
  check_close(image.pixels, {-0.1, -0.05, 0.1, -0.1, -0.08, -0.05}, 1e-6);
  adjust_saturation(image, 0.25f);  // first pixel: saturation 2 becomes 0.5, values 0.05 .. 0.1 and a quarter of the way between
  check_close(image.pixels, {0.05, 0.0625, 0.1, -0.05, -0.05, -0.05}, 1e-6);
}

TEST_CASE("standardisation") {  // by the definition in Python
  auto image = four_colors();
  per_image_standardization(image);
  check_close(image.pixels, {-0.92745, -0.87485, -0.7907, -0.35941, 0.49265, 1.4499, -0.53823, -0.84329, 1.53406, 0.01929, 1.75496, -0.91693}, 2e-5);

  float_image flat(2, 2, 1);
  flat.pixels = {7, 7, 7, 7};
  per_image_standardization(flat);  // the deviation counts as 1 / sqrt(4)
  CHECK(flat.pixels == std::vector<float>(4, 0.0f));
}

TEST_CASE("grey") {
  const auto grey = rgb_to_grayscale(four_colors());
  CHECK(grey.channels == 1);
  check_close(grey.pixels, {4.417, 121.1496, 42.4313, 176.7}, 1e-3);  // 0.2989 r + 0.587 g + 0.114 b
}

TEST_CASE("random changes lie in their ranges and depend on the stream alone") {
  double smallest = 1, largest = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    slim::random_stream random(1, 0, i), again(1, 0, i);
    float_image one(1, 1, 3), two(1, 1, 3);
    random_brightness(one, 0.25f, random);
    random_brightness(two, 0.25f, again);
    CHECK(one == two);
    smallest = std::min<double>(smallest, one.pixels[0]);
    largest = std::max<double>(largest, one.pixels[0]);
  }
  CHECK(smallest >= -0.25);
  CHECK(smallest < -0.24);
  CHECK(largest <= 0.25);
  CHECK(largest > 0.24);
}

TEST_CASE("colours need three channels") {
  float_image grey(1, 1, 1);
  CHECK(preprocessing_test::complaint([&] { adjust_hue(grey, 0.1f); }) ==
        "preprocessing: image to adjust the hue of: expected 3 channels, found 1; decode the images with so many channels");
  CHECK_THROWS_AS(adjust_saturation(grey, 0.1f), slim::error);
  CHECK_THROWS_AS(rgb_to_grayscale(grey), slim::error);
}
