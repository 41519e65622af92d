#include "slim/data/decode_image.hpp"

#include <doctest/doctest.h>

#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using slim::data::decode_image;

TEST_CASE("the first bytes tell the format") {
  CHECK(decode_image(jpeg_grey) == slim::data::decode_jpeg(jpeg_grey));
  CHECK(decode_image(png_palette, 3) == slim::data::decode_png(png_palette, 3));
  CHECK(has(complaint_of([] { decode_image("GIF89a"); }), "decode image: expected a JPEG, a PNG or a BMP, found none of them"));
  CHECK(has(complaint_of([] { decode_image(""); }), "found none of them"));
}
