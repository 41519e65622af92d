#include "slim/metrics/dynamic_auc.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

namespace {

double area(curve kind, const numbers& predictions, const numbers& weights) {
  const sample::scored all;
  streaming_dynamic_auc auc(kind);
  return sample::in_batches(all, predictions, weights, [&](const auto& p, const auto& y, const auto& w) { return auc.update(y, p, w); });
}

}  // namespace

TEST_CASE("ROC is the rank statistic, ties counted half") {
  const sample::scored all;
  CHECK(area(curve::ROC, all.predictions, sample::ones) == doctest::Approx(0.57).epsilon(1e-12));
  CHECK(area(curve::ROC, all.predictions, all.weights) == doctest::Approx(0.4393530997304582).epsilon(1e-12));
  CHECK(area(curve::ROC, all.tied, sample::ones) == doctest::Approx(0.5633333333333334).epsilon(1e-12));
  CHECK(area(curve::ROC, all.tied, all.weights) == doctest::Approx(0.4380053908355795).epsilon(1e-12));
}

TEST_CASE("PR by trapezoids from precision 1 at recall 0") {
  const sample::scored all;
  CHECK(area(curve::PR, all.predictions, sample::ones) == doctest::Approx(0.8180208371817367).epsilon(1e-12));
  CHECK(area(curve::PR, all.tied, all.weights) == doctest::Approx(0.8831910676338633).epsilon(1e-12));
}

TEST_CASE("any scores, one class, reset") {
  streaming_dynamic_auc auc;
  CHECK(auc.value() == 0);
  CHECK(auc.update(numbers{1, 1}, numbers{100, -100}) == 0);
  CHECK(auc.update(numbers{0}, numbers{0}) == 0.5);
  auc.reset();
  CHECK(auc.update(numbers{0, 1}, numbers{-3, 3}) == 1);
}

TEST_CASE("labels other than 0 and 1 and scores that are NaN are refused before anything is kept") {
  streaming_dynamic_auc auc;
  CHECK_THROWS_WITH_AS(auc.update(numbers{0, 1, 2}, numbers{0, 1, 2}),
                       "streaming_dynamic_auc: labels must be 0 or 1, found 2; compare class numbers with the class first", slim::error);
  CHECK_THROWS_WITH_AS(auc.update(numbers{0, 1}, numbers{1, std::nan("")}),
                       "streaming_dynamic_auc: predictions: expected numbers, found nan; check the model for overflow", slim::error);
  CHECK(auc.update(numbers{0, 1}, numbers{1, 2}) == 1);
}
