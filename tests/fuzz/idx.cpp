#include "slim/data/idx.hpp"

#include "tests/fuzz/fuzz.hpp"

std::vector<std::string> seeds() { return {std::string("\0\0\10\3\0\0\0\1\0\0\0\1\0\0\0\2\5\6", 18), std::string("\0\0\10\1\0\0\0\2\5\6", 10)}; }

void consume(std::string_view bytes) {
  for (const int rank : {1, 3}) {
    try {
      slim::data::byte_source source(slim::data::in_memory{bytes});
      const auto file = slim::data::detail::read_idx(source, rank);
      expect(file.values.size() == slim::data::image_size(file.extents[0], file.extents[1], file.extents[2]));
    } catch (const slim::error&) {}
  }
}
