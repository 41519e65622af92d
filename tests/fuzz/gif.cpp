#include "slim/data/gif.hpp"

#include "tests/data/hexadecimal.hpp"
#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() {
  return {from_hexadecimal("47494638396103000200810000ff000000ff000000fffac8642c000000000300020000020444340305003b"),
          from_hexadecimal("4749463839610200090000000021fe036162630021f90400000000002c0000000002000900c1ff000000ff000000fffac8640207c40222686aa80a003b")};
}

void consume(std::string_view bytes) {
  constexpr std::size_t largest = 1 << 20;
  constexpr int channels[] = {0, 1, 3};
  const int wanted = channels[bytes.empty() ? 0 : static_cast<unsigned char>(bytes.back()) % 3];
  const auto picture = slim::data::decode_gif(bytes, wanted, largest);
  expect(picture.channels == (wanted == 1 ? 1 : 3));
  expect(picture.pixels.size() == slim::data::image_size(picture.height, picture.width, picture.channels) && picture.pixels.size() <= largest);
}
