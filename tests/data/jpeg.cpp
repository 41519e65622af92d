#include "slim/data/jpeg.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using slim::data::byte_image;
using slim::data::dct_method;
using slim::data::decode_jpeg;

namespace {

std::vector<int> pixel(const byte_image& picture, int x, int y) {
  const auto* first = &picture.pixels[static_cast<std::size_t>((y * picture.width + x) * picture.channels)];
  return {first, first + picture.channels};
}

}  // namespace

TEST_CASE("colour, to the same values as the Python Imaging Library") {
  const byte_image picture = decode_jpeg(jpeg_colour);
  CHECK(picture.height == 8);
  CHECK(picture.width == 16);
  CHECK(picture.channels == 3);
  REQUIRE(picture.pixels.size() == 8 * 16 * 3);
  CHECK(pixel(picture, 0, 0) == std::vector<int>{0, 1, 251});
  CHECK(pixel(picture, 7, 3) == std::vector<int>{109, 97, 143});
  CHECK(pixel(picture, 15, 7) == std::vector<int>{240, 223, 19});
  CHECK(decode_jpeg(jpeg_colour, 3) == picture);
}

TEST_CASE("grey, and from one to the other") {
  const byte_image grey = decode_jpeg(jpeg_grey);
  CHECK(grey == byte_image{3, 5, 1, {0, 17, 34, 51, 68, 85, 102, 119, 136, 153, 171, 187, 205, 221, 239}});
  const byte_image coloured = decode_jpeg(jpeg_grey, 3);
  CHECK(coloured.channels == 3);
  CHECK(pixel(coloured, 4, 2) == std::vector<int>{239, 239, 239});
  const byte_image greyed = decode_jpeg(jpeg_colour, 1);
  REQUIRE(greyed.pixels.size() == 8 * 16);
  CHECK(std::abs(pixel(greyed, 7, 3)[0] - (0.299 * 112 + 0.587 * 96 + 0.114 * 143)) < 3);  // the luminance of JFIF
}

TEST_CASE("four inks become red, green and blue") {
  const byte_image picture = decode_jpeg(jpeg_cmyk);
  REQUIRE(picture.pixels.size() == 8 * 8 * 3);
  CHECK(pixel(picture, 3, 3) == std::vector<int>{255, 127, 0});
  CHECK(has(complaint_of([] { decode_jpeg(jpeg_cmyk, 1); }), "found one of four inks (CMYK)"));
}

TEST_CASE("the fast transform is about the same") {
  const byte_image exact = decode_jpeg(jpeg_colour), fast = decode_jpeg(jpeg_colour, 0, dct_method::integer_fast);
  int largest = 0;
  for (std::size_t i = 0; i < exact.pixels.size(); ++i) largest = std::max(largest, std::abs(exact.pixels[i] - fast.pixels[i]));
  CHECK(largest <= 6);
}

TEST_CASE("other bytes, truncated ones and images that are too large are refused") {
  CHECK(has(complaint_of([] { decode_jpeg("no image"); }), "decode JPEG: expected a whole JPEG of at most 268435456 bytes, found Not a JPEG file"));
  CHECK(has(complaint_of([] { decode_jpeg(""); }), "decode JPEG: expected a whole JPEG"));
  for (std::size_t size = 0; size + 3 < jpeg_colour.size(); ++size) {
    CAPTURE(size);
    CHECK(has(complaint_of([&] { decode_jpeg(jpeg_colour.substr(0, size)); }), "decode JPEG: expected"));
  }
  CHECK(complaint_of([] { decode_jpeg(jpeg_colour, 0, dct_method::integer_accurate, 383); }) ==
        "decode JPEG: expected a whole JPEG of at most 383 bytes, found 8 x 16 pixels; check the file");
  CHECK(complaint_of([] { decode_jpeg(jpeg_colour, 0, dct_method::integer_accurate, 384); }) == "none");
  CHECK(has(complaint_of([] { decode_jpeg(jpeg_colour, 2); }), "expected 0, 1 or 3 channels to be asked for, found 2"));
}

TEST_CASE("a progressive image that lacks a scan which later ones refine is refused") {
  CHECK(decode_jpeg(jpeg_progressive).pixels.size() == 64);
  std::vector<std::string> lacking;
  for (std::size_t scan = jpeg_progressive.find("\xff\xda"); scan != std::string::npos; scan = jpeg_progressive.find("\xff\xda", scan + 1)) {
    const std::size_t end = std::min(jpeg_progressive.find("\xff\xc4", scan), jpeg_progressive.find("\xff\xda", scan + 1));
    lacking.push_back(std::string(jpeg_progressive).erase(scan, std::min(end, jpeg_progressive.size() - 2) - scan));
  }
  REQUIRE(lacking.size() == 6);
  for (std::size_t first_of_its_band : {0, 1, 2})
    CHECK(has(complaint_of([&] { decode_jpeg(lacking[first_of_its_band]); }), "found Inconsistent progression sequence for component 0"));
}

TEST_CASE("superfluous bytes between segments pass") {
  std::string padded = jpeg_grey;
  const std::size_t end = padded.rfind("\xff\xd9");
  padded.insert(end, "\x12\x34");
  CHECK(decode_jpeg(padded) == decode_jpeg(jpeg_grey));
}
