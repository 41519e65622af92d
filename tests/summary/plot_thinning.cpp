#include "examples/plot/thinning.hpp"

#include <doctest/doctest.h>

#include <numeric>

using namespace slim::plot;
using namespace slim::summaries;

namespace {

double sum(const std::vector<double>& shares) { return std::accumulate(shares.begin(), shares.end(), 0.0); }

}  // namespace

TEST_CASE("points are spread evenly, the first and the last stay") {
  using indices = std::vector<std::size_t>;
  CHECK(spread(0, 3).empty());
  CHECK(spread(1, 3) == indices{0});
  CHECK(spread(3, 3) == indices{0, 1, 2});
  CHECK(spread(100, 4) == indices{0, 33, 66, 99});
  CHECK(spread(5, 1) == indices{4});
}

TEST_CASE("a thinned curve keeps its ends and its peaks") {
  series<float> points;
  for (int i = 0; i < 10'000; ++i) points.push_back({i, 0, std::sin(static_cast<float>(i))});
  points[1234].content = 50;
  points[7777].content = -50;
  points[5000].content = std::numeric_limits<float>::quiet_NaN();
  const auto chosen = extremes(points, 200);
  CHECK(chosen.size() <= 200);
  CHECK(chosen.size() > 100);
  CHECK(std::is_sorted(chosen.begin(), chosen.end()));
  CHECK(chosen.front() == 0);
  CHECK(chosen.back() == 9'999);
  CHECK(std::count(chosen.begin(), chosen.end(), 1234u) == 1);
  CHECK(std::count(chosen.begin(), chosen.end(), 7777u) == 1);
  points.resize(150);
  CHECK(extremes(points, 200).size() == 150);
}

TEST_CASE("a histogram in other bins") {
  // Two values in [0, 2), one in [2, 4), which ends at the largest value 3: half of the two lie in [0, 1), the third in [2, 3).
  const histogram h{0, 3, 3, 0, 0, {2, 4}, {2, 1}};
  CHECK(binned(h, 0, 4, 4) == std::vector<double>{0.333333, 0.333333, 0.333333, 0});
  CHECK(binned(h, -4, 4, 2) == std::vector<double>{0, 1});

  std::vector<float> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::sin(static_cast<float>(i)) - 0.3f;
  CHECK(sum(binned(histogram_of(values, "x"), -1.3, 0.7, 64)) == doctest::Approx(1).epsilon(1e-4));
  const std::vector<float> zeros(10, 0.0f);
  CHECK(binned(histogram_of(zeros, "x"), -0.5, 0.5, 4) == std::vector<double>{0, 0, 1, 0});
  CHECK(sum(binned(histogram{}, 0, 1, 4)) == 0);
}

TEST_CASE("a histogram that lies about itself stays within its bins") {
  const histogram wild{5, -5, 2, 0, 0, {-1e300, 1e300, std::numeric_limits<double>::quiet_NaN()}, {3, 1, 2}};
  for (double share : binned(wild, -5, 5, 8)) CHECK(std::isfinite(share));
}
