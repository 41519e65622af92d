#include "slim/data/preprocessing/resize.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/preprocessing/images.hpp"

using namespace slim::data::preprocessing;
using preprocessing_test::check_close;
using preprocessing_test::pattern;

namespace {

constexpr resize_method methods[] = {resize_method::bilinear, resize_method::nearest_neighbor, resize_method::bicubic, resize_method::area};

slim::data::byte_image grey(int height, int width, std::vector<std::uint8_t> values) { return {height, width, 1, std::move(values)}; }

}  // namespace

TEST_CASE("the values that TensorFlow's own tests expect") {
  const auto small = grey(3, 2, {64, 32, 32, 64, 50, 100});
  check_close(resize(small, 6, 4).pixels, {64, 48, 32, 32, 48, 48, 48, 48, 32, 48, 64, 64, 41, 61.5, 82, 82, 50, 75, 100, 100, 50, 75, 100, 100});
  const std::vector<double> doubled = {64, 64, 32, 32, 64, 64, 32, 32, 32, 32, 64, 64, 32, 32, 64, 64, 50, 50, 100, 100, 50, 50, 100, 100};
  check_close(resize(small, 6, 4, resize_method::nearest_neighbor).pixels, doubled);
  check_close(resize(small, 6, 4, resize_method::area).pixels, doubled);

  const auto blocks = grey(6, 4, {127, 127, 64, 64, 127, 127, 64, 64, 64, 64, 127, 127, 64, 64, 127, 127, 50, 50, 100, 100, 50, 50, 100, 100});
  for (resize_method method : methods) check_close(resize(blocks, 3, 2, method).pixels, {127, 64, 64, 127, 50, 100});

  const auto cubic = grey(6, 6, {128, 128, 64, 64, 128, 128, 64, 64, 64,  64,  128, 128, 64,  64,  128, 128, 50,  50,
                                 100, 100, 50, 50, 100, 100, 50, 50, 100, 100, 50,  50,  100, 100, 50,  50,  100, 100});
  check_close(resize(cubic, 8, 8, resize_method::bicubic).pixels,  // there rounded to integers
              {128, 135, 96, 55, 64, 114, 134, 128, 78, 81, 68, 52, 57, 118, 144, 136, 55, 49, 79, 109, 103, 89, 83, 84, 74,  70,  95, 122, 115, 69, 49,  55,
               100, 105, 75, 43, 50, 89,  105, 100, 57, 54, 74, 96, 91, 65,  55,  58,  70, 69, 75, 81,  80,  72, 69, 70, 105, 112, 75, 36,  45,  92, 111, 105},
              1);
}

TEST_CASE("factors that are no integers") {  // the definitions in Python, in double precision
  const auto source = pattern(5, 7, 1);
  check_close(resize(source, 3, 4).pixels, {0, 28, 98, 147.25, 143.6667, 101.9167, 102.1667, 81.6667, 108.6667, 80.8333, 136.8333, 109.3333});
  check_close(resize(source, 3, 4, resize_method::area).pixels,
              {66.2857, 84.5714, 128.5143, 112.0571, 147.8286, 90.6857, 95.0571, 103.5714, 133.1143, 86.6, 158.9714, 149.4286});
}

TEST_CASE("a window is that part of the whole, and the same size changes nothing") {
  const auto source = pattern(9, 11, 3);
  for (resize_method method : methods) {
    for (int scale : {1, 2}) {
      const int height = scale == 1 ? 6 : 31, width = scale == 1 ? 7 : 17;
      const auto whole = resize(source, height, width, method);
      const auto part = resize(source, height, width, {2, 3, 4, 2}, method);
      for (int y = 0; y < 4; ++y)
        for (int i = 0; i < 6; ++i)
          CHECK(part.pixels[static_cast<std::size_t>(y * 6 + i)] == whole.pixels[static_cast<std::size_t>(((y + 2) * width + 3) * 3 + i)]);
    }
    const auto same = resize(source, 9, 11, method);
    CHECK(same.pixels == std::vector<float>(source.pixels.begin(), source.pixels.end()));
  }
}

TEST_CASE("one pixel fills any size") {
  for (resize_method method : methods) check_close(resize(grey(1, 1, {200}), 3, 5, method).pixels, std::vector<double>(15, 200), 1e-3);
}

TEST_CASE("constant images stay constant at all ratios") {
  for (resize_method method : methods) {
    for (int from = 1; from < 40; from += 3) {
      for (int to = 1; to < 40; to += 2) {
        const auto result = resize(grey(from, to, std::vector<std::uint8_t>(static_cast<std::size_t>(from * to), 100)), to, from, method);
        check_close(result.pixels, std::vector<double>(static_cast<std::size_t>(from * to), 100), 1e-3);
      }
    }
  }
}

TEST_CASE("impossible sizes are refused") {
  const auto source = pattern(4, 4, 1);
  CHECK(preprocessing_test::complaint([&] { resize(source, 0, 4); }) ==
        "preprocessing: size after resizing: expected 1 x 1 to 2^28 x 2^28 pixels, found 0 x 4; check the image and the sizes asked for");
  CHECK(preprocessing_test::complaint([&] { resize(source, 8, 8, {6, 0, 3, 8}); }) ==
        "preprocessing: window of the resized image: expected at most 8 x 8 pixels of an image of this size, found 3 x 8 at row 6, column 0; "
        "ask for a smaller one");
  slim::data::byte_image broken = source;
  broken.pixels.pop_back();
  CHECK(preprocessing_test::complaint([&] { resize(broken, 2, 2); }) ==
        "preprocessing: image to resize: expected 1 to 4 channels and as many values as 4 x 4 pixels have, found 1 channels and 15 values; "
        "check the image");
  CHECK_THROWS_AS(resize(slim::data::byte_image{}, 2, 2), slim::error);
}
