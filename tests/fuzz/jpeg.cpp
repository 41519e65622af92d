#include "slim/data/jpeg.hpp"

#include "tests/data/encoded_images.hpp"
#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() { return {jpeg_colour, jpeg_grey, jpeg_cmyk}; }

void consume(std::string_view bytes) {
  constexpr std::size_t largest = 1 << 20;
  const auto picture = slim::data::decode_jpeg(bytes, 3, slim::data::dct_method::integer_accurate, largest);
  expect(picture.pixels.size() == slim::data::image_size(picture.height, picture.width, 3) && picture.pixels.size() <= largest);
}
