#include "slim/core/crc32c.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using slim::crc32c;

TEST_CASE("the examples of RFC 3720, appendix B.4") {
  std::vector<unsigned char> bytes(32, 0);
  CHECK(crc32c(bytes.data(), 32) == 0x8a9136aau);
  bytes.assign(32, 0xff);
  CHECK(crc32c(bytes.data(), 32) == 0x62a8ab43u);
  for (unsigned i = 0; i < 32; ++i) bytes[i] = static_cast<unsigned char>(i);
  CHECK(crc32c(bytes.data(), 32) == 0x46dd794eu);
  CHECK(crc32c("123456789", 9) == 0xe3069283u);  // the check value of the catalogue of CRCs
  CHECK(crc32c(nullptr, 0) == 0);
}

TEST_CASE("in parts, from any address, it is the same") {
  const std::string text = "The quick brown fox jumps over the lazy dog, and over the next one.";
  const std::uint32_t whole = crc32c(text.data(), text.size());
  for (std::size_t cut = 0; cut <= text.size(); ++cut) CHECK(crc32c(text.data() + cut, text.size() - cut, crc32c(text.data(), cut)) == whole);
}
