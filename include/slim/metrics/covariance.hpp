#pragma once
#include "slim/core/begin.hpp"
// Covariance and correlation of predictions with labels. TF-Slim section 9.2.

#include <limits>

#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// Means and sums of products of deviations of two quantities. Batches are merged so that nothing cancels: Chan, Golub, LeVeque,
/// "Updating formulae and a pairwise algorithm for computing sample variances" (1979). Weights act as fractional counts.
struct comoments {
  double count = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;

  void add(double x, double y, double weight) { merge({weight, x, y, 0, 0, 0}); }

  void merge(const comoments& b) {
    const double all = count + b.count;
    if (all == 0) return;
    const double dx = b.mean_x - mean_x, dy = b.mean_y - mean_y, shared = count * b.count / all;
    xx += b.xx + dx * dx * shared;
    xy += b.xy + dx * dy * shared;
    yy += b.yy + dy * dy * shared;
    mean_x += dx * b.count / all;
    mean_y += dy * b.count / all;
    count = all;
  }
};

/// comoment / (count − 1), unbiased; NaN while count ≤ 1.
class streaming_covariance {
public:
  static constexpr const char* name = "streaming_covariance";

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    for_each_pair(name, predictions, labels, weights, [&](double p, double label, double w) { moments.add(p, label, w); });
    return value();
  }
  double value() const { return moments.count > 1 ? moments.xy / (moments.count - 1) : std::numeric_limits<double>::quiet_NaN(); }
  void reset() { moments = {}; }

private:
  comoments moments;
};

/// cov(p, y) / √(cov(p, p) · cov(y, y)); NaN while count ≤ 1 or one of both does not vary.
class streaming_pearson_correlation {
public:
  static constexpr const char* name = "streaming_pearson_correlation";

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    for_each_pair(name, predictions, labels, weights, [&](double p, double label, double w) { moments.add(p, label, w); });
    return value();
  }
  double value() const { return moments.count > 1 ? moments.xy / std::sqrt(moments.xx * moments.yy) : std::numeric_limits<double>::quiet_NaN(); }
  void reset() { moments = {}; }

private:
  comoments moments;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
