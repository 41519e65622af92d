#include "slim/metrics/auc.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

namespace {

double area(int num_thresholds, curve kind, const numbers& weights) {
  const sample::scored all;
  streaming_auc auc(num_thresholds, kind);
  const double last = sample::in_batches(all, all.predictions, weights, [&](const auto& p, const auto& y, const auto& w) { return auc.update(p, y, w); });
  CHECK(auc.value() == last);
  return last;
}

}  // namespace

TEST_CASE("area under both curves at even thresholds") {
  const numbers weights = sample::scored().weights;
  CHECK(area(200, curve::ROC, sample::ones) == doctest::Approx(0.5699999573333371).epsilon(1e-12));
  CHECK(area(200, curve::PR, sample::ones) == doctest::Approx(0.8180208188908233).epsilon(1e-12));
  CHECK(area(5, curve::ROC, sample::ones) == doctest::Approx(0.5616666251111148).epsilon(1e-12));
  CHECK(area(200, curve::ROC, weights) == doctest::Approx(0.439352995357517).epsilon(1e-12));
  CHECK(area(200, curve::PR, weights) == doctest::Approx(0.8859106348693191).epsilon(1e-12));
  CHECK(area(5, curve::PR, weights) == doctest::Approx(0.8557127687385137).epsilon(1e-12));
}

TEST_CASE("perfect, reversed and useless predictions") {
  const numbers y{0, 1, 0, 1};
  CHECK(streaming_auc().update(numbers{0.1, 0.9, 0.2, 0.8}, y) == doctest::Approx(1).epsilon(1e-5));
  CHECK(streaming_auc().update(numbers{0.9, 0.1, 0.8, 0.2}, y) == doctest::Approx(0).epsilon(1e-5));
  CHECK(streaming_auc().update(numbers{0.5, 0.5, 0.5, 0.5}, y) == doctest::Approx(0.5).epsilon(1e-5));
}

TEST_CASE("only one class") {
  CHECK(streaming_auc().update(numbers{0, 0, 1, 0.5}, numbers{0, 0, 0, 0}) == doctest::Approx(1).epsilon(1e-5));
  CHECK(streaming_auc(200, curve::PR).update(numbers{0, 0, 1, 0.5}, numbers{0, 0, 0, 0}) == 0);
  CHECK(streaming_auc(200, curve::PR).update(numbers{1, 1, 1}, numbers{1, 1, 1}) == doctest::Approx(1).epsilon(1e-5));
}

TEST_CASE("curve points, labels first") {
  const sample::scored all;
  streaming_curve_points points(5, curve::PR);
  const matrix table = points.update(all.labels, all.predictions, all.weights);
  const numbers recall{1.0, 0.7547169903880381, 0.47169813314346665, 0.2075471997152, 3.7735847632609523e-08};
  const numbers precision{0.8833333372222221, 0.8888888938271603, 0.8620689750297259, 0.7333333688888841, 1.0};
  REQUIRE(table.rows() == 5);
  REQUIRE(table.cols() == 2);
  for (int i = 0; i < 5; ++i) {
    CHECK(table(i, 0) == doctest::Approx(recall[static_cast<std::size_t>(i)]).epsilon(1e-12));
    CHECK(table(i, 1) == doctest::Approx(precision[static_cast<std::size_t>(i)]).epsilon(1e-12));
  }
  CHECK(points.value() == table);
  CHECK(streaming_curve_points().value().rows() == 200);
}

TEST_CASE("predictions outside [0, 1] are refused before anything is counted") {
  streaming_auc auc;
  auc.update(numbers{0.9, 0.2}, numbers{1, 0});
  const double before = auc.value();
  CHECK_THROWS_WITH_AS(auc.update(numbers{0.1, 1.5}, numbers{1, 0}),
                       "streaming_auc: predictions must be in [0, 1], found 1.5; apply softmax or sigmoid to logits first", slim::error);
  CHECK_THROWS_AS(auc.update(numbers{0.1, std::nan("")}, numbers{1, 0}), slim::error);
  CHECK(auc.value() == before);
  CHECK(auc.update(numbers{7}, numbers{0}, 0) == before);  // masked
  auc.reset();
  CHECK(auc.value() == streaming_auc().value());
  CHECK_THROWS_WITH_AS(streaming_auc(1), "streaming_auc: num_thresholds: expected at least 2, found 1; TF-Slim's default is 200", slim::error);
}
