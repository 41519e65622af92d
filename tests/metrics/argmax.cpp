#include "slim/metrics/argmax.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>

#include "slim/metrics/accuracy.hpp"
#include "slim/metrics/confusion_matrix.hpp"

using namespace slim::metrics;
using classes = std::vector<int>;

TEST_CASE("argmax takes the lowest of equal classes") {
  const Eigen::MatrixXf scores = (Eigen::MatrixXf(3, 3) << 1, 3, 2, 5, 5, 1, -2, -1, -3).finished();
  CHECK(argmax(scores) == classes{1, 0, 1});
  CHECK(argmax(scores.topRows(0)).empty());
  CHECK_THROWS_AS(argmax(scores.leftCols(0)), slim::error);
}

TEST_CASE("of_argmax gives metrics of classes the scores of a net") {
  const Eigen::MatrixXf scores = (Eigen::MatrixXf(3, 3) << 1, 3, 2, 5, 5, 1, -2, -1, -3).finished();
  of_argmax accuracy{streaming_accuracy()};
  CHECK(accuracy.update(scores, classes{1, 0, 0}) == doctest::Approx(2.0 / 3));
  CHECK(accuracy.update(scores, classes{1, 0, 0}, std::vector<float>{0, 0, 3}) == doctest::Approx(2.0 / 6));
  accuracy.reset();
  CHECK(accuracy.value() == 0);
  // A metric whose labels come first is asked in its own order.
  of_argmax kappa{cohen_kappa(3)};
  const classes labels{1, 0, 0}, predicted{1, 0, 1};
  CHECK(kappa.update(scores, labels) == cohen_kappa(3).update(labels, predicted));
}
