#pragma once
#include "slim/core/begin.hpp"
// Confusion counts and rates as vectors over thresholds. TF-Slim section 9.2.

#include "slim/metrics/threshold_counts.hpp"

namespace slim::metrics {

namespace detail {

/// part / (1e-7 + part + rest)
inline double guarded_share(double part, double rest) { return part / (1e-7 + part + rest); }
inline double guarded_precision(const confusion_counts& c) { return guarded_share(c.true_positives, c.false_positives); }
inline double guarded_recall(const confusion_counts& c) { return guarded_share(c.true_positives, c.false_negatives); }
inline double guarded_specificity(const confusion_counts& c) { return guarded_share(c.true_negatives, c.false_positives); }
inline double guarded_false_positive_rate(const confusion_counts& c) { return guarded_share(c.false_positives, c.true_negatives); }
inline double guarded_false_negative_rate(const confusion_counts& c) { return guarded_share(c.false_negatives, c.true_positives); }

/// Formula of the counts at each threshold, given at construction in any order. Labels are cast to bool.
template <text Name, double (*Formula)(const confusion_counts&)>
class metric_at_thresholds {
public:
  static constexpr const char* name = Name.c_str();

  explicit metric_at_thresholds(const std::vector<double>& thresholds) : counts(name, thresholds) {}

  std::vector<double> update(const values& predictions, const values& labels, const values& weights = 1) {
    counts.add(predictions, labels, weights);
    return value();
  }
  std::vector<double> value() const {
    std::vector<double> results;
    for (const confusion_counts& c : counts.counts()) results.push_back(Formula(c));
    return results;
  }
  void reset() { counts.reset(); }

private:
  threshold_counts counts;
};

}  // namespace detail

using streaming_true_positives_at_thresholds = detail::metric_at_thresholds<"streaming_true_positives_at_thresholds", detail::true_positives>;
using streaming_false_positives_at_thresholds = detail::metric_at_thresholds<"streaming_false_positives_at_thresholds", detail::false_positives>;
using streaming_true_negatives_at_thresholds = detail::metric_at_thresholds<"streaming_true_negatives_at_thresholds", detail::true_negatives>;
using streaming_false_negatives_at_thresholds = detail::metric_at_thresholds<"streaming_false_negatives_at_thresholds", detail::false_negatives>;

/// tp / (1e-7 + tp + fp)
using streaming_precision_at_thresholds = detail::metric_at_thresholds<"streaming_precision_at_thresholds", detail::guarded_precision>;
/// tp / (1e-7 + tp + fn)
using streaming_recall_at_thresholds = detail::metric_at_thresholds<"streaming_recall_at_thresholds", detail::guarded_recall>;
/// fp / (1e-7 + fp + tn)
using streaming_false_positive_rate_at_thresholds =
    detail::metric_at_thresholds<"streaming_false_positive_rate_at_thresholds", detail::guarded_false_positive_rate>;
/// fn / (1e-7 + fn + tp)
using streaming_false_negative_rate_at_thresholds =
    detail::metric_at_thresholds<"streaming_false_negative_rate_at_thresholds", detail::guarded_false_negative_rate>;

}  // namespace slim::metrics

#include "slim/core/end.hpp"
