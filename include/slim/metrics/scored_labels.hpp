#pragma once
#include "slim/core/begin.hpp"
// Every score with its label, kept for metrics that need the order of all scores.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "slim/core/finite.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// Weights of the positive and negative labels that share one score.
struct tied_scores {
  double score = 0, positives = 0, negatives = 0;
};

/// Grows by 24 bytes for each different score of weight other than 0.
class scored_labels {
public:
  explicit scored_labels(const char* metric) : owner(metric) {}

  /// Throws slim::error, before anything is kept, for labels other than 0 or 1 and for predictions that are NaN: they have no place in an order.
  void add(const values& labels, const values& predictions, const values& weights) {
    for_each_pair(owner, predictions, labels, weights, [&](double p, double label, double) {
      check_binary_label(owner, label);
      if (is_nan(p)) throw error(std::string(owner) + ": predictions: expected numbers, found nan; check the model for overflow");
    });
    const auto higher = [](const tied_scores& a, const tied_scores& b) { return a.score > b.score; };
    const auto old = static_cast<std::ptrdiff_t>(kept.size());
    for_each_pair(owner, predictions, labels, weights, [&](double p, double label, double w) { kept.push_back({p, label != 0 ? w : 0, label != 0 ? 0 : w}); });
    // Merging keeps an update linear in what is stored; sorting everything each time would not.
    std::sort(kept.begin() + old, kept.end(), higher);
    std::inplace_merge(kept.begin(), kept.begin() + old, kept.end(), higher);
    join_ties();
  }

  /// All that was added, from the highest score to the lowest, equal scores as one.
  const std::vector<tied_scores>& descending() const { return kept; }

  tied_scores totals() const {
    tied_scores sum;
    for (const tied_scores& s : kept) sum.positives += s.positives, sum.negatives += s.negatives;
    return sum;
  }

  void reset() { kept.clear(); }

private:
  void join_ties() {
    std::size_t groups = 0;
    for (const tied_scores& s : kept) {
      if (groups == 0 || kept[groups - 1].score != s.score) {
        kept[groups++] = s;
      } else {
        kept[groups - 1].positives += s.positives;
        kept[groups - 1].negatives += s.negatives;
      }
    }
    kept.resize(groups);
  }

  const char* owner;
  std::vector<tied_scores> kept;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
