#pragma once
#include "slim/core/begin.hpp"
// Which class was taken for which, and metrics made of that table. TF-Slim section 9.2.

#include <cmath>

#include "slim/core/number_text.hpp"
#include "slim/metrics/matrix.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

namespace detail {

/// Sums of weights [num_classes, num_classes]: rows are labels, columns predictions.
class class_table {
public:
  class_table(const char* metric, int num_classes, int fewest) : owner(metric) {
    if (num_classes < fewest)
      throw error(std::string(metric) + ": num_classes: expected at least " + std::to_string(fewest) + ", found " + std::to_string(num_classes) +
                  "; pass the number of classes of the data set");
    table = matrix::Zero(num_classes, num_classes);
  }

  /// Throws slim::error, before anything is added, for numbers that are no classes.
  void add(const values& predictions, const values& labels, const values& weights) {
    for_each_pair(owner, predictions, labels, weights, [&](double p, double label, double) {
      check("predictions", p);
      check("labels", label);
    });
    for_each_pair(owner, predictions, labels, weights,
                  [&](double p, double label, double w) { table(static_cast<Eigen::Index>(label), static_cast<Eigen::Index>(p)) += w; });
  }

  const matrix& sums() const { return table; }
  void reset() { table.setZero(); }

private:
  void check(const char* what, double id) const {
    if (!(id >= 0 && id < static_cast<double>(table.rows()) && id == std::floor(id)))
      throw error(std::string(owner) + ": " + what + ": expected classes from 0 to " + std::to_string(table.rows() - 1) + ", found " + exact_text(id) +
                  "; check num_classes, or mask what is to be ignored with weight 0");
  }

  const char* owner;
  matrix table;
};

}  // namespace detail

/// The table itself: weights [num_classes, num_classes], rows are labels, columns predicted classes. Its diagonal over its row sums is the
/// accuracy of each class. Not in TF-Slim.
class confusion_matrix {
public:
  static constexpr const char* name = "confusion_matrix";

  explicit confusion_matrix(int num_classes) : table(name, num_classes, 1) {}

  matrix update(const values& predictions, const values& labels, const values& weights = 1) {
    table.add(predictions, labels, weights);
    return value();
  }
  matrix value() const { return table.sums(); }
  void reset() { table.reset(); }

private:
  detail::class_table table;
};

/// Mean over classes of intersection over union, diagonal / (row + column − diagonal), leaving out classes that were neither predicted nor
/// labelled; 0 when there are none. `update` returns the confusion matrix after the batch, rows labels, as TF-Slim's does.
class streaming_mean_iou {
public:
  static constexpr const char* name = "streaming_mean_iou";

  explicit streaming_mean_iou(int num_classes) : table(name, num_classes, 1) {}

  matrix update(const values& predictions, const values& labels, const values& weights = 1) {
    table.add(predictions, labels, weights);
    return table.sums();
  }
  double value() const {
    const matrix& sums = table.sums();
    double total = 0;
    int seen = 0;
    for (Eigen::Index c = 0; c < sums.rows(); ++c) {
      const double both = sums(c, c), either = sums.row(c).sum() + sums.col(c).sum() - both;
      if (either > 0) total += both / either, ++seen;
    }
    return seen > 0 ? total / seen : 0;
  }
  void reset() { table.reset(); }

private:
  detail::class_table table;
};

/// Agreement beyond chance, (po − pe) / (N − pe): po weight on the diagonal, pe = Σ row · column / N, N all weight; 0 when N = pe.
class cohen_kappa {
public:
  static constexpr const char* name = "cohen_kappa";
  static constexpr bool labels_first = true;

  /// Throws slim::error for fewer than 2 classes.
  explicit cohen_kappa(int num_classes) : table(name, num_classes, 2) {}

  double update(const values& labels, const values& predictions_idx, const values& weights = 1) {
    table.add(predictions_idx, labels, weights);
    return value();
  }
  double value() const {
    const matrix& sums = table.sums();
    const double all = sums.sum();
    if (all == 0) return 0;
    const double expected = sums.rowwise().sum().dot(sums.colwise().sum().transpose()) / all;
    return all > expected ? (sums.trace() - expected) / (all - expected) : 0;
  }
  void reset() { table.reset(); }

private:
  detail::class_table table;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
