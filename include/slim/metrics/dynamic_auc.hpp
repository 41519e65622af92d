#pragma once
#include "slim/core/begin.hpp"
// The exact area under a curve, from every stored prediction. TF-Slim section 9.3.

#include "slim/metrics/auc.hpp"
#include "slim/metrics/scored_labels.hpp"

namespace slim::metrics {

/// Area by trapezoids through one point per different prediction; 0 while only one class has been seen. Labels are 0 or 1.
class streaming_dynamic_auc {
public:
  static constexpr const char* name = "streaming_dynamic_auc";
  static constexpr bool labels_first = true;

  explicit streaming_dynamic_auc(curve kind = curve::ROC) : which(kind), scores(name) {}

  double update(const values& labels, const values& predictions, const values& weights = 1) {
    scores.add(labels, predictions, weights);
    return value();
  }

  double value() const {
    const tied_scores all = scores.totals();
    if (all.positives == 0 || all.negatives == 0) return 0;
    double tp = 0, fp = 0, area = 0, last_x = 0, last_y = which == curve::ROC ? 0 : 1;
    for (const tied_scores& s : scores.descending()) {
      tp += s.positives, fp += s.negatives;
      const double recall = tp / all.positives;
      const double x = which == curve::ROC ? fp / all.negatives : recall, y = which == curve::ROC ? recall : tp / (tp + fp);
      area += (x - last_x) * (y + last_y) / 2;
      last_x = x, last_y = y;
    }
    return area;
  }

  void reset() { scores.reset(); }

private:
  curve which;
  scored_labels scores;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
