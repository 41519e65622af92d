#include "slim/data/decode_image.hpp"

#include <doctest/doctest.h>

#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using slim::data::decode_image;

TEST_CASE("the first bytes tell the format") {
  CHECK(decode_image(jpeg_grey) == slim::data::decode_jpeg(jpeg_grey));
  CHECK(decode_image(png_palette, 3) == slim::data::decode_png(png_palette, 3));
  CHECK(has(complaint_of([] { decode_image("GIF88a"); }), "decode image: expected a JPEG, a PNG, a GIF or a BMP, found none of them"));
  CHECK(has(complaint_of([] { decode_image(""); }), "found none of them"));
}

TEST_CASE("GIF: the first picture, as TensorFlow decodes it") {
  using bytes = std::vector<std::uint8_t>;
  const std::string plain = from_hexadecimal("47494638396103000200810000ff000000ff000000fffac8642c000000000300020000020444340305003b");
  CHECK(decode_image(plain) == slim::data::byte_image{2, 3, 3, bytes{255, 0, 0, 0, 255, 0, 0, 0, 255, 250, 200, 100, 250, 200, 100, 255, 0, 0}});
  CHECK(decode_image(plain, 1) == slim::data::byte_image{2, 3, 1, bytes{76, 150, 29, 204, 204, 76}});
  // With a comment, its own colours, and interlaced.
  const slim::data::byte_image tall = decode_image(
      from_hexadecimal("4749463839610200090000000021fe036162630021f90400000000002c0000000002000900c1ff000000ff000000fffac8640207c40222686aa80a003b"), 3);
  bytes expected;
  for (const int entry : {0, 3, 2, 2, 1, 0, 0, 3, 2, 2, 1, 0, 0, 3, 2, 2, 1, 0})
    for (int c = 0; c < 3; ++c) expected.push_back(bytes{255, 0, 0, 0, 255, 0, 0, 0, 255, 250, 200, 100}[static_cast<std::size_t>(3 * entry + c)]);
  CHECK(tall == slim::data::byte_image{9, 2, 3, expected});
  // Codes that stand for themselves and one pixel more, and that become longer.
  const slim::data::byte_image run = decode_image(from_hexadecimal(
      "4749463839615a006400810000ff000000ff000000fffac8642c000000005a006400000270948fa9cbed0fa39cb4da8bb3debcfb0f86e24896e689a6eacab6ee0bc7f24cd7f68de7facef7"
      "fe0f0c0a87c4a2f1884c2a97cca6f3098d4aa7d4aaf58acd6ab7dcaef70b0e8bc7e4b2f98c4eabd7ecb6fb0d8fcbe7f4bafd8ecfebf7fcbeff0f1828384858687888983815c0d8e8580000"
      "3b"));
  REQUIRE((run.height == 100 && run.width == 90));
  for (std::size_t i = 0; i < 9000; ++i) CHECK(run.pixels[3 * i + (i < 8990 ? 2 : 1)] == 255);

  for (std::size_t length = 6; length + 3 < plain.size(); ++length) CHECK_THROWS_AS(decode_image(plain.substr(0, length)), slim::error);
  std::string damaged = plain;
  damaged[plain.size() - 6] = '\xff';  // codes that nobody made
  CHECK(has(complaint_of([&] { decode_image(damaged); }), "decode GIF: offset "));
  CHECK(has(complaint_of([&] { decode_image(plain, 2); }), "decode GIF: channels: expected 0, 1 or 3, found 2; choose one of these"));
  CHECK(has(complaint_of([&] { slim::data::decode_gif(plain, 0, 10); }), "expected a picture of at most 10 bytes, found 3 x 2 pixels"));
}
