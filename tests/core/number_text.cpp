#include "slim/core/number_text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using slim::exact_text;
using slim::fixed_text;
using slim::number_text;

TEST_CASE("numbers as printf writes them in the C locale") {
  CHECK(number_text(0.5) == "0.5");
  CHECK(number_text(1e-5) == "1e-05");
  CHECK(number_text(1234567) == "1.23457e+06");
  CHECK(number_text(-3.14159265, 4) == "-3.142");
  CHECK(number_text(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(number_text(NAN) == "nan");
  CHECK(fixed_text(2, 3) == "2.000");
  CHECK(fixed_text(-0.00049, 3) == "-0.000");
  CHECK(fixed_text(std::numeric_limits<double>::max(), 6).size() == 316);
}

TEST_CASE("numbers of messages are those that were found") {
  CHECK(exact_text(1.0000001f) == "1.0000001");
  CHECK(exact_text(0.1) == "0.1");
  CHECK(exact_text(0.1f) == "0.1");
  CHECK(exact_text(1.0000000000000002) == "1.0000000000000002");
  CHECK(exact_text(1234567) == "1234567");
  CHECK(exact_text(2'000'000) == "2000000");
  CHECK(exact_text(-1e-9f) == "-1e-09");
  CHECK(exact_text(1e300) == "1e+300");
  CHECK(exact_text(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(exact_text(NAN) == "nan");
}
