#include "slim/metrics/confusion_matrix.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;
using classes = std::vector<int>;

namespace {

// Forty examples of four classes: label (7i + i / 5) mod 4; every third prediction is one class too high.
struct four_classes {
  classes labels, predictions;
  numbers weights = sample::scored().weights;
  four_classes() {
    for (int i = 0; i < 40; ++i) {
      labels.push_back((i * 7 + i / 5) % 4);
      predictions.push_back(i % 3 == 0 ? (labels.back() + 1) % 4 : labels.back());
    }
  }
};

const matrix expected = (matrix(4, 4) << 7.5, 4.5, 0, 0, 0, 3, 3, 0, 0, 0, 4.5, 1.5, 1.5, 0, 0, 4.5).finished();

}  // namespace

TEST_CASE("the table: rows are labels, columns predictions") {
  const four_classes all;
  confusion_matrix table(4);
  CHECK(table.update(all.predictions, all.labels, all.weights) == expected);
  CHECK(table.update(classes{3}, classes{0})(0, 3) == 1);
  table.reset();
  CHECK(table.value() == matrix::Zero(4, 4));
}

TEST_CASE("streaming_mean_iou returns the table when updated and the mean as value") {
  const four_classes all;
  streaming_mean_iou iou(4);
  CHECK(iou.value() == 0);
  CHECK(iou.update(all.predictions, all.labels, all.weights) == expected);
  CHECK(iou.value() == doctest::Approx(0.48531746031746037).epsilon(1e-12));
  iou.reset();
  iou.update(classes{0, 0, 2}, classes{0, 2, 2});  // ½ and ½; the classes 1 and 3 do not occur
  CHECK(iou.value() == 0.5);
}

TEST_CASE("cohen_kappa is agreement beyond chance, labels first") {
  const four_classes all;
  cohen_kappa kappa(4);
  CHECK(kappa.value() == 0);
  CHECK(kappa.update(all.labels, all.predictions, all.weights) == doctest::Approx(0.527027027027027).epsilon(1e-12));
  kappa.reset();
  CHECK(kappa.update(classes{0, 1}, classes{0, 1}) == 1);
  CHECK(cohen_kappa(2).update(classes{1, 1}, classes{1, 1}) == 0);  // chance alone would agree
  CHECK_THROWS_WITH_AS(cohen_kappa(1), "cohen_kappa: num_classes: expected at least 2, found 1; pass the number of classes of the data set", slim::error);
}

TEST_CASE("classes out of range are refused before anything is added, masked ones are not looked at") {
  streaming_mean_iou iou(3);
  CHECK_THROWS_WITH_AS(iou.update(classes{0, 1}, classes{0, 255}),
                       "streaming_mean_iou: labels: expected classes from 0 to 2, found 255; check num_classes, or mask what is to "
                       "be ignored with weight 0",
                       slim::error);
  CHECK_THROWS_AS(iou.update(classes{-1}, classes{0}), slim::error);
  CHECK_THROWS_AS(iou.update(numbers{std::nan("")}, classes{0}), slim::error);
  CHECK_THROWS_AS(iou.update(numbers{0.5}, classes{0}), slim::error);
  CHECK(iou.value() == 0);
  CHECK(iou.update(classes{0, 1}, classes{0, 255}, numbers{1, 0}).sum() == 1);
  CHECK_THROWS_AS(streaming_mean_iou(0), slim::error);
}
