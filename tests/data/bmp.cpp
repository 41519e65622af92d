#include "slim/data/bmp.hpp"

#include <doctest/doctest.h>

#include "slim/data/decode_image.hpp"
#include "tests/data/files.hpp"
#include "tests/data/made_bmp.hpp"

using namespace slim::data;
using bytes = std::vector<std::uint8_t>;

namespace {

// Blue, green, red in each pixel; two bytes fill up the rows.
const std::string bottom_up = bmp_bytes(2, 2, 24, "abcdef..ghijkl.."), top_down = bmp_bytes(2, -2, 24, "abcdef..ghijkl..");

}  // namespace

TEST_CASE("24 bits: red first, the top row first, whatever the order in the file") {
  CHECK(decode_bmp(top_down) == byte_image{2, 2, 3, bytes{'c', 'b', 'a', 'f', 'e', 'd', 'i', 'h', 'g', 'l', 'k', 'j'}});
  CHECK(decode_bmp(bottom_up) == byte_image{2, 2, 3, bytes{'i', 'h', 'g', 'l', 'k', 'j', 'c', 'b', 'a', 'f', 'e', 'd'}});
  CHECK(decode_image(top_down, 3) == decode_bmp(top_down));
}

TEST_CASE("32 bits have four channels, of which three may be asked for") {
  const std::string file = bmp_bytes(1, 2, 32, "abcdefgh");
  CHECK(decode_bmp(file) == byte_image{2, 1, 4, bytes{'g', 'f', 'e', 'h', 'c', 'b', 'a', 'd'}});
  CHECK(decode_bmp(file, 3) == byte_image{2, 1, 3, bytes{'g', 'f', 'e', 'c', 'b', 'a'}});

  std::string with_masks = bmp_bytes(1, 2, 32, "abcdefgh", std::string("\0\0\xFF\0\0\xFF\0\0\xFF\0\0\0", 12));  // as many programs write alpha
  with_masks[30] = 3;
  CHECK(decode_bmp(with_masks) == decode_bmp(file));
  with_masks[54] = 1;
  CHECK(has(complaint_of([&] { decode_bmp(with_masks); }), "found 32 with compression 3"));
}

TEST_CASE("8 bits are places in a palette; grey is weighted") {
  const std::string palette("\0\0\0\0\xFF\0\0\0\0\xFF\0\0\0\0\xFF\0", 16), file = bmp_bytes(4, 1, 8, std::string("\0\1\2\3", 4), palette);
  CHECK(decode_bmp(file) == byte_image{1, 4, 3, bytes{0, 0, 0, 0, 0, 255, 0, 255, 0, 255, 0, 0}});
  CHECK(decode_bmp(file, 1) == byte_image{1, 4, 1, bytes{0, 29, 150, 76}});
  CHECK(complaint_of([&] { decode_bmp(bmp_bytes(1, 1, 8, "\4   ", palette)); }) ==
        "decode BMP: offset 70: expected an entry of the palette, found 4; the file is damaged");
}

TEST_CASE("what is no such image is refused") {
  const auto complaint = [](const std::string& file, int channels = 0, std::size_t largest = largest_image) {
    return complaint_of([&] { decode_bmp(file, channels, largest); });
  };
  for (std::size_t size = 0; size < top_down.size() - 2; ++size) CHECK(has(complaint(top_down.substr(0, size)), "decode BMP: offset "));
  CHECK(has(complaint(bmp_bytes(0, 2, 24, "")), "offset 18: expected a positive width and a height, found 0 x 2"));
  CHECK(has(complaint(bmp_bytes(1, 1, 16, "abcd")), "offset 28: expected 8, 24 or 32 bits per pixel without compression, found 16 with compression 0"));
  CHECK(has(complaint(top_down, 0, 11), "expected at most 11 bytes, found 2 x 2 pixels"));
  CHECK(has(complaint(bmp_bytes(2147483647, -2147483647 - 1, 24, "abcd")), "expected at most"));
  CHECK(has(complaint(top_down, 2), "channels: expected 0, 1 or 3, found 2"));
}
