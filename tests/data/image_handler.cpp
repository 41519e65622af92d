#include "slim/data/image_handler.hpp"

#include <doctest/doctest.h>

#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using namespace slim::data;
using handler = slim::data::tfexample_decoder::image;
using slim::data::tfexample_decoder::item_handler;

namespace {

item decoded(const bytes_list& encoded, const std::string& format, const item_handler& made_by) {
  const std::string record = serialize(features{{"image/encoded", encoded}, {"image/format", bytes_list{format}}});
  return made_by.tensors_to_item(
      parse_single_example(record, {{"image/encoded", var_len_feature{dtype::string}}, {"image/format", fixed_len_feature{{}, dtype::string}}}));
}

}  // namespace

TEST_CASE("encoded images are recognised whatever the format says") {
  const auto colour = decode_jpeg(jpeg_colour);
  for (const char* format : {"jpg", "png", ""}) CHECK(decoded({jpeg_colour}, format, handler{}) == item{{8, 16, 3}, colour.pixels});
  CHECK(decoded({png_interlaced}, "png", handler{.channels = 1}) == item{{3, 3, 1}, std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}});
  CHECK(decoded({png_interlaced}, "png", handler{}).shape == item_shape{3, 3, 3});
  CHECK(decoded({png_interlaced}, "png", handler{.shape = item_shape{9}, .channels = 1, .type = dtype::float32}) ==
        item{{9}, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9}});
  CHECK(has(complaint_of([] { decoded({"?"}, "png", handler{}); }), "expected a JPEG, a PNG, a GIF or a BMP"));
  CHECK(has(complaint_of([] { decoded({png_interlaced}, "png", handler{.shape = item_shape{28, 28, 1}}); }), "expected a shape of 27 values"));
}

TEST_CASE("raw images are values of the given type in the given shape") {
  for (const char* format : {"raw", "RAW"}) {
    CHECK(decoded({"\1\2\3\4"}, format, handler{.shape = item_shape{2, 2, 1}}) == item{{2, 2, 1}, std::vector<std::uint8_t>{1, 2, 3, 4}});
  }
  CHECK(decoded({std::string("\1\0\0\1", 4)}, "raw", handler{.shape = item_shape{1, 2, 1}, .type = dtype::uint16}) ==
        item{{1, 2, 1}, std::vector<std::uint16_t>{1, 256}});
  CHECK(has(complaint_of([] { decoded({"1234"}, "Raw", handler{.shape = item_shape{2, 2, 1}}); }), "expected a JPEG, a PNG, a GIF or a BMP"));
  CHECK(has(complaint_of([] { decoded({"1234"}, "raw", handler{}); }), "expected a shape for a raw image, found none"));
  const handler shorts{.shape = item_shape{1}, .type = dtype::uint16};
  CHECK(has(complaint_of([&] { decoded({"123"}, "raw", shorts); }), "expected a multiple of 2 bytes, found 3"));
  CHECK(has(complaint_of([] { item_handler(handler{.type = dtype::string}); }), "expected a type of numbers"));
}

TEST_CASE("repeated images are stacked") {
  const item two = decoded({png_interlaced, png_interlaced}, "png", handler{.channels = 1, .repeated = true});
  CHECK(two.shape == item_shape{2, 3, 3, 1});
  CHECK(two.as<std::uint8_t>()[17] == 9);
  CHECK(decoded({}, "png", handler{.repeated = true}).shape == item_shape{0});
  CHECK(has(complaint_of([] { decoded({png_interlaced, png_rgba}, "png", handler{.repeated = true}); }), "expected images of one shape"));
  CHECK(has(complaint_of([] { decoded({png_rgba, png_rgba}, "png", handler{}); }), "expected one encoded image, found 2"));
}
