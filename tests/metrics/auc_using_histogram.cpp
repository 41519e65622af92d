#include "slim/metrics/auc_using_histogram.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

TEST_CASE("the rank statistic of bins, scores outside the range clipped") {
  const sample::scored all;
  auc_using_histogram auc({0.1, 0.8}, 7);
  CHECK(std::isnan(auc.value()));
  CHECK(sample::in_batches(all, all.predictions, sample::ones, [&](const auto& p, const auto& y, const auto&) { return auc.update(y, p); }) ==
        doctest::Approx(0.5433333333333333).epsilon(1e-12));
  auc.reset();
  CHECK(std::isnan(auc.value()));
}

TEST_CASE("many bins separate what one bin cannot") {
  const bool labels[] = {true, true, false, false};
  const numbers scores{0.9, 0.6, 0.4, 0.1};
  CHECK(auc_using_histogram({0, 1}).update(labels, scores) == 1);
  CHECK(auc_using_histogram({0, 1}, 1).update(labels, scores) == 0.5);
  CHECK(std::isnan(auc_using_histogram({0, 1}).update(numbers{1}, numbers{0.5})));
  CHECK(auc_using_histogram({0, 1}).update(labels, numbers{INFINITY, 9, -9, -INFINITY}) == 1);
}

TEST_CASE("wrong arguments") {
  CHECK_THROWS_WITH_AS(auc_using_histogram({1, 1}),
                       "auc_using_histogram: score_range: expected the lower limit first, found 1 and 1; use {0, 1} for probabilities", slim::error);
  CHECK_THROWS_AS(auc_using_histogram({0, 1}, 0), slim::error);
  auc_using_histogram auc({0, 1});
  CHECK_THROWS_AS(auc.update(numbers{3}, numbers{0.5}), slim::error);
  CHECK_THROWS_AS(auc.update(numbers{1}, numbers{std::nan("")}), slim::error);
  const Eigen::MatrixXd table = Eigen::MatrixXd::Zero(2, 2);
  CHECK_THROWS_WITH_AS(auc.update(table, table),
                       "auc_using_histogram: scores: expected one per example, found the shape [2, 2]; choose the column of one class", slim::error);
}
