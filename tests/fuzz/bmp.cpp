#include "slim/data/bmp.hpp"

#include "tests/data/made_bmp.hpp"
#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() {
  std::string palette;
  for (int i = 0; i < 4; ++i) palette += std::string(3, static_cast<char>(60 * i)) + '\0';
  return {bmp_bytes(2, 2, 24, "abcdef..ghijkl.."), bmp_bytes(1, -2, 32, "abcdefgh"), bmp_bytes(3, 1, 8, std::string("\0\1\3\0", 4), palette)};
}

void consume(std::string_view bytes) {
  constexpr std::size_t largest = 1 << 20;
  constexpr int channels[] = {0, 1, 3};
  const int wanted = channels[bytes.empty() ? 0 : static_cast<unsigned char>(bytes.back()) % 3];
  const auto picture = slim::data::decode_bmp(bytes, wanted, largest);
  expect(wanted == 0 || picture.channels == wanted);
  expect(picture.pixels.size() == slim::data::image_size(picture.height, picture.width, picture.channels) && picture.pixels.size() <= largest);
}
