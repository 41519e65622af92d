#pragma once
#include "slim/core/begin.hpp"
// Confusion counts at many thresholds at once.

#include <algorithm>
#include <utility>
#include <vector>

#include "slim/core/finite.hpp"
#include "slim/metrics/confusion_counts.hpp"

namespace slim::metrics {

/// Counts for each threshold t, where a prediction p is positive if p > t. A prediction costs one binary search, not one comparison for
/// each threshold: predictions that exceed the same thresholds share a bucket.
class threshold_counts {
public:
  /// Thresholds in any order. Throws slim::error when there are none or one is NaN.
  threshold_counts(const char* metric, const std::vector<double>& thresholds) : owner(metric), positives(thresholds.size() + 1), negatives(positives) {
    if (thresholds.empty()) throw error(std::string(metric) + ": thresholds: expected at least one, found none; pass the thresholds to count at");
    for (const double t : thresholds) {
      if (is_nan(t)) throw error(std::string(metric) + ": thresholds: expected numbers, found nan; check how they were computed");
      sorted.push_back({t, static_cast<long>(sorted.size())});
    }
    std::sort(sorted.begin(), sorted.end());
  }

  void add(const values& predictions, const values& labels, const values& weights) {
    for_each_pair(owner, predictions, labels, weights, [&](double p, double label, double w) {
      const auto above = std::partition_point(sorted.begin(), sorted.end(), [&](const auto& t) { return predictions.comparable(t.first) < p; });
      (label != 0 ? positives : negatives)[static_cast<std::size_t>(above - sorted.begin())] += w;
    });
  }

  /// The counts in the order of the thresholds.
  std::vector<confusion_counts> counts() const {
    std::vector<confusion_counts> result(sorted.size());
    const auto at = [&](std::size_t rank) -> confusion_counts& { return result[static_cast<std::size_t>(sorted[rank].second)]; };
    double below_positives = 0, below_negatives = 0, above_positives = 0, above_negatives = 0;
    for (std::size_t rank = 0; rank < sorted.size(); ++rank) {
      at(rank).false_negatives = below_positives += positives[rank];
      at(rank).true_negatives = below_negatives += negatives[rank];
    }
    for (std::size_t rank = sorted.size(); rank-- > 0;) {
      at(rank).true_positives = above_positives += positives[rank + 1];
      at(rank).false_positives = above_negatives += negatives[rank + 1];
    }
    return result;
  }

  void reset() {
    std::fill(positives.begin(), positives.end(), 0.0);
    std::fill(negatives.begin(), negatives.end(), 0.0);
  }

private:
  const char* owner;
  std::vector<std::pair<double, long>> sorted;  // threshold, its number
  std::vector<double> positives, negatives;     // weight that exceeds exactly so many of the sorted thresholds
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
