#pragma once
#include "slim/core/begin.hpp"
// How often predictions equal labels. TF-Slim section 9.2.

#include <span>

#include "slim/metrics/mean.hpp"

namespace slim::metrics {

/// Streaming mean of [prediction == label]; predictions are cast to the type of the labels first. For class scores instead of classes see
/// `of_argmax`.
class streaming_accuracy {
public:
  static constexpr const char* name = "streaming_accuracy";

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    const auto cast = labels.element().cast;
    for_each_pair(name, predictions, labels, weights, [&](double p, double label, double w) { sum.add(cast(p) == label, w); });
    return value();
  }
  double value() const { return sum.mean(); }
  void reset() { sum = {}; }

private:
  weighted_sum sum;
};

/// The accuracy of one batch, not streaming: sum of weights of equal pairs over sum of weights, NaN when that is 0. Labels and predictions are
/// integers or bool of one type; throws slim::error otherwise.
inline double accuracy(const values& predictions, const values& labels, const values& weights = 1) {
  const auto& found = predictions.element();
  const auto& expected = labels.element();
  if (!expected.integral) throw error(std::string("accuracy: labels: expected integers or bool, found ") + expected.name + "; convert scores to classes first");
  if (&found != &expected)
    throw error(std::string("accuracy: predictions: expected the type of the labels, ") + expected.name + ", found " + found.name + "; convert one of them");
  weighted_sum sum;
  for_each_pair("accuracy", predictions, labels, weights, [&](double p, double label, double w) { sum.add(p == label, w); });
  return sum.total / sum.weight;
}

/// The same for class names. Throws slim::error if their numbers differ.
inline double accuracy(std::span<const std::string> predictions, std::span<const std::string> labels, const values& weights = 1) {
  if (predictions.size() != labels.size())
    throw error("accuracy: labels: expected " + std::to_string(predictions.size()) + " as there are predictions, found " + std::to_string(labels.size()) +
                "; pass one label for each prediction");
  std::string equal(labels.size(), '\0');
  for (std::size_t i = 0; i < labels.size(); ++i) equal[i] = predictions[i] == labels[i];
  weighted_sum sum;
  for_each_weighted("accuracy", equal, weights, [&](double same, double w) { sum.add(same, w); });
  return sum.total / sum.weight;
}

}  // namespace slim::metrics

#include "slim/core/end.hpp"
