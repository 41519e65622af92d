#pragma once
#include "slim/core/begin.hpp"
// Precision and recall over many evenly spread thresholds, cheap enough for every pixel of an image. TF-Slim section 9.2.

#include "slim/metrics/probability_metric.hpp"

namespace slim::metrics {

/// Vectors with one number per threshold.
struct precision_recall_data {
  std::vector<double> tp, fp, tn, fn, precision, recall, thresholds;
};

/// Counts at the thresholds i / (num_thresholds − 1), where a prediction p counts as positive up to threshold number ⌊p · (num_thresholds − 1)⌋,
/// computed in the precision of the predictions. precision = tp / max(1e-7, tp + fp), recall = tp / max(1e-7, tp + fn).
/// Predictions lie in [0, 1], labels are 0 or 1; throws slim::error otherwise.
class precision_recall_at_equal_thresholds {
public:
  static constexpr const char* name = "precision_recall_at_equal_thresholds";
  static constexpr bool labels_first = true;

  explicit precision_recall_at_equal_thresholds(int num_thresholds = 201)
      : positives(detail::even_thresholds(name, num_thresholds).size()), negatives(positives) {}

  precision_recall_data update(const values& labels, const values& predictions, const values& weights = 1) {
    check_probabilities(name, predictions, weights);
    for_each_pair(name, predictions, labels, weights, [](double, double label, double) { check_binary_label(name, label); });
    const double last = static_cast<double>(positives.size() - 1);
    for_each_pair(name, predictions, labels, weights, [&](double p, double label, double w) {
      const std::size_t bucket = static_cast<std::size_t>(predictions.comparable(p * last));
      (label != 0 ? positives : negatives)[bucket] += w;
    });
    return value();
  }

  precision_recall_data value() const {
    const std::size_t count = positives.size();
    precision_recall_data d;
    for (auto* column : {&d.tp, &d.fp, &d.tn, &d.fn, &d.precision, &d.recall, &d.thresholds}) column->resize(count);
    for (std::size_t i = count; i-- > 0;) {
      d.tp[i] = positives[i] + (i + 1 < count ? d.tp[i + 1] : 0);
      d.fp[i] = negatives[i] + (i + 1 < count ? d.fp[i + 1] : 0);
    }
    for (std::size_t i = 0; i < count; ++i) {
      d.fn[i] = d.tp[0] - d.tp[i];
      d.tn[i] = d.fp[0] - d.fp[i];
      d.precision[i] = d.tp[i] / std::max(1e-7, d.tp[i] + d.fp[i]);
      d.recall[i] = d.tp[i] / std::max(1e-7, d.tp[i] + d.fn[i]);
      d.thresholds[i] = static_cast<double>(i) / static_cast<double>(count - 1);
    }
    return d;
  }

  void reset() {
    std::fill(positives.begin(), positives.end(), 0.0);
    std::fill(negatives.begin(), negatives.end(), 0.0);
  }

private:
  std::vector<double> positives, negatives;  // weight of the predictions between one threshold and the next
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
