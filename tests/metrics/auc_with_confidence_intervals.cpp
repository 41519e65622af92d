#include "slim/metrics/auc_with_confidence_intervals.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

namespace {

void check(auc_with_confidence_intervals metric, const numbers& weights, const auc_interval& expected) {
  const sample::scored all;
  const auc_interval found = sample::in_batches(all, all.tied, weights, [&](const auto& p, const auto& y, const auto& w) { return metric.update(y, p, w); });
  CHECK(found.auc == doctest::Approx(expected.auc).epsilon(1e-9));
  CHECK(found.lower == doctest::Approx(expected.lower).epsilon(1e-9));
  CHECK(found.upper == doctest::Approx(expected.upper).epsilon(1e-9));
}

}  // namespace

TEST_CASE("intervals from the placement of each example among those of the other class") {
  check(auc_with_confidence_intervals(), sample::ones, {0.5633333333333331, 0.3477848859037577, 0.7573477311084004});
  check(auc_with_confidence_intervals(0.95, false), sample::ones, {0.5633333333333331, 0.3460041956093522, 0.780662471057314});
  check(auc_with_confidence_intervals(0.5), sample::ones, {0.5633333333333331, 0.48766802345047494, 0.6361611114856472});
  check(auc_with_confidence_intervals(0.9), sample::scored().weights, {0.4380053908355795, 0.18284645251453452, 0.7307946820841426});
}

TEST_CASE("the normal quantile is exact") {  // values of scipy.stats.norm.ppf
  CHECK(detail::exact_normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-12));
  CHECK(detail::exact_normal_quantile(0.9995) == doctest::Approx(3.2905267314918945).epsilon(1e-12));
  CHECK(detail::exact_normal_quantile(0.525) == doctest::Approx(0.06270677794321385).epsilon(1e-12));
}

TEST_CASE("perfect scores are their own interval; one class or too little weight give 0") {
  auc_with_confidence_intervals metric;
  CHECK(metric.value().auc == 0);
  CHECK(metric.update(numbers{1, 1}, numbers{0.5, 0.6}).auc == 0);
  CHECK(metric.update(numbers{0}, numbers{0.1}, 0.5).upper == 0);
  const auc_interval perfect = metric.update(numbers{0}, numbers{0.1});
  CHECK(perfect.auc == 1);
  CHECK(perfect.lower == 1);
  CHECK(perfect.upper == 1);
  metric.reset();
  CHECK(metric.value().auc == 0);
  CHECK_THROWS_WITH_AS(auc_with_confidence_intervals(95), "auc_with_confidence_intervals: alpha: expected a share between 0 and 1, found 95; 0.95 means 95 %",
                       slim::error);
}
