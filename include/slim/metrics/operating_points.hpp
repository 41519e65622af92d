#pragma once
#include "slim/core/begin.hpp"
// One rate where another has a wanted value, and the best F1 score. TF-Slim section 9.2.

#include "slim/core/number_text.hpp"
#include "slim/metrics/at_thresholds.hpp"
#include "slim/metrics/probability_metric.hpp"

namespace slim::metrics {

namespace detail {

/// Throws slim::error unless `target` is a share.
inline double checked_share(const char* metric, const char* what, double target) {
  if (!(target >= 0 && target <= 1))
    throw error(std::string(metric) + ": " + what + ": expected a share in [0, 1], found " + exact_text(target) + "; 0.9 means 90 %");
  return target;
}

}  // namespace detail

/// Specificity tn / (tn + fp + 1e-7) at the threshold whose sensitivity tp / (tp + fn + 1e-7) is nearest to the wanted one; the highest of
/// several. Predictions lie in [0, 1]; throws slim::error unless the wanted sensitivity does.
class streaming_specificity_at_sensitivity : public detail::probability_metric<streaming_specificity_at_sensitivity, false> {
public:
  static constexpr const char* name = "streaming_specificity_at_sensitivity";

  explicit streaming_specificity_at_sensitivity(double sensitivity, int num_thresholds = 200)
      : probability_metric(num_thresholds), target(detail::checked_share(name, "sensitivity", sensitivity)) {}

  double value() const {
    double nearest = 2, result = 0;
    for (const confusion_counts& c : counts())
      if (const double distance = std::abs(detail::guarded_recall(c) - target); distance <= nearest)
        nearest = distance, result = detail::guarded_specificity(c);
    return result;
  }

private:
  double target;
};

/// Sensitivity tp / (tp + fn + 1e-7) at the threshold whose specificity tn / (tn + fp + 1e-7) is nearest to the wanted one; the lowest of
/// several. Predictions lie in [0, 1]; throws slim::error unless the wanted specificity does.
class streaming_sensitivity_at_specificity : public detail::probability_metric<streaming_sensitivity_at_specificity, false> {
public:
  static constexpr const char* name = "streaming_sensitivity_at_specificity";

  explicit streaming_sensitivity_at_specificity(double specificity, int num_thresholds = 200)
      : probability_metric(num_thresholds), target(detail::checked_share(name, "specificity", specificity)) {}

  double value() const {
    double nearest = 2, result = 0;
    for (const confusion_counts& c : counts())
      if (const double distance = std::abs(detail::guarded_specificity(c) - target); distance < nearest) nearest = distance, result = detail::guarded_recall(c);
    return result;
  }

private:
  double target;
};

/// Recall tp / (tp + fn + 1e-7) at the threshold whose precision tp / (tp + fp + 1e-7) is nearest to the wanted one, the lowest of several.
/// In strict mode only thresholds whose precision is not below it count; 0 when there is none.
class recall_at_precision : public detail::probability_metric<recall_at_precision, true> {
public:
  static constexpr const char* name = "recall_at_precision";

  explicit recall_at_precision(double precision, int num_thresholds = 200, bool strict_mode = false)
      : probability_metric(num_thresholds), target(detail::checked_share(name, "precision", precision)), strict(strict_mode) {}

  double value() const {
    double nearest = 2, result = 0;
    for (const confusion_counts& c : counts()) {
      const double difference = detail::guarded_precision(c) - target;
      if (strict && difference < 0) continue;
      if (std::abs(difference) < nearest) nearest = std::abs(difference), result = detail::guarded_recall(c);
    }
    return result;
  }

private:
  double target;
  bool strict;
};

/// Precision (tp + 1e-7) / (tp + fp + 1e-7) at the highest threshold whose recall (tp + 1e-7) / (tp + fn + 1e-7) reaches the wanted one.
class precision_at_recall : public detail::probability_metric<precision_at_recall, true> {
public:
  static constexpr const char* name = "precision_at_recall";

  explicit precision_at_recall(double target_recall, int num_thresholds = 200)
      : probability_metric(num_thresholds), target(detail::checked_share(name, "target_recall", target_recall)) {}

  double value() const {
    constexpr double guard = 1e-7;
    double result = 0;
    for (const confusion_counts& c : counts())
      if ((c.true_positives + guard) / (c.true_positives + c.false_negatives + guard) >= target)
        result = (c.true_positives + guard) / (c.true_positives + c.false_positives + guard);
    return result;
  }

private:
  double target;
};

/// The largest 2PR / (P + R + 1e-7) over the thresholds, P and R as in streaming_precision_at_thresholds and streaming_recall_at_thresholds.
class f1_score : public detail::probability_metric<f1_score, true> {
public:
  static constexpr const char* name = "f1_score";

  explicit f1_score(int num_thresholds = 200) : probability_metric(num_thresholds) {}

  double value() const {
    double best = 0;
    for (const confusion_counts& c : counts()) {
      const double precision = detail::guarded_precision(c), recall = detail::guarded_recall(c);
      best = std::max(best, 2 * precision * recall / (precision + recall + 1e-7));
    }
    return best;
  }
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
