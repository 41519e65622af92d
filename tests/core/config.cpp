#include "slim/core/config.hpp"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("the headers and the package state the same version") {
  const std::string stated = std::to_string(slim::version.major) + '.' + std::to_string(slim::version.minor) + '.' + std::to_string(slim::version.patch);
  CHECK(stated == TEST_PACKAGE_VERSION);
}
