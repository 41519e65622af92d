#pragma once
#include "slim/core/begin.hpp"
// From class scores to classes.

#include <utility>
#include <vector>

#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// The class with the highest score for each example; the lowest of several. Throws slim::error when there are no classes.
inline std::vector<int> argmax(const values& scores) {
  if (scores.columns() < 1) throw error("argmax: scores: expected at least 1 class, found the shape " + scores.shape() + "; pass scores of all classes");
  std::vector<int> best(static_cast<std::size_t>(scores.rows()), 0);
  for (long i = 0; i < scores.rows(); ++i)
    for (long j = 1; j < scores.columns(); ++j)
      if (int& chosen = best[static_cast<std::size_t>(i)]; scores(i, j) > scores(i, chosen)) chosen = static_cast<int>(j);
  return best;
}

/// Updates a metric with predictions first, whatever its own order is (TF-Slim 9.1 has both).
template <class Metric, class Predictions, class Labels, class... Weights>
auto update_metric(Metric& metric, const Predictions& predictions, const Labels& labels, const Weights&... weights) {
  if constexpr (requires { requires Metric::labels_first; }) return metric.update(labels, predictions, weights...);
  else return metric.update(predictions, labels, weights...);
}

/// A metric of classes that takes class scores: update(scores [examples, classes], labels, weights = 1), as in
/// of_argmax(streaming_accuracy()).
template <class Metric>
class of_argmax {
public:
  explicit of_argmax(Metric metric) : classes(std::move(metric)) {}

  template <class... Weights>
  auto update(const values& scores, const values& labels, const Weights&... weights) {
    return update_metric(classes, argmax(scores), labels, weights...);
  }
  auto value() const { return classes.value(); }
  void reset() { classes.reset(); }

private:
  Metric classes;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
