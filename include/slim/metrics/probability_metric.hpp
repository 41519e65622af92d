#pragma once
#include "slim/core/begin.hpp"
// What metrics share that count at evenly spread thresholds. TF-Slim section 9.3.

#include "slim/core/number_text.hpp"
#include "slim/metrics/threshold_counts.hpp"

namespace slim::metrics {

/// Throws slim::error unless all predictions that count lie in [0, 1].
inline void check_probabilities(const char* metric, const values& predictions, const values& weights) {
  for_each_weighted(metric, predictions, weights, [&](double p, double) {
    if (!(p >= 0 && p <= 1))
      throw error(std::string(metric) + ": predictions must be in [0, 1], found " + exact_text(p) + "; apply softmax or sigmoid to logits first");
  });
}

namespace detail {

/// `count` thresholds over [0, 1]: −1e-7, i / (count − 1), 1 + 1e-7. Throws slim::error if count < 2.
inline std::vector<double> even_thresholds(const char* metric, int count) {
  if (count < 2) throw error(std::string(metric) + ": num_thresholds: expected at least 2, found " + std::to_string(count) + "; TF-Slim's default is 200");
  std::vector<double> thresholds(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) thresholds[static_cast<std::size_t>(i)] = static_cast<double>(i) / (count - 1);
  thresholds.front() = -1e-7, thresholds.back() = 1 + 1e-7;
  return thresholds;
}

/// Base of a metric `Self` whose value is made of counts at evenly spread thresholds. Predictions lie in [0, 1], labels are cast to bool.
/// Metrics differ in the order of their arguments (TF-Slim 9.1).
template <class Self, bool LabelsFirst>
class probability_metric {
public:
  static constexpr bool labels_first = LabelsFirst;

  auto update(const values& first, const values& second, const values& weights = 1) {
    const values &predictions = LabelsFirst ? second : first, &labels = LabelsFirst ? first : second;
    check_probabilities(Self::name, predictions, weights);
    at_thresholds.add(predictions, labels, weights);
    return static_cast<const Self&>(*this).value();
  }
  void reset() { at_thresholds.reset(); }

protected:
  explicit probability_metric(int num_thresholds) : at_thresholds(Self::name, even_thresholds(Self::name, num_thresholds)) {}
  /// In the order of rising thresholds.
  std::vector<confusion_counts> counts() const { return at_thresholds.counts(); }

private:
  threshold_counts at_thresholds;
};

}  // namespace detail

}  // namespace slim::metrics

#include "slim/core/end.hpp"
