// The four sets of TF-Slim's preprocessing, through the factory where that suffices.

#include "slim/data/preprocessing/preprocessing_factory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tests/preprocessing/images.hpp"

using namespace slim::data::preprocessing;
using preprocessing_test::check_close;
using preprocessing_test::complaint;
using preprocessing_test::pattern;
using slim::random_stream;

TEST_CASE("vgg, evaluation") {  // the definition in Python: 3 x 4 becomes 4 x 5, of which 2 x 3 at row 1, column 1
  check_close(vgg_preprocessing::preprocess_for_eval(pattern(3, 4, 3), 2, 3, {.resize_side_min = 4}).pixels,
              {-34.88, -8.98, -0.79, -51.08, -29.23, 12.56, -41.88, 13.57, -11.44, 0.32, -23.48, 22.86, -14.68, -55.08, 49.96, -4.28, -11.08, 27.16}, 2e-4);
  random_stream random(1);
  const auto result = get_preprocessing("vgg_16")(pattern(300, 400, 3), 224, 224, random);
  CHECK(result.height == 224);
  CHECK(result.width == 224);
  CHECK(random.counter() == 0);
}

TEST_CASE("vgg, training: a window of the image at one of the sizes, perhaps mirrored, less the means") {
  const auto source = pattern(20, 30, 3);
  std::set<int> sides;
  int mirrored = 0;
  for (std::uint64_t i = 0; i < 300; ++i) {
    random_stream random(5, 0, i), again(5, 0, i);
    const auto result = vgg_preprocessing::preprocess_for_train(source, 6, 8, random, {.resize_side_min = 10, .resize_side_max = 13});
    random_stream choices(5, 0, i);
    const int side = 10 + static_cast<int>(choices.below(4));
    const int width = static_cast<int>(std::nearbyint(1.5f * static_cast<float>(side)));
    const rectangle window = random_window(side, width, 6, 8, choices);
    auto expected = resize(source, side, width, window);
    if (choices.uniform() < 0.5f) {
      flip_left_right(expected);
      ++mirrored;
    }
    for (std::size_t p = 0; p < expected.pixels.size(); ++p) expected.pixels[p] -= std::vector{123.68f, 116.78f, 103.94f}[p % 3];
    CHECK(result == expected);
    CHECK(result == vgg_preprocessing::preprocess_for_train(source, 6, 8, again, {.resize_side_min = 10, .resize_side_max = 13}));
    sides.insert(side);
  }
  CHECK(sides == std::set{10, 11, 12, 13});
  CHECK(mirrored > 100);
  CHECK(mirrored < 200);
}

TEST_CASE("vgg, grey") {
  const auto color = vgg_preprocessing::preprocess_for_eval(pattern(30, 30, 3), 5, 5, {.resize_side_min = 20});
  const auto grey = vgg_preprocessing::preprocess_for_eval(pattern(30, 30, 3), 5, 5, {.resize_side_min = 20, .use_grayscale = true});
  CHECK(grey == rgb_to_grayscale(color));
}

TEST_CASE("vgg refuses crops larger than the image, other channels and lines") {
  CHECK(complaint([] { vgg_preprocessing::preprocess_for_eval(pattern(30, 30, 3), 300, 5); }) ==
        "preprocessing: window of the resized image: expected at most 256 x 256 pixels of an image of this size, found 300 x 5 at row -22, "
        "column 125; ask for a smaller one");
  CHECK(complaint([] { vgg_preprocessing::preprocess_for_eval(pattern(30, 30, 1), 5, 5); }) ==
        "preprocessing: vgg: image: expected 3 channels, found 1; decode the images with so many channels");
  slim::data::byte_image line{1, 1 << 21, 3, std::vector<std::uint8_t>(3 << 21)};
  CHECK(complaint([&] { vgg_preprocessing::preprocess_for_eval(line, 5, 5); }) ==
        "preprocessing: vgg: image: expected an image that is not a line, found 1 x 2097152; check the image");
}

TEST_CASE("inception, evaluation") {  // the definition in Python: rows 1 .. 14 and columns 1 .. 18 of 16 x 20, resized to 2 x 3
  check_close(inception_preprocessing::preprocess_for_eval(pattern(16, 20, 1), 2, 3).pixels, {0.082353, 0.286275, 0.505882, 0.615686, 0.529412, 0.458824},
              2e-6);
  check_close(inception_preprocessing::preprocess_for_eval({2, 2, 1, {0, 255, 51, 204}}, 2, 2, {.central_fraction = 1}).pixels, {-1, 1, -0.6, 0.6}, 1e-6);
  CHECK(complaint([] { inception_preprocessing::preprocess_for_eval(pattern(4, 4, 3), 2, 2, {.central_fraction = 0}); }) ==
        "preprocessing: inception: central_fraction: expected more than 0, at most 1, found 0; choose another");
}

