#pragma once
#include "slim/core/begin.hpp"
// Counts of right and wrong yes-or-no predictions, and the rates made of them. TF-Slim section 9.2.

#include "slim/core/text.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// Sums of weights of predictions that are truly or falsely positive or negative.
struct confusion_counts {
  double true_positives = 0, false_positives = 0, true_negatives = 0, false_negatives = 0;

  void add(bool prediction, bool label, double weight) {
    (label ? prediction ? true_positives : false_negatives : prediction ? false_positives : true_negatives) += weight;
  }
};

namespace detail {

inline double true_positives(const confusion_counts& c) { return c.true_positives; }
inline double false_positives(const confusion_counts& c) { return c.false_positives; }
inline double true_negatives(const confusion_counts& c) { return c.true_negatives; }
inline double false_negatives(const confusion_counts& c) { return c.false_negatives; }

/// part / (part + rest), 0 when both are 0; NaN when a weight was.
inline double share(double part, double rest) { return part + rest <= 0 ? 0 : part / (part + rest); }
inline double precision(const confusion_counts& c) { return share(c.true_positives, c.false_positives); }
inline double recall(const confusion_counts& c) { return share(c.true_positives, c.false_negatives); }
inline double false_positive_rate(const confusion_counts& c) { return share(c.false_positives, c.true_negatives); }
inline double false_negative_rate(const confusion_counts& c) { return share(c.false_negatives, c.true_positives); }

/// Formula of the counts over all batches. Predictions and labels are cast to bool.
template <text Name, double (*Formula)(const confusion_counts&)>
class confusion_metric {
public:
  static constexpr const char* name = Name.c_str();

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    for_each_pair(name, predictions, labels, weights, [&](double p, double label, double w) { counts.add(p != 0, label != 0, w); });
    return value();
  }
  double value() const { return Formula(counts); }
  void reset() { counts = {}; }

private:
  confusion_counts counts;
};

}  // namespace detail

using streaming_true_positives = detail::confusion_metric<"streaming_true_positives", detail::true_positives>;
using streaming_false_positives = detail::confusion_metric<"streaming_false_positives", detail::false_positives>;
using streaming_true_negatives = detail::confusion_metric<"streaming_true_negatives", detail::true_negatives>;
using streaming_false_negatives = detail::confusion_metric<"streaming_false_negatives", detail::false_negatives>;

/// tp / (tp + fp), 0 when nothing was predicted positive.
using streaming_precision = detail::confusion_metric<"streaming_precision", detail::precision>;
/// tp / (tp + fn), 0 when nothing is labelled positive.
using streaming_recall = detail::confusion_metric<"streaming_recall", detail::recall>;
/// fp / (fp + tn), 0 when nothing is labelled negative.
using streaming_false_positive_rate = detail::confusion_metric<"streaming_false_positive_rate", detail::false_positive_rate>;
/// fn / (fn + tp), 0 when nothing is labelled positive.
using streaming_false_negative_rate = detail::confusion_metric<"streaming_false_negative_rate", detail::false_negative_rate>;

}  // namespace slim::metrics

#include "slim/core/end.hpp"
