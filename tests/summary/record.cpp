#include "slim/summary/record.hpp"

#include <doctest/doctest.h>

#include "tests/summary/scratch.hpp"

using namespace slim::summaries;
using namespace std::string_literals;

namespace {

std::string framed(std::initializer_list<std::string> payloads) {
  std::string bytes;
  for (const std::string& payload : payloads) append_record(bytes, payload);
  return bytes;
}

}  // namespace

TEST_CASE("the checksum is the masked CRC-32C") {
  // CRC-32C of "123456789" is 0xe3069283 (RFC 3720 lists this polynomial); rotated right by 15, plus 0xa282ead8.
  CHECK(masked_crc32c("123456789") == 0xc78ab0e5u);
  CHECK(masked_crc32c("") == 0xa282ead8u);
}

TEST_CASE("a record has the bytes of the TFRecord format") {
  // From a CRC computed bit by bit in Python.
  const std::string expected = "\x04\0\0\0\0\0\0\0\x42\x45\x52\x04slim\x68\xca\x0e\x94"s;
  CHECK(framed({"slim"}) == expected);
}

TEST_CASE("records are read back, empty and large ones, too") {
  const scratch place;
  const std::string large(3'000'001, 'x');
  record_reader reader(place.write("records", framed({"first", "", large})));
  std::string payload;
  CHECK(reader.next(payload));
  CHECK(payload == "first");
  CHECK(reader.next(payload));
  CHECK(payload.empty());
  CHECK(reader.next(payload));
  CHECK(payload == large);
  CHECK_FALSE(reader.next(payload));
  CHECK(reader.problem().empty());
  CHECK_FALSE(reader.truncated());
}

TEST_CASE("a file cut anywhere gives the records before the cut and says so") {
  const scratch place;
  const std::string whole = framed({"first", "second"}), first = framed({"first"});
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    record_reader reader(place.write("cut", whole.substr(0, size)));
    std::string payload;
    std::size_t found = 0;
    while (reader.next(payload)) ++found;
    CHECK(found == (size == whole.size() ? 2 : size >= first.size() ? 1 : 0));
    const bool at_end = size == 0 || size == first.size() || size == whole.size();
    CHECK(reader.truncated() == !at_end);
    CHECK(reader.problem().empty() == at_end);
    CHECK_FALSE(reader.next(payload));
  }
  record_reader reader(place.write("cut", whole.substr(0, first.size() + 3)));
  std::string payload;
  while (reader.next(payload)) {}
  CHECK(reader.problem() == "read events: " + place.path("cut") + ": offset 21: expected 12 bytes of a record header, found the end of the "
                            "file; the run was killed or is still writing");
}

TEST_CASE("every damaged byte is noticed") {
  const scratch place;
  const std::string whole = framed({"first", "second"});
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    record_reader reader(place.write("damaged", damaged));
    std::string payload;
    int found = 0;
    while (reader.next(payload)) ++found;
    CHECK(found == (i < 21 ? 0 : 1));
    CHECK_FALSE(reader.truncated());
    CHECK(reader.problem().find("the file is damaged here") != std::string::npos);
  }
}

TEST_CASE("a length that lies does not cost memory") {
  const scratch place;
  std::string header("\xff\xff\xff\xff\xff\xff\xff\x7f", 8);
  const std::uint32_t checksum = masked_crc32c(header);
  for (int i = 0; i < 4; ++i) header += static_cast<char>(checksum >> 8 * i & 0xff);
  record_reader reader(place.write("huge", header + "a few bytes"));
  std::string payload;
  CHECK_FALSE(reader.next(payload));
  CHECK(reader.truncated());
  CHECK(payload.capacity() < 10'000'000);
}

TEST_CASE("a missing file is refused") {
  CHECK_THROWS_WITH_AS(record_reader("/nowhere/at/all"),
                       "read events: /nowhere/at/all: offset 0: expected a readable file, found No such file or directory; check the path", slim::error);
  std::string payload;
  record_reader folder("/");
  CHECK_THROWS_AS(folder.next(payload), slim::error);
}
