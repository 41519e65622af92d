#include "slim/metrics/precision_recall_at_equal_thresholds.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

TEST_CASE("all seven vectors over batches") {
  const sample::scored all;
  precision_recall_at_equal_thresholds metric(11);
  const precision_recall_data d = sample::in_batches(all, all.predictions, all.weights, [&](const auto& p, const auto& y, const auto& w) {
    return metric.update(y, std::vector<float>(p.begin(), p.end()), w);
  });
  CHECK(d.tp == numbers{26.5, 23.5, 21.0, 18.5, 16.5, 14.0, 9.5, 7.0, 5.5, 5.0, 1.0});
  CHECK(d.fp == numbers{3.5, 3.5, 3.0, 2.5, 2.0, 2.0, 2.0, 2.0, 1.5, 0.0, 0.0});
  for (std::size_t i = 0; i < 11; ++i) {
    CHECK(d.fn[i] == 26.5 - d.tp[i]);
    CHECK(d.tn[i] == 3.5 - d.fp[i]);
    CHECK(d.precision[i] == d.tp[i] / (d.tp[i] + d.fp[i]));
    CHECK(d.recall[i] == d.tp[i] / 26.5);
    CHECK(d.thresholds[i] == doctest::Approx(0.1 * static_cast<double>(i)));
  }
}

TEST_CASE("p >= t, and 1 belongs to the last threshold") {
  const precision_recall_data d = precision_recall_at_equal_thresholds(3).update(numbers{1, 1, 0}, numbers{0.5, 1, 0.49});
  CHECK(d.tp == numbers{2, 2, 1});
  CHECK(d.fp == numbers{1, 0, 0});
}

TEST_CASE("nothing seen, wrong values") {
  precision_recall_at_equal_thresholds metric;
  CHECK(metric.value().thresholds.size() == 201);
  CHECK(metric.value().precision[7] == 0);
  CHECK_THROWS_WITH_AS(metric.update(numbers{2}, numbers{0.5}),
                       "precision_recall_at_equal_thresholds: labels must be 0 or 1, found 2; compare class numbers with the class first", slim::error);
  CHECK_THROWS_AS(metric.update(numbers{1}, numbers{1.01}), slim::error);
  CHECK_THROWS_AS(precision_recall_at_equal_thresholds(1), slim::error);
  CHECK(metric.value().tp[0] == 0);
}
