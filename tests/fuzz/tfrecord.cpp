#include "slim/data/tfrecord.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace slim::data;

std::vector<std::string> seeds() {
  std::string plain;
  append_tfrecord(plain, "");
  append_tfrecord(plain, "some content");
  const std::string gzip = "\x1f\x8b\x08", zlib = "\x78\x9c";
  return {plain, gzip, zlib, std::string("\4\0\0\0\0\0\0\0slim????", 16)};
}

static void read(const std::string& file) {
  tfrecord_reader reader(in_memory{file});
  std::size_t total = 0;
  while (const auto record = reader.next()) total += record->size() + 1;
  expect(total <= 1 << 24);  // what 4 kB can expand to
}

void consume(std::string_view bytes) {
  try {
    read(std::string(bytes));
  } catch (const slim::error&) {}
  if (bytes.size() < 8) return;
  // Chance does not hit checksums, so one is added: the first 8 bytes become a length that is believed.
  std::string file(bytes.substr(0, 8));
  detail::append_little_endian<4>(file, masked_crc32c(file));
  read(file.append(bytes.substr(8)));
}
