#pragma once
#include "slim/core/begin.hpp"
// The exact area under the ROC curve with an asymptotic confidence interval. TF-Slim section 9.3.

#include "slim/core/number_text.hpp"
#include "slim/metrics/scored_labels.hpp"
#include "slim/tensor/random.hpp"

namespace slim::metrics {

struct auc_interval {
  double auc = 0, lower = 0, upper = 0;
};

namespace detail {

/// The number below which the share `share` of a standard normal distribution lies, to double precision.
inline double exact_normal_quantile(double share) {
  const double near = normal_quantile(share);
  const double missing = share - 0.5 * std::erfc(-near / std::sqrt(2.0));
  return near + missing * std::sqrt(2 * 3.14159265358979323846) * std::exp(near * near / 2);  // one step of Newton's method
}

}  // namespace detail

/// The probability that a positive example scores higher than a negative one, ties counted ½, and its interval of confidence `alpha` from the
/// variance of the placement values of both classes; the interval is computed on log(auc / (1 − auc)) unless `logit_transformation` is off.
/// All 0 while a class has a total weight below 1; an auc of exactly 0 or 1 is its own interval. Labels are 0 or 1.
/// DeLong, DeLong, Clarke-Pearson: "Comparing the areas under two or more correlated ROC curves" (1988); Sun and Xu (2014).
class auc_with_confidence_intervals {
public:
  static constexpr const char* name = "auc_with_confidence_intervals";
  static constexpr bool labels_first = true;

  /// Throws slim::error unless 0 < alpha < 1.
  explicit auc_with_confidence_intervals(double alpha = 0.95, bool logit_transformation = true) : confidence(alpha), logit(logit_transformation), scores(name) {
    if (!(alpha > 0 && alpha < 1))
      throw error(std::string(name) + ": alpha: expected a share between 0 and 1, found " + exact_text(alpha) + "; 0.95 means 95 %");
  }

  auc_interval update(const values& labels, const values& predictions, const values& weights = 1) {
    scores.add(labels, predictions, weights);
    return value();
  }

  auc_interval value() const {
    const tied_scores all = scores.totals();
    if (all.positives < 1 || all.negatives < 1) return {};
    // Placement of a positive: the share of negatives below it; of a negative: the share of positives above it. Both have the mean auc.
    const std::vector<tied_scores>& groups = scores.descending();
    double sum = 0, above = 0;
    for (const tied_scores& s : groups) {
      sum += s.negatives * (above + s.positives / 2);
      above += s.positives;
    }
    const double auc = sum / (all.positives * all.negatives);
    if (auc == 0 || auc == 1) return {auc, auc, auc};
    double positives_above = 0, negatives_above = 0, positive_squares = 0, negative_squares = 0;
    for (const tied_scores& s : groups) {
      const double of_positive = 1 - (negatives_above + s.negatives / 2) / all.negatives - auc;
      const double of_negative = (positives_above + s.positives / 2) / all.positives - auc;
      positive_squares += s.positives * of_positive * of_positive;
      negative_squares += s.negatives * of_negative * of_negative;
      positives_above += s.positives, negatives_above += s.negatives;
    }
    constexpr double guard = 1e-7;  // a class of weight 1 has no variance
    const double deviation =
        std::sqrt(positive_squares / (all.positives - 1 + guard) / all.positives + negative_squares / (all.negatives - 1 + guard) / all.negatives);
    const double quantile = detail::exact_normal_quantile((1 + confidence) / 2);
    if (!logit) return {auc, auc - quantile * deviation, auc + quantile * deviation};
    const double centre = std::log(auc / (1 - auc)), reach = quantile * deviation / (auc * (1 - auc));
    return {auc, 1 / (1 + std::exp(reach - centre)), 1 / (1 + std::exp(-reach - centre))};
  }

  void reset() { scores.reset(); }

private:
  double confidence;
  bool logit;
  scored_labels scores;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