TEST_CASE("inception, training: in -1 .. 1, repeatable, always different") {
  const auto source = pattern(60, 80, 3);
  for (bool fast_mode : {true, false}) {
    const inception_preprocessing::options given{.fast_mode = fast_mode};
    std::set<std::vector<float>> seen;
    for (std::uint64_t i = 0; i < 100; ++i) {
      random_stream random(1, 0, i), again(1, 0, i);
      const auto result = inception_preprocessing::preprocess_for_train(source, 24, 32, random, given);
      CHECK(result == inception_preprocessing::preprocess_for_train(source, 24, 32, again, given));
      CHECK(*std::min_element(result.pixels.begin(), result.pixels.end()) >= -1);
      CHECK(*std::max_element(result.pixels.begin(), result.pixels.end()) <= 1);
      seen.insert(result.pixels);
    }
    CHECK(seen.size() == 100);
  }
}

TEST_CASE("inception takes images of floats from 0 to 1 as those of bytes") {
  const slim::data::byte_image bytes = pattern(16, 20, 3);
  const float_image floats = to_float(bytes, 1.0f / 255.0f);
  for (const bool training : {true, false}) {
    random_stream random(1, 2, 3), again(1, 2, 3);
    const inception_preprocessing::options given{.fast_mode = false};
    CHECK(inception_preprocessing::preprocess_image(floats, 7, 9, training, random, given) ==
          inception_preprocessing::preprocess_image(bytes, 7, 9, training, again, given));
  }
}

TEST_CASE("inception, training without cropping: mirrored or not, and a change of colour that its order determines") {
  const auto source = pattern(8, 8, 3);
  for (std::uint64_t i = 0; i < 50; ++i) {
    random_stream random(2, 0, i), choices(2, 0, i);
    const auto result = inception_preprocessing::preprocess_for_train(source, 8, 8, random, {.crop_image = false});
    auto expected = to_float(source, 1.0f / 255.0f);
    random_flip_left_right(expected, choices);
    const bool brightness_first = choices.below(4) == 0;
    if (brightness_first) random_brightness(expected, 32.0f / 255.0f, choices);
    random_saturation(expected, 0.5f, 1.5f, choices);
    if (!brightness_first) random_brightness(expected, 32.0f / 255.0f, choices);
    for (float& value : expected.pixels) value = (std::clamp(value, 0.0f, 1.0f) - 0.5f) * 2;
    CHECK(result == expected);
  }
}

TEST_CASE("cifarnet") {
  const auto source = pattern(32, 32, 3);
  random_stream random(1);
  const auto evaluated = get_preprocessing("cifarnet")(source, 32, 32, random);
  auto expected = to_float(source);
  per_image_standardization(expected);
  CHECK(evaluated == expected);
  CHECK(random.counter() == 0);

  for (std::uint64_t i = 0; i < 50; ++i) {  // brightness and contrast change the mean and the deviation, which are then taken out
    random_stream stream(3, 0, i), choices(3, 0, i);
    const auto result = get_preprocessing("cifarnet", true)(source, 32, 32, stream);
    const rectangle window = random_window(40, 40, 32, 32, choices);
    auto geometry = crop_or_pad(source, {window.y - 4, window.x - 4, 32, 32});
    random_flip_left_right(geometry, choices);
    random_brightness(geometry, 63, choices);
    random_contrast(geometry, 0.2f, 1.8f, choices);
    per_image_standardization(geometry);
    CHECK(result == geometry);
    double sum = 0, squares = 0;
    for (float value : result.pixels) sum += value, squares += static_cast<double>(value) * value;
    CHECK(std::fabs(sum / 3072) < 1e-5);
    CHECK(squares / 3072 == doctest::Approx(1).epsilon(1e-4));
  }
  CHECK(complaint([&] { cifarnet_preprocessing::preprocess_for_train(source, 41, 32, random); }) ==
        "preprocessing: random crop: expected at most 40 x 40 pixels of an image of this size, found 41 x 32 at row 0, column 0; "
        "ask for a smaller one");
}

TEST_CASE("lenet") {
  random_stream random(1);
  const slim::data::byte_image source{2, 2, 1, {0, 128, 255, 64}};
  for (bool is_training : {false, true}) {
    CHECK(get_preprocessing("lenet", is_training)(source, 2, 2, random).pixels == std::vector<float>{-1, 0, 127.0f / 128, -0.5f});
    CHECK(get_preprocessing("lenet", is_training)(source, 3, 1, random).pixels == std::vector<float>{-1, 127.0f / 128, -1});  // padded with black
  }
}

TEST_CASE("the factory knows the names of TF-Slim") {
  random_stream random(1);
  const auto source = pattern(32, 32, 3);
  const auto make = [&](const char* name) { return get_preprocessing(name)(source, 28, 28, random); };
  CHECK(make("inception_resnet_v2") == make("inception"));
  CHECK(make("mobilenet_v1") == make("inception"));
  CHECK(make("pnasnet_large") == make("inception"));
  CHECK(make("resnet_v2_200") == make("vgg"));
  CHECK(make("vgg_19") == make("vgg"));
  CHECK(get_preprocessing("inception_v3", true, true)(source, 28, 28, random).channels == 1);
  for (const char* name :
       {"alexnet_v2", "overfeat", "nasnet_cifar", "mobilenet_v1_075", "mobilenet_v1_050", "mobilenet_v1_025", "i3d", "s3dg", "", " ", "vgg_16 vgg_19"})
    CHECK_THROWS_AS(get_preprocessing(name), slim::error);
  CHECK(complaint([] { get_preprocessing("alexnet_v2"); }).find("found alexnet_v2; choose that of a network with the same input") != std::string::npos);
}
