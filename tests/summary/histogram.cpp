#include "slim/summary/histogram.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace slim::summaries;

TEST_CASE("values are counted in TensorFlow's default buckets") {
  // Limits and counts from a Python list of 1.1-fold growing doubles and bisect.bisect_right.
  const float values[] = {-1.5f, -1e-13f, 0.0f, 0.5f, 0.5f, 1e21f, -3e38f};
  const histogram h = histogram_of(values, "values");
  CHECK(h.min == static_cast<double>(-3e38f));
  CHECK(h.max == static_cast<double>(1e21f));
  CHECK(h.num == 7);
  CHECK(h.sum == doctest::Approx(-3.0000000054977558e+38));
  CHECK(h.sum_squares == doctest::Approx(9.000000032986535e+76));
  CHECK(h.bucket_limit == std::vector<double>{-std::numeric_limits<double>::max(), -9.920775621859783e+19, -1.624957930213695, -1.47723448201245, -1e-12, 0.0,
                                              1e-12, 0.47069243095356195, 0.5177616740489182, 9.920775621859783e+19, std::numeric_limits<double>::max()});
  CHECK(h.bucket == std::vector<double>{0, 1, 0, 1, 0, 1, 1, 0, 2, 0, 1});
}

TEST_CASE("the bucket of a value is the one that a search finds") {
  std::vector<double> positive, limits;
  for (double limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push_back(limit);
  positive.push_back(std::numeric_limits<double>::max());
  for (std::size_t i = positive.size(); i-- > 0;) limits.push_back(-positive[i]);
  limits.push_back(0);
  limits.insert(limits.end(), positive.begin(), positive.end());

  std::vector<float> values{0.0f, -0.0f, 1e-45f, -1e-45f, 3.4e38f, -3.4e38f};
  for (double limit : limits) {  // at and beside every limit
    const float near = static_cast<float>(limit);
    if (!std::isfinite(near)) continue;
    constexpr float largest = std::numeric_limits<float>::max();
    for (float value : {near, std::nextafter(near, largest), std::nextafter(near, -largest)}) values.push_back(value);
  }
  std::mt19937 bits(1);
  for (int i = 0; i < 100'000; ++i) values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits())));

  const detail::default_buckets buckets;
  REQUIRE(buckets.count() == limits.size());
  for (std::size_t i = 0; i < limits.size(); ++i) REQUIRE(buckets.limit(i) == limits[i]);
  for (std::size_t i = 0; i + 1 < positive.size(); ++i) CHECK(static_cast<double>(static_cast<float>(positive[i])) != positive[i]);
  long wrong = 0, seen = 0;
  for (float value : values) {
    if (!std::isfinite(value)) continue;
    const auto expected = static_cast<std::size_t>(std::upper_bound(limits.begin(), limits.end(), static_cast<double>(value)) - limits.begin());
    wrong += buckets.of(value) != expected;
    ++seen;
  }
  CHECK(seen > 100'000);
  CHECK(wrong == 0);
}

TEST_CASE("equal values, and none") {
  const float same[] = {2, 2, 2};
  const histogram h = histogram_of(same, "same");
  CHECK(h.min == 2);
  CHECK(h.max == 2);
  CHECK(h.sum == 6);
  CHECK(h.sum_squares == 12);
  CHECK(h.bucket == std::vector<double>{0, 3, 0});
  const histogram nothing = histogram_of({}, "nothing");
  CHECK(nothing.num == 0);
  CHECK(nothing.bucket == std::vector<double>{0});
}

TEST_CASE("values that are not finite are refused by name") {
  const float bad[] = {1, std::numeric_limits<float>::quiet_NaN()}, infinite[] = {std::numeric_limits<float>::infinity()};
  CHECK_THROWS_WITH_AS(histogram_of(bad, "fc1/weights"),
                       "summary fc1/weights: element 1: expected a finite number, found nan; lower the learning rate or check the inputs", slim::error);
  CHECK_THROWS_AS(histogram_of(infinite, "x"), slim::error);
}
