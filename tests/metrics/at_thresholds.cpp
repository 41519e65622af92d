#include "slim/metrics/at_thresholds.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

TEST_CASE("counts at thresholds in any order") {
  const sample::scored all;
  streaming_true_positives_at_thresholds tp({0.75, 0.25, 0.5});
  streaming_false_positives_at_thresholds fp({0.75, 0.25, 0.5});
  streaming_true_negatives_at_thresholds tn({0.75, 0.25, 0.5});
  streaming_false_negatives_at_thresholds fn({0.75, 0.25, 0.5});
  const auto update = [&](const auto& p, const auto& y, const auto& w) {
    fp.update(p, y, w), tn.update(p, y, w), fn.update(p, y, w);
    return tp.update(p, y, w);
  };
  CHECK(sample::in_batches(all, all.predictions, all.weights, update) == numbers{5.5, 20, 12.5});
  CHECK(fp.value() == numbers{2, 2.5, 2});
  CHECK(tn.value() == numbers{1.5, 1, 1.5});
  CHECK(fn.value() == numbers{21, 6.5, 14});
  tp.reset();
  CHECK(tp.value() == numbers{0, 0, 0});
}

TEST_CASE("a positive prediction lies strictly above the threshold, in its own precision") {
  CHECK(streaming_true_positives_at_thresholds({0.1, 0.5, 0.5, 0.7}).update(numbers{0.1, 0.5, 0.7}, numbers{1, 1, 1}) == numbers{2, 1, 1, 0});
  CHECK(streaming_true_positives_at_thresholds({0.1, 0.7}).update(std::vector<float>{0.1f, 0.7f}, numbers{1, 1}) == numbers{1, 0});
  CHECK(streaming_true_positives_at_thresholds({0.5}).update(std::vector<int>{0, 1}, numbers{1, 1}) == numbers{1});
  // NaN is above nothing; numbers outside [0, 1] are fine here.
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(streaming_true_positives_at_thresholds({-5, 5}).update(numbers{nan, 6, -6, 0}, numbers{1, 1, 1, 1}) == numbers{2, 1});
}

TEST_CASE("rates are guarded by 1e-7") {
  const numbers p{0.9, 0.8, 0.2}, y{1, 0, 1};
  CHECK(streaming_precision_at_thresholds({0.5, 0.95}).update(p, y) == numbers{1 / (1e-7 + 1 + 1), 0});
  CHECK(streaming_recall_at_thresholds({0.5, 0.1}).update(p, y) == numbers{1 / (1e-7 + 1 + 1), 2 / (1e-7 + 2 + 0)});
  CHECK(streaming_false_positive_rate_at_thresholds({0.5, 0.85}).update(p, y) == numbers{1 / (1e-7 + 1 + 0), 0});
  CHECK(streaming_false_negative_rate_at_thresholds({0.5, 0.1}).update(p, y) == numbers{1 / (1e-7 + 1 + 1), 0});
  CHECK(streaming_precision_at_thresholds({0.5}).value() == numbers{0});
}

TEST_CASE("thresholds must be numbers") {
  CHECK_THROWS_WITH_AS(streaming_recall_at_thresholds(numbers{}),
                       "streaming_recall_at_thresholds: thresholds: expected at least one, found none; pass the thresholds to count at", slim::error);
  CHECK_THROWS_AS(streaming_recall_at_thresholds({0.5, std::numeric_limits<double>::quiet_NaN()}), slim::error);
}
