#include "slim/metrics/confusion_counts.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace slim::metrics;
using numbers = std::vector<double>;

namespace {

// Weights of truly positive 1 + 16, falsely positive 2, truly negative 4 and falsely negative 8, in two batches.
template <class Metric>
double after_two_batches() {
  Metric metric;
  metric.update(std::vector<int>{1, 5, 0, 0}, numbers{1, 0, 0, 1}, numbers{1, 2, 4, 8});
  return metric.update(numbers{0.5}, numbers{-1}, 16);  // everything but 0 is true
}

}  // namespace

TEST_CASE("weighted counts and rates") {
  CHECK(after_two_batches<streaming_true_positives>() == 17);
  CHECK(after_two_batches<streaming_false_positives>() == 2);
  CHECK(after_two_batches<streaming_true_negatives>() == 4);
  CHECK(after_two_batches<streaming_false_negatives>() == 8);
  CHECK(after_two_batches<streaming_precision>() == 17.0 / 19);
  CHECK(after_two_batches<streaming_recall>() == 17.0 / 25);
  CHECK(after_two_batches<streaming_false_positive_rate>() == 2.0 / 6);
  CHECK(after_two_batches<streaming_false_negative_rate>() == 8.0 / 25);
}

TEST_CASE("rates are 0 when their denominator is") {
  CHECK(streaming_precision().value() == 0);
  CHECK(streaming_precision().update(numbers{0, 0}, numbers{1, 0}) == 0);
  CHECK(streaming_recall().update(numbers{0, 1}, numbers{0, 0}) == 0);
  CHECK(streaming_false_positive_rate().update(numbers{1}, numbers{1}) == 0);
  CHECK(streaming_false_negative_rate().update(numbers{1}, numbers{0}) == 0);
}

TEST_CASE("reset starts again and messages name the metric") {
  streaming_recall recall;
  recall.update(numbers{0}, numbers{1});
  recall.reset();
  CHECK(recall.update(numbers{1}, numbers{1}) == 1);
  CHECK_THROWS_WITH_AS(recall.update(numbers{1}, numbers{1, 0}),
                       "streaming_recall: labels: expected the shape of the predictions, [1, 1], found [2, 1]; pass one label for each prediction",
                       slim::error);
}
