#include "slim/metrics/aggregate.hpp"

#include <doctest/doctest.h>

#include <string>

#include "slim/metrics/metrics.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;
using classes = std::vector<int>;

TEST_CASE("a list of metrics has one update and one value") {
  auto metrics = aggregate_metrics(streaming_accuracy(), streaming_mean_absolute_error(), streaming_true_positives_at_thresholds({0.5}));
  const auto [accuracy, error, positives] = metrics.update(classes{0, 1, 1, 1}, classes{0, 1, 0, 1});
  CHECK(accuracy == 0.75);
  CHECK(error == 0.25);
  CHECK(positives == numbers{2});
  CHECK(std::get<0>(metrics.value()) == 0.75);
  metrics.at<1>().update(10, 0);
  CHECK(std::get<1>(metrics.value()) == 2.2);
  metrics.reset();
  CHECK(std::get<0>(metrics.value()) == 0);
}

TEST_CASE("a map of metrics is read by name") {
  auto metrics = aggregate_metric_map(metric<"eval/Accuracy">(streaming_accuracy()), metric<"iou">(streaming_mean_iou(2)), metric<"mean">(streaming_mean()));
  metrics.at<"mean">().update(numbers{1, 2});  // arguments of its own
  CHECK(metrics.value<"mean">() == 1.5);
  CHECK(metrics.value().at<"eval/Accuracy">() == 0);
  std::string names;
  metrics.for_each([&](const char* name, const auto&) { names += name + std::string(" "); });
  CHECK(names == "eval/Accuracy iou mean ");  // in the order written
  CHECK(metrics.size() == 3);
}

TEST_CASE("an update returns what the updates return, by name") {
  auto metrics = aggregate_metric_map(metric<"accuracy">(streaming_accuracy()), metric<"iou">(streaming_mean_iou(2)));
  const auto after = metrics.update(classes{0, 1, 1}, classes{0, 1, 0}, numbers{1, 1, 2});
  CHECK(after.at<"accuracy">() == 0.5);
  CHECK(after.at<"iou">() == (matrix(2, 2) << 1, 2, 0, 1).finished());  // the confusion matrix
  CHECK(metrics.value<"iou">() == doctest::Approx((1.0 / 3 + 1.0 / 3) / 2));
  metrics.reset();
  CHECK(metrics.value<"accuracy">() == 0);
}

TEST_CASE("predictions come first, whatever a metric's own order is") {
  const numbers p{0.9, 0.4, 0.6}, y{1, 0, 1};
  auto metrics = aggregate_metric_map(metric<"auc">(streaming_auc()), metric<"dynamic">(streaming_dynamic_auc()), metric<"f1">(f1_score()));
  metrics.update(p, y);
  CHECK(metrics.value<"auc">() == streaming_auc().update(p, y));
  CHECK(metrics.value<"dynamic">() == streaming_dynamic_auc().update(y, p));
  CHECK(metrics.value<"f1">() == f1_score().update(y, p));
}

TEST_CASE("the two metrics of TF-Slim's eval_image_classifier from one update") {
  const matrix logits = (matrix(3, 3) << 1, 3, 2, 5, 4, 1, -2, -1, -3).finished();
  auto metrics = aggregate_metric_map(metric<"Accuracy">(of_argmax(streaming_accuracy())), metric<"Recall_2">(streaming_recall_at_k(2)));
  metrics.update(logits, classes{1, 1, 2});
  CHECK(metrics.value<"Accuracy">() == doctest::Approx(1.0 / 3));
  CHECK(metrics.value<"Recall_2">() == doctest::Approx(2.0 / 3));
}
