#pragma once
#include "slim/core/begin.hpp"
// The area under a curve through evenly spread thresholds. TF-Slim sections 9.2 and 9.3.

#include "slim/metrics/matrix.hpp"
#include "slim/metrics/probability_metric.hpp"

namespace slim::metrics {

/// ROC: recall over false positive rate. PR: precision over recall.
enum class curve { ROC, PR };

namespace detail {

/// The points (x, y) of a curve, one row per threshold.
inline matrix points_of(const std::vector<confusion_counts>& counts, curve kind) {
  constexpr double guard = 1e-6;
  matrix points(static_cast<Eigen::Index>(counts.size()), 2);
  for (Eigen::Index i = 0; i < points.rows(); ++i) {
    const confusion_counts& c = counts[static_cast<std::size_t>(i)];
    const double recall = (c.true_positives + guard) / (c.true_positives + c.false_negatives + guard);
    if (kind == curve::ROC) points.row(i) << c.false_positives / (c.false_positives + c.true_negatives + guard), recall;
    else points.row(i) << recall, (c.true_positives + guard) / (c.true_positives + c.false_positives + guard);
  }
  return points;
}

/// Area by trapezoids under points whose x fall.
inline double area_under(const matrix& points) {
  double area = 0;
  for (Eigen::Index i = 0; i + 1 < points.rows(); ++i) area += (points(i, 0) - points(i + 1, 0)) * (points(i, 1) + points(i + 1, 1)) / 2;
  return area;
}

}  // namespace detail

/// Area under the curve; update(predictions, labels, weights = 1). Without any positive label the area under ROC is 1 and that under PR is 0;
/// without any negative label and all predictions 1 the area under PR is 1.
class streaming_auc : public detail::probability_metric<streaming_auc, false> {
public:
  static constexpr const char* name = "streaming_auc";

  explicit streaming_auc(int num_thresholds = 200, curve kind = curve::ROC) : probability_metric(num_thresholds), which(kind) {}

  double value() const { return detail::area_under(detail::points_of(counts(), which)); }

private:
  curve which;
};

/// The curve itself; update(labels, predictions, weights = 1). A table [num_thresholds, 2] of (false positive rate, recall) for ROC,
/// (recall, precision) for PR.
class streaming_curve_points : public detail::probability_metric<streaming_curve_points, true> {
public:
  static constexpr const char* name = "streaming_curve_points";

  explicit streaming_curve_points(int num_thresholds = 200, curve kind = curve::ROC) : probability_metric(num_thresholds), which(kind) {}

  matrix value() const { return detail::points_of(counts(), which); }

private:
  curve which;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
