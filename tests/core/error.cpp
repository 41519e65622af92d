#include "slim/core/error.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>

using slim::error;

TEST_CASE("a message is its parts, numbers of every type as they are") {
  CHECK(error{"shape: expected ", 3, ", found ", std::string("none")}.what() == std::string("shape: expected 3, found none"));
  CHECK(error{std::numeric_limits<long long>::min(), " ", -1, " ", 0, " ", std::numeric_limits<long long>::max()}.what() ==
        std::string("-9223372036854775808 -1 0 9223372036854775807"));
  CHECK(error{std::numeric_limits<unsigned long long>::max(), " ", 1ull << 63, " ", 7u}.what() == std::string("18446744073709551615 9223372036854775808 7"));
  CHECK(error{static_cast<signed char>(-128), " ", true, " ", 0.5}.what() == std::string("-128 1 0.5"));
}
