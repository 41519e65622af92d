#pragma once
#include "slim/core/begin.hpp"
// Means over all batches. TF-Slim section 9.2.
//
// Every metric of this folder is a value with the same three functions: `update` adds a batch and returns the metric after it (exceptions are
// noted), `value` changes nothing, `reset` starts again. Sums are kept in double precision. Weights are one number, one per example or one per
// value; weight 0 masks. Arguments of wrong shape throw slim::error and leave the metric as it was.

#include "slim/core/text.hpp"
#include "slim/metrics/matrix.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// A sum of weighted numbers and of their weights.
struct weighted_sum {
  double total = 0, weight = 0;

  void add(double number, double w) { total += number * w, weight += w; }
  /// 0 before any data; NaN when a weight was.
  double mean() const { return weight <= 0 ? 0 : total / weight; }
};

/// Sum of weight x value over sum of weights; 0 before any data.
class streaming_mean {
public:
  static constexpr const char* name = "streaming_mean";

  double update(const values& numbers, const values& weights = 1) {
    for_each_weighted(name, numbers, weights, [&](double number, double w) { sum.add(number, w); });
    return value();
  }
  double value() const { return sum.mean(); }
  void reset() { sum = {}; }

private:
  weighted_sum sum;
};

/// The mean of each element of tables of one shape, over batches; elements of total weight 0 give 0.
class streaming_mean_tensor {
public:
  static constexpr const char* name = "streaming_mean_tensor";

  /// Throws slim::error for a negative extent.
  explicit streaming_mean_tensor(long rows, long columns = 1) {
    if (rows < 0 || columns < 0) throw error{name, ": shape: expected 0 or more rows and columns, found ", rows, " and ", columns, "; give that of a batch"};
    totals = weight = matrix::Zero(rows, columns);
  }

  matrix update(const values& numbers, const values& weights = 1) {
    if (numbers.rows() != totals.rows() || numbers.columns() != totals.cols())
      throw error(std::string(name) + ": values: expected the shape [" + std::to_string(totals.rows()) + ", " + std::to_string(totals.cols()) + "], found " +
                  numbers.shape() + "; all batches have the shape given at construction");
    const values w = weights.repeated_for(numbers, name);
    for (long i = 0; i < numbers.rows(); ++i)
      for (long j = 0; j < numbers.columns(); ++j)
        if (w(i, j) != 0) totals(i, j) += w(i, j) * numbers(i, j), weight(i, j) += w(i, j);
    return value();
  }
  matrix value() const { return (weight.array() <= 0).select(0.0, totals.array() / weight.array()); }
  void reset() { totals.setZero(), weight.setZero(); }

private:
  matrix totals, weight;
};

/// The number of elements seen, or the sum of their weights.
class streaming_count {
public:
  static constexpr const char* name = "streaming_count";

  double update(const values& numbers, const values& weights = 1) {
    for_each_weighted(name, numbers, weights, [&](double, double w) { total += w; });
    return value();
  }
  double value() const { return total; }
  void reset() { total = 0; }

private:
  double total = 0;
};

/// Streaming mean of [value < threshold].
class streaming_percentage_less {
public:
  static constexpr const char* name = "streaming_percentage_less";

  explicit streaming_percentage_less(double threshold) : limit(threshold) {}

  double update(const values& numbers, const values& weights = 1) {
    const double threshold = numbers.comparable(limit);
    for_each_weighted(name, numbers, weights, [&](double number, double w) { sum.add(number < threshold, w); });
    return value();
  }
  double value() const { return sum.mean(); }
  void reset() { sum = {}; }

private:
  double limit;
  weighted_sum sum;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
