#include "slim/data/png.hpp"

#include "tests/data/encoded_images.hpp"
#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() { return {png_grey_1_bit, png_grey_16_bit, png_palette, png_interlaced, png_rgba, png_grey_transparent, png_huge}; }

void consume(std::string_view bytes) {
  constexpr std::size_t largest = 1 << 20;
  const int channels = bytes.empty() ? 0 : static_cast<unsigned char>(bytes.back()) % 5;
  const auto picture = slim::data::decode_png(bytes, channels, largest);
  expect(channels == 0 || picture.channels == channels);
  expect(picture.pixels.size() == slim::data::image_size(picture.height, picture.width, picture.channels) && picture.pixels.size() <= largest);
}
