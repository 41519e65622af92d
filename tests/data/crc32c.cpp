#include "slim/data/crc32c.hpp"

#include <doctest/doctest.h>

#include <string>

using slim::data::crc32c;
using slim::data::mask_crc;
using slim::data::masked_crc32c;

TEST_CASE("the test vectors of RFC 3720, appendix B.4") {
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aau);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43u);
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising.push_back(static_cast<char>(i));
    falling.push_back(static_cast<char>(31 - i));
  }
  CHECK(crc32c(rising) == 0x46dd794eu);
  CHECK(crc32c(falling) == 0x113fdb5cu);
  CHECK(crc32c("123456789") == 0xe3069283u);  // the check value of the catalogue of CRC algorithms
  CHECK(crc32c("") == 0);
}

TEST_CASE("a checksum continues from part to part") {
  const std::string text = "The masked checksum of a record covers its bytes only.";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    CHECK(crc32c(text.substr(cut), crc32c(text.substr(0, cut))) == crc32c(text));
  }
}

TEST_CASE("the mask rotates by 15 bits and adds a constant") {
  CHECK(mask_crc(0) == 0xa282ead8u);
  CHECK(mask_crc(0x00008000u) == 0xa282ead9u);  // bit 15 becomes bit 0
  CHECK(mask_crc(1) == 0xa284ead8u);            // bit 0 becomes bit 17
  CHECK(masked_crc32c("123456789") == mask_crc(0xe3069283u));
}
