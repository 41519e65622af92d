#pragma once
#include "slim/core/begin.hpp"
// The area under the ROC curve from two histograms of scores. TF-Slim section 9.3; Bouckaert, "Efficient AUC learning curve calculation" (2006).

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// Scores are clipped into `score_range` and counted in `nbins` equal bins per class; the curve has one trapezoid per bin, from high to low.
/// NaN until both classes have been seen. Labels are 0 or 1, one per example; there are no weights.
class auc_using_histogram {
public:
  static constexpr const char* name = "auc_using_histogram";
  static constexpr bool labels_first = true;

  struct range {
    double low, high;
  };

  /// Throws slim::error for an empty range or no bins.
  explicit auc_using_histogram(range score_range, int nbins = 100) : limits(score_range) {
    if (!(score_range.low < score_range.high))
      throw error(std::string(name) + ": score_range: expected the lower limit first, found " + exact_text(score_range.low) + " and " +
                  exact_text(score_range.high) + "; use {0, 1} for probabilities");
    if (nbins < 1) throw error(std::string(name) + ": nbins: expected at least 1, found " + std::to_string(nbins) + "; TF-Slim's default is 100");
    positives.resize(static_cast<std::size_t>(nbins));
    negatives.resize(static_cast<std::size_t>(nbins));
  }

  double update(const values& boolean_labels, const values& scores) {
    if (scores.columns() != 1)
      throw error(std::string(name) + ": scores: expected one per example, found the shape " + scores.shape() + "; choose the column of one class");
    for_each_pair(name, scores, boolean_labels, 1, [](double score, double label, double) {
      check_binary_label(name, label);
      if (is_nan(score)) throw error(std::string(name) + ": scores: expected numbers, found nan; check the model for overflow");
    });
    const double bins = static_cast<double>(positives.size());
    for_each_pair(name, scores, boolean_labels, 1, [&](double score, double label, double) {
      const double place = (score - limits.low) / (limits.high - limits.low) * bins;
      ++(label != 0 ? positives : negatives)[static_cast<std::size_t>(std::clamp(place, 0.0, bins - 1))];
    });
    return value();
  }

  double value() const {
    double all_positives = 0, all_negatives = 0;
    for (const std::int64_t n : positives) all_positives += static_cast<double>(n);
    for (const std::int64_t n : negatives) all_negatives += static_cast<double>(n);
    if (all_positives == 0 || all_negatives == 0) return std::numeric_limits<double>::quiet_NaN();
    double recall = 0, area = 0;
    for (std::size_t i = positives.size(); i-- > 0;) {
      const double last = recall;
      recall += static_cast<double>(positives[i]) / all_positives;
      area += static_cast<double>(negatives[i]) / all_negatives * (recall + last) / 2;
    }
    return area;
  }

  void reset() {
    std::fill(positives.begin(), positives.end(), 0);
    std::fill(negatives.begin(), negatives.end(), 0);
  }

private:
  range limits;
  std::vector<std::int64_t> positives, negatives;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
