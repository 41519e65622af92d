#pragma once
// Images and comparisons for the tests of this folder.

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "slim/data/image.hpp"
#include "slim/data/preprocessing/float_image.hpp"

namespace preprocessing_test {

using slim::data::byte_image;
using slim::data::preprocessing::float_image;

/// Value i is (7 i^2 + 3 i) mod 251: no two neighbours, rows or channels alike.
inline byte_image pattern(int height, int width, int channels) {
  byte_image result{height, width, channels, {}};
  for (std::int64_t i = 0; i < height * width * channels; ++i) result.pixels.push_back(static_cast<std::uint8_t>((7 * i * i + 3 * i) % 251));
  return result;
}

/// Four pixels with which TensorFlow tests its colour functions.
inline float_image four_colors() {
  float_image result(2, 2, 3);
  result.pixels = {0, 5, 13, 54, 135, 226, 37, 8, 234, 90, 255, 1};
  return result;
}

inline void check_close(const std::vector<float>& found, const std::vector<double>& expected, double tolerance = 1e-4) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(found[i] - expected[i]) <= tolerance);
  }
}

/// What a refused call says.
template <class Call>
std::string complaint(Call call) {
  try {
    call();
  } catch (const slim::error& problem) {
    return problem.what();
  }
  return "none";
}

}  // namespace preprocessing_test
