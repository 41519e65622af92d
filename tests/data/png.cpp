#include "slim/data/png.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <zlib.h>

#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using slim::data::byte_image;
using slim::data::decode_png;
using slim::data::encode_png;

namespace {

std::string big_endian(unsigned long n) { return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8), static_cast<char>(n)}; }
std::string chunk(const std::string& type, const std::string& content) {
  const std::string body = type + content;
  return big_endian(content.size()) + body + big_endian(crc32(0, reinterpret_cast<const unsigned char*>(body.data()), static_cast<unsigned>(body.size())));
}
constexpr std::size_t behind_header = 33;

}  // namespace

TEST_CASE("every kind of PNG becomes 8 bits") {
  CHECK(decode_png(png_grey_1_bit) == byte_image{2, 3, 1, {255, 0, 255, 0, 255, 0}});
  CHECK(decode_png(png_grey_16_bit) == byte_image{1, 2, 1, {0x12, 0xfe}});
  CHECK(decode_png(png_palette) == byte_image{2, 2, 4, {255, 0, 0, 10, 0, 0, 255, 255, 0, 0, 255, 255, 255, 0, 0, 10}});
  CHECK(decode_png(png_interlaced) == byte_image{3, 3, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9}});
  CHECK(decode_png(png_rgba) == byte_image{2, 1, 4, {10, 20, 30, 40, 50, 60, 70, 80}});
  CHECK(decode_png(png_grey_transparent) == byte_image{1, 2, 1, {7, 8}});
}

TEST_CASE("channels are added and dropped") {
  CHECK(decode_png(png_rgba, 3) == byte_image{2, 1, 3, {10, 20, 30, 50, 60, 70}});
  CHECK(decode_png(png_rgba, 1) == byte_image{2, 1, 1, {18, 58}});  // 0.299 r + 0.587 g + 0.114 b = 18.15, 58.15
  CHECK(decode_png(png_rgba, 2) == byte_image{2, 1, 2, {18, 40, 58, 80}});
  CHECK(decode_png(png_interlaced, 3).pixels[26] == 9);
  CHECK(decode_png(png_grey_16_bit, 4) == byte_image{1, 2, 4, {0x12, 0x12, 0x12, 255, 0xfe, 0xfe, 0xfe, 255}});
  CHECK(decode_png(png_grey_transparent, 2) == byte_image{1, 2, 2, {7, 0, 8, 255}});
  CHECK(decode_png(png_palette, 3) == byte_image{2, 2, 3, {255, 0, 0, 0, 0, 255, 0, 0, 255, 255, 0, 0}});
}

TEST_CASE("what a file says about colours on a screen changes no number") {
  const std::string plain = encode_png(byte_image{1, 2, 3, {255, 0, 0, 12, 200, 90}});
  std::string chromaticities;
  for (const unsigned long n : {31270ul, 32900ul, 64000ul, 33000ul, 30000ul, 60000ul, 15000ul, 6000ul}) chromaticities += big_endian(n);
  for (const std::string& extra : {chunk("gAMA", big_endian(45455)), chunk("gAMA", big_endian(100000)), chunk("sRGB", std::string(1, '\0')),
                                   chunk("cHRM", chromaticities), chunk("gAMA", big_endian(45455)) + chunk("cHRM", chromaticities)}) {
    std::string told = plain;
    told.insert(behind_header, extra);
    for (int channels = 1; channels <= 4; ++channels) CHECK(decode_png(told, channels) == decode_png(plain, channels));
  }
  CHECK(decode_png(plain, 1).pixels[0] == 76);  // 0.299 * 255
}

TEST_CASE("texts and other chunks take no memory on their word") {
  const auto most = [] {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss;
  };
  const std::string plain = encode_png(byte_image{1, 1, 1, {7}});
  for (const char* type : {"tEXt", "zTXt", "iTXt", "sPLT", "pCAL", "sCAL", "eXIf", "iCCP", "hIST", "abCd"}) {
    CAPTURE(type);
    std::string claiming = plain;
    claiming.insert(behind_header, big_endian(0x7ffffff0) + type + "word");
    const long before = most();
    CHECK(has(complaint_of([&] { decode_png(claiming); }), "truncated"));
    CHECK(most() - before < 100'000);  // KB
    claiming = plain;
    claiming.insert(behind_header, chunk(type, "word"));
    CHECK(decode_png(claiming).pixels[0] == 7);
  }
}

TEST_CASE("a flipped bit in what says which pixels are transparent is refused") {
  std::string damaged = png_palette;
  damaged[damaged.find("tRNS") + 4] ^= 1;
  CHECK(has(complaint_of([&] { decode_png(damaged); }), "tRNS: CRC error"));
}

TEST_CASE("what is encoded is decoded") {
  for (int channels = 1; channels <= 4; ++channels) {
    byte_image picture{5, 7, channels, {}};
    for (int i = 0; i < 35 * channels; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i * 37));
    const std::string bytes = encode_png(picture);
    CHECK(slim::data::is_png(bytes));
    CHECK(decode_png(bytes) == picture);
  }
}

TEST_CASE("other bytes, damage and images that are too large are refused") {
  CHECK(has(complaint_of([] { decode_png("no image"); }), "decode PNG: offset 8: expected a whole PNG of at most 268435456 bytes, found Not a PNG file"));
  for (std::size_t size = 0; size < png_palette.size(); ++size) CHECK(has(complaint_of([&] { decode_png(png_palette.substr(0, size)); }), "truncated"));
  std::string damaged = png_palette;
  damaged[damaged.size() - 20] ^= 1;  // in the compressed pixels
  CHECK(has(complaint_of([&] { decode_png(damaged); }), "expected a whole PNG"));
  CHECK(has(complaint_of([] { decode_png(png_huge); }), "found a larger image"));
  CHECK(has(complaint_of([] { decode_png(png_interlaced, 0, 8); }), "expected a whole PNG of at most 8 bytes, found a larger image"));
  CHECK(decode_png(png_interlaced, 0, 9).pixels.size() == 9);
  CHECK(has(complaint_of([] { decode_png(png_rgba, 5); }), "expected 0 .. 4 channels to be asked for, found 5"));
  CHECK(has(complaint_of([] { encode_png(byte_image{2, 2, 1, {1, 2, 3}}); }), "found 2 x 2 x 1 and 3 values"));
  CHECK(has(complaint_of([] { encode_png(byte_image{}); }), "found 0 x 0 x 0 and 0 values"));
  CHECK(has(complaint_of([] { encode_png(byte_image{1, 1, 5, {1, 2, 3, 4, 5}}); }), "found 1 x 1 x 5"));
}
