#include "slim/metrics/covariance.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

TEST_CASE("covariance and correlation over batches: numpy.cov and numpy.corrcoef") {
  const sample::scored all;
  streaming_covariance covariance, weighted;
  streaming_pearson_correlation correlation, weighted_correlation;
  const auto scaled = [](std::vector<int> y, double by) {
    numbers result(y.begin(), y.end());
    for (double& one : result) one *= by;
    return result;
  };
  sample::in_batches(all, all.predictions, all.weights, [&](const auto& p, const auto& y, const auto& w) {
    covariance.update(p, scaled(y, 2));
    correlation.update(p, y);
    weighted_correlation.update(p, y, scaled(std::vector<int>(w.size(), 1), 1));
    return weighted.update(p, y, w);
  });
  CHECK(covariance.value() == doctest::Approx(0.025897435897435903).epsilon(1e-12));
  CHECK(correlation.value() == doctest::Approx(0.0988784333543878).epsilon(1e-12));
  CHECK(weighted_correlation.value() == doctest::Approx(0.0988784333543878).epsilon(1e-12));
}

TEST_CASE("whole weights act as repeated examples") {  // numpy.cov(p, y, fweights = i mod 4)
  const sample::scored all;
  numbers frequency = all.weights;
  for (double& w : frequency) w *= 2;
  CHECK(streaming_covariance().update(all.predictions, all.labels, frequency) == doctest::Approx(-0.007172316384180788).epsilon(1e-12));
  CHECK(streaming_pearson_correlation().update(all.predictions, all.labels, frequency) == doctest::Approx(-0.07321193749966261).epsilon(1e-12));
}

TEST_CASE("large means do not cancel") {
  streaming_covariance covariance;
  for (int i = 0; i < 1000; ++i) covariance.update(1e9 + i % 2, 1e9 - i % 2);
  CHECK(covariance.value() == doctest::Approx(-250.0 / 999).epsilon(1e-6));
}

TEST_CASE("undefined until there are two examples") {
  streaming_covariance covariance;
  streaming_pearson_correlation correlation;
  CHECK(std::isnan(covariance.value()));
  CHECK(std::isnan(covariance.update(1, 2)));
  CHECK(std::isnan(correlation.update(1, 2)));
  CHECK(covariance.update(3, 6) == 4);
  CHECK(correlation.update(3, 6) == doctest::Approx(1));
  CHECK(std::isnan(streaming_pearson_correlation().update(numbers{1, 1}, numbers{1, 2})));
  covariance.reset();
  CHECK(std::isnan(covariance.value()));
}
