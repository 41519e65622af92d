#include "slim/metrics/operating_points.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

namespace {

// Updates in batches; the order of arguments is that of the metric.
template <class Metric>
double over_sample(Metric metric) {
  const sample::scored all;
  return sample::in_batches(all, all.predictions, all.weights, [&](const auto& p, const auto& y, const auto& w) {
    if constexpr (Metric::labels_first) return metric.update(y, p, w);
    else return metric.update(p, y, w);
  });
}

doctest::Approx about(double number) { return doctest::Approx(number).epsilon(1e-10); }

}  // namespace

TEST_CASE("one rate at another") {
  CHECK(over_sample(streaming_specificity_at_sensitivity(0.2)) == about(0.9999999714285723));
  CHECK(over_sample(streaming_specificity_at_sensitivity(0.7)) == about(0.428571416326531));
  CHECK(over_sample(streaming_sensitivity_at_specificity(0.2)) == about(0.7924528271982911));
  CHECK(over_sample(streaming_sensitivity_at_specificity(0.7)) == about(0.20754716902812387));
  CHECK(over_sample(recall_at_precision(0.7)) == about(0.20754716902812387));
  CHECK(over_sample(recall_at_precision(0.9)) == about(0.6981132049127803));
  CHECK(over_sample(precision_at_recall(0.2)) == about(1));
  CHECK(over_sample(precision_at_recall(0.7)) == about(0.888888889382716));
  CHECK(over_sample(precision_at_recall(0.9)) == about(0.8727272731900827));
  CHECK(over_sample(f1_score()) == about(0.9380530442164643));
}

TEST_CASE("strict mode takes no precision below the wanted one") {
  CHECK(over_sample(recall_at_precision(0.2)) == 0);  // the highest threshold, where the precision is 0, is as near as can be
  CHECK(over_sample(recall_at_precision(0.2, 200, true)) == about(0.20754716902812387));
  recall_at_precision impossible(1, 200, true);
  CHECK(impossible.update(numbers{0, 1}, numbers{0.9, 0.1}) == 0);
}

TEST_CASE("ties: the highest threshold of a sensitivity, the lowest of a specificity") {
  // Between 0.4 and 0.6 nothing changes; above 0.8 the specificity is 1.
  const numbers p{0.4, 0.6, 0.8}, y{0, 1, 0};
  CHECK(streaming_specificity_at_sensitivity(1).update(p, y) == about(1 / (2 + 1e-7)));
  CHECK(streaming_sensitivity_at_specificity(0.5).update(p, y) == about(1 / (1 + 1e-7)));
}

TEST_CASE("values before data and after reset") {
  f1_score f1;
  CHECK(f1.value() == 0);
  CHECK(f1.update(numbers{1, 0}, numbers{0.9, 0.1}) == doctest::Approx(1).epsilon(1e-6));
  f1.reset();
  CHECK(f1.value() == 0);
  CHECK(precision_at_recall(0.5).value() == 1);  // (0 + 1e-7) / (0 + 1e-7)
}

TEST_CASE("wanted rates are shares") {
  CHECK_THROWS_WITH_AS(streaming_specificity_at_sensitivity(90),
                       "streaming_specificity_at_sensitivity: sensitivity: expected a share in [0, 1], found 90; 0.9 means 90 %", slim::error);
  CHECK_THROWS_AS(streaming_sensitivity_at_specificity(-0.1), slim::error);
  CHECK_THROWS_AS(precision_at_recall(1.1), slim::error);
  CHECK_THROWS_AS(recall_at_precision(std::nan("")), slim::error);
  CHECK_THROWS_AS(f1_score().update(numbers{1}, numbers{-0.1}), slim::error);
}
