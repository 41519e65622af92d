#pragma once
#include "slim/core/begin.hpp"
// Mean distances between predictions and labels. TF-Slim section 9.2.

#include "slim/metrics/mean.hpp"

namespace slim::metrics {

namespace detail {

/// Streaming mean of Term(prediction, label).
template <text Name, double (*Term)(double, double)>
class mean_of_pairs {
public:
  static constexpr const char* name = Name.c_str();

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    for_each_pair(name, predictions, labels, weights, [&](double p, double label, double w) { sum.add(Term(p, label), w); });
    return value();
  }
  double value() const { return sum.mean(); }
  void reset() { sum = {}; }

private:
  weighted_sum sum;
};

inline double absolute_difference(double a, double b) { return std::abs(a - b); }
inline double squared_difference(double a, double b) { return (a - b) * (a - b); }

}  // namespace detail

/// mean |p − y|
using streaming_mean_absolute_error = detail::mean_of_pairs<"streaming_mean_absolute_error", detail::absolute_difference>;

/// mean (p − y)²
using streaming_mean_squared_error = detail::mean_of_pairs<"streaming_mean_squared_error", detail::squared_difference>;

/// √(streaming mean (p − y)²)
class streaming_root_mean_squared_error {
public:
  static constexpr const char* name = "streaming_root_mean_squared_error";

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    squares.update(predictions, labels, weights);
    return value();
  }
  double value() const { return std::sqrt(squares.value()); }
  void reset() { squares.reset(); }

private:
  detail::mean_of_pairs<"streaming_root_mean_squared_error", detail::squared_difference> squares;
};

/// mean |p − y| / normalizer, where an element is 0 if its normalizer is. The normalizer has the shape of the labels.
class streaming_mean_relative_error {
public:
  static constexpr const char* name = "streaming_mean_relative_error";

  double update(const values& predictions, const values& labels, const values& normalizer, const values& weights = 1) {
    check_same_shape(name, predictions, labels);
    if (!normalizer.has_shape_of(predictions))
      throw error(std::string(name) + ": normalizer: expected the shape " + predictions.shape() + ", found " + normalizer.shape() +
                  "; pass one number for each label");
    const values weight = weights.repeated_for(predictions, name);
    for (long i = 0; i < predictions.rows(); ++i)
      for (long j = 0; j < predictions.columns(); ++j) {
        const double scale = normalizer(i, j), w = weight(i, j);
        if (w != 0) sum.add(scale == 0 ? 0 : std::abs(predictions(i, j) - labels(i, j)) / scale, w);
      }
    return value();
  }
  double value() const { return sum.mean(); }
  void reset() { sum = {}; }

private:
  weighted_sum sum;
};

/// 1 − streaming mean of Σ p·y along `dim` (0: the examples, 1: the values of an example); inputs are taken to have unit length. 1 before any
/// data. Weights: one number or one per sum.
class streaming_mean_cosine_distance {
public:
  static constexpr const char* name = "streaming_mean_cosine_distance";

  explicit streaming_mean_cosine_distance(int along) : axis(along) {
    if (along != 0 && along != 1)
      throw error(std::string(name) + ": dim: expected 0 (examples) or 1 (values), found " + std::to_string(along) + "; choose one of them");
  }

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    check_same_shape(name, predictions, labels);
    matrix sums = matrix::Zero(axis == 0 ? 1 : predictions.rows(), axis == 1 ? 1 : predictions.columns());
    for (long i = 0; i < predictions.rows(); ++i)
      for (long j = 0; j < predictions.columns(); ++j) sums(axis == 0 ? 0 : i, axis == 1 ? 0 : j) += predictions(i, j) * labels(i, j);
    similarity.update(sums, weights);
    return value();
  }
  double value() const { return 1 - similarity.value(); }
  void reset() { similarity.reset(); }

private:
  int axis;
  streaming_mean similarity;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
