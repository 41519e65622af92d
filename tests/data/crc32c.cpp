#include "slim/data/crc32c.hpp"

#include <doctest/doctest.h>

using slim::data::mask_crc;
using slim::data::masked_crc32c;

TEST_CASE("the mask rotates by 15 bits and adds a constant") {
  CHECK(mask_crc(0) == 0xa282ead8u);
  CHECK(mask_crc(0x00008000u) == 0xa282ead9u);                 // bit 15 becomes bit 0
  CHECK(mask_crc(1) == 0xa284ead8u);                           // bit 0 becomes bit 17
  CHECK(masked_crc32c("123456789") == mask_crc(0xe3069283u));  // the check value of the catalogue of CRC algorithms
}
