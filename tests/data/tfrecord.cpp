#include "slim/data/tfrecord.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/data/files.hpp"

using slim::data::compression;
using slim::data::in_memory;
using slim::data::tfrecord_reader;
using slim::data::tfrecord_writer;

namespace {

// An empty record and the record "slim", with checksums computed bit by bit in Python.
const unsigned char two_records[] = {
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x29, 0x03, 0x98, 0x07, 0xd8, 0xea, 0x82, 0xa2, 0x04, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x42, 0x45, 0x52, 0x04, 's',  'l',  'i',  'm',  0x68, 0xca, 0x0e, 0x94,
};
const std::string two(reinterpret_cast<const char*>(two_records), sizeof two_records);

std::vector<std::string> records(tfrecord_reader&& reader) {
  std::vector<std::string> all;
  while (const auto record = reader.next()) all.emplace_back(*record);
  return all;
}

std::string complaint(const std::string& content) {
  return complaint_of([&] { records(tfrecord_reader(in_memory{content, "bad"})); });
}

// Records of many sizes, some longer than every buffer on the way.
std::vector<std::string> varied() {
  std::vector<std::string> all;
  for (std::size_t size : {0, 1, 11, 12, 13, 1000, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1, 5'000'000, 3}) {
    std::string record(size, '\0');
    for (std::size_t i = 0; i < size; ++i) record[i] = static_cast<char>(i * i >> 3);
    all.push_back(record);
  }
  return all;
}

}  // namespace

TEST_CASE("a record is length, checksum, content, checksum") {
  CHECK(records(tfrecord_reader(in_memory{two})) == std::vector<std::string>{"", "slim"});
  std::string written;
  slim::data::append_tfrecord(written, "");
  slim::data::append_tfrecord(written, "slim");
  CHECK(written == two);
}

TEST_CASE("what is written is read, plain or compressed, from a file or from memory") {
  scratch_directory scratch;
  const auto all = varied();
  for (const auto format : {compression::none, compression::gzip, compression::zlib}) {
    const std::string path = scratch.path("records");
    tfrecord_writer writer(path, format);
    for (const std::string& record : all) writer.write(record);
    writer.close();
    CHECK(records(tfrecord_reader(path)) == all);
    CHECK(records(tfrecord_reader(in_memory{content_of(path)})) == all);
  }
  CHECK(records(tfrecord_reader(scratch.write("empty", ""))).empty());
}

TEST_CASE("a reader knows where each record begins") {
  tfrecord_reader reader(in_memory{two, "name"});
  CHECK(reader.path() == "name");
  reader.next();
  CHECK(reader.offset() == 0);
  reader.next();
  CHECK(reader.offset() == 16);
}

TEST_CASE("a plain file is not taken for a compressed one whatever its first length is") {
  const std::string record(0x8b1f, 'x');  // its length is stored as 1f 8b, the magic number of gzip
  std::string file;
  slim::data::append_tfrecord(file, record);
  CHECK(file.substr(0, 2) == "\x1f\x8b");
  CHECK(records(tfrecord_reader(in_memory{file})) == std::vector<std::string>{record});
}

TEST_CASE("a file appears under its name when it is complete, and an older one stays until then") {
  scratch_directory scratch;
  const std::string path = scratch.write("records", two);
  try {
    tfrecord_writer writer(path);
    writer.write("interrupted");
    throw slim::error("power cut");
  } catch (const slim::error&) {}
  CHECK(content_of(path) == two);
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.directory), {}) == 1);
  {
    tfrecord_writer writer(path);
    writer.write("new");
    CHECK(content_of(path) == two);
  }
  CHECK(records(tfrecord_reader(path)) == std::vector<std::string>{"new"});
}

TEST_CASE("truncated and damaged files are refused with the offset of the record") {
  CHECK(has(complaint(two), "none"));
  for (std::size_t size = 0; size < two.size(); ++size) {
    CAPTURE(size);
    if (size == 0 || size == 16) continue;  // whole records
    CHECK(has(complaint(two.substr(0, size)), "the file is truncated"));
  }
  CHECK(complaint(two.substr(0, 30)) ==
        "read data: bad: offset 16: expected a whole record, found the end of the file after 14 bytes; "
        "the file is truncated");
  for (std::size_t place = 0; place < two.size(); ++place) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = two;
      flipped[place] = static_cast<char>(flipped[place] ^ 1 << bit);
      CHECK(complaint(flipped) != "none");
    }
  }
  std::string wrong_content = two;
  wrong_content[28] = 'S';
  CHECK(has(complaint(wrong_content), "read data: bad: offset 16: expected a record with the checksum"));
  CHECK(has(complaint("a text file, no record"), "offset 0: expected a record with the right checksum of its length"));
  CHECK(has(complaint_of([] { tfrecord_reader("/missing/file"); }), "/missing/file: offset 0: expected a readable file, found No such file"));
  CHECK(has(complaint_of([] { tfrecord_writer("/missing/file"); }), "/missing/file: expected to create a file beside it, found No such file"));
}

TEST_CASE("a length that claims the whole address space allocates little and is refused") {
  std::string file;
  slim::data::detail::append_little_endian<8>(file, ~0ull - 3);
  slim::data::detail::append_little_endian<4>(file, slim::data::masked_crc32c(file));
  CHECK(has(complaint(file + "some content"), "offset 0: expected a whole record, found the end of the file after 24 bytes"));
}

TEST_CASE("truncated compressed files are refused") {
  scratch_directory scratch;
  for (const auto format : {compression::gzip, compression::zlib}) {
    const std::string path = scratch.path("records");
    tfrecord_writer writer(path, format);
    writer.write("something");
    writer.close();
    const std::string whole = content_of(path);
    for (std::size_t size = 2; size < whole.size(); ++size) CHECK(has(complaint(whole.substr(0, size)), "truncated"));
    CHECK(has(complaint(whole + "x"), "expected the end of the file after the compressed data"));
  }
}
