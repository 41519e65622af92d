#pragma once
#include "slim/core/begin.hpp"
// Are the right classes among the k with the highest scores? TF-Slim section 9.2.

#include <limits>
#include <numeric>
#include <optional>

#include "slim/core/finite.hpp"
#include "slim/metrics/label_sets.hpp"
#include "slim/metrics/mean.hpp"

namespace slim::metrics {

/// The k highest scores of each example as class numbers [rows, k], best first; of equal scores the lower class comes first, NaN is below all.
/// Throws slim::error unless 1 <= k <= number of classes.
inline std::vector<std::vector<long>> top_k(const values& scores, int k, const char* metric = "top_k") {
  if (k < 1 || k > scores.columns())
    throw error(std::string(metric) + ": k: expected 1 to " + std::to_string(scores.columns()) + " (the number of classes), found " + std::to_string(k) +
                "; choose a smaller k or pass scores of all classes");
  std::vector<double> row(static_cast<std::size_t>(scores.columns()));
  std::vector<long> order(row.size());
  std::vector<std::vector<long>> best;
  for (long i = 0; i < scores.rows(); ++i) {
    for (std::size_t j = 0; j < row.size(); ++j) {
      const double score = scores(i, static_cast<long>(j));
      row[j] = is_nan(score) ? -std::numeric_limits<double>::infinity() : score;
    }
    std::iota(order.begin(), order.end(), 0L);
    std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](long a, long b) {
      const double left = row[static_cast<std::size_t>(a)], right = row[static_cast<std::size_t>(b)];
      return left != right ? left > right : a < b;
    });
    best.emplace_back(order.begin(), order.begin() + k);
  }
  return best;
}

/// Streaming mean of [label among the k highest predictions]; one label per example. Equal predictions are all in, as with TensorFlow's
/// in_top_k; a label out of range or a prediction that is not finite counts as a miss.
class streaming_recall_at_k {
public:
  static constexpr const char* name = "streaming_recall_at_k";

  explicit streaming_recall_at_k(int k) : depth(k) {
    if (k < 1) throw error(std::string(name) + ": k: expected at least 1, found " + std::to_string(k) + "; 5 is usual for 1000 classes");
  }

  double update(const values& predictions, const values& labels, const values& weights = 1) {
    if (labels.rows() != predictions.rows() || labels.columns() != 1)
      throw error(std::string(name) + ": labels: expected the shape [" + std::to_string(predictions.rows()) + ", 1], found " + labels.shape() +
                  "; pass one class number for each example");
    const values weight = weights.repeated_for(labels, name);
    check_whole_ids(name, labels, weight);
    for (long i = 0; i < predictions.rows(); ++i)
      if (weight(i) != 0) sum.add(is_in_top(predictions, i, labels(i)), weight(i));
    return value();
  }
  double value() const { return sum.mean(); }
  void reset() { sum = {}; }

private:
  bool is_in_top(const values& predictions, long row, double label) const {
    if (!(label >= 0 && label < static_cast<double>(predictions.columns()))) return false;
    const double own = predictions(row, static_cast<long>(label));
    long higher = 0;
    for (long j = 0; j < predictions.columns(); ++j) {
      const double other = predictions(row, j);
      if (!is_finite(other)) return false;
      higher += other > own;
    }
    return higher < depth;
  }

  int depth;
  weighted_sum sum;
};

namespace detail {

enum class rate_at_k { recall, precision, average_precision };

/// Number of ids of a sorted set that are also in `other`, and are `only` if that is given.
inline double common(const std::vector<long>& set, const std::vector<long>& other, std::optional<long> only) {
  double n = 0;
  for (const long id : set)
    if (id >= 0 && (!only || id == *only) && std::binary_search(other.begin(), other.end(), id)) ++n;
  return n;
}

/// Sums hits and what they are compared with over all examples.
template <rate_at_k Kind>
class hits_at_k {
public:
  hits_at_k(const char* metric, std::optional<long> class_id) : owner(metric), only(class_id) {}

  /// `top` are the predicted ids, best first.
  void add(const label_sets& top, const label_sets& labels, const values& weights) {
    if (top.rows() != labels.rows())
      throw error(std::string(owner) + ": labels: expected " + std::to_string(top.rows()) + " examples as there are predictions, found " +
                  std::to_string(labels.rows()) + "; pass the labels of each example as one row");
    const values weight = weights.repeated_for(values(static_cast<const double*>(nullptr), top.rows(), 1), owner);
    labels.check(owner, weight), top.check(owner, weight);
    for (long i = 0; i < top.rows(); ++i) {
      const double w = weight(i);
      if (w == 0) continue;
      labels.set_of(i, relevant);
      if constexpr (Kind == rate_at_k::average_precision) {
        top.ordered(i, predicted);
        sums.add(average_precision(), w);
      } else {
        top.set_of(i, predicted);
        sums.total += w * common(predicted, relevant, only);
        const std::vector<long>& compared = Kind == rate_at_k::recall ? relevant : predicted;
        sums.weight += w * static_cast<double>(only ? std::count(compared.begin(), compared.end(), *only) : static_cast<long>(compared.size()));
      }
    }
  }

  /// A mean over rows is 0 before any data, a rate NaN.
  double value() const { return Kind == rate_at_k::average_precision ? sums.mean() : sums.total / sums.weight; }
  void reset() { sums = {}; }

private:
  double average_precision() const {
    double hits = 0, precisions = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      if (predicted[i] < 0 || !std::binary_search(relevant.begin(), relevant.end(), predicted[i])) continue;
      ++hits;
      precisions += hits / static_cast<double>(i + 1);
    }
    const double most = static_cast<double>(std::min(relevant.size(), predicted.size()));
    return most > 0 ? precisions / most : 0;
  }

  const char* owner;
  std::optional<long> only;
  weighted_sum sums;
  std::vector<long> relevant, predicted;  // of one example; kept so that their memory is
};

/// A rate for predictions given as scores of all classes.
template <text Name, rate_at_k Kind>
class metric_at_k {
public:
  static constexpr const char* name = Name.c_str();

  explicit metric_at_k(int k, std::optional<long> class_id = {})
    requires(Kind != rate_at_k::average_precision)
      : depth(k), hits(name, class_id) {}
  explicit metric_at_k(int k)
    requires(Kind == rate_at_k::average_precision)
      : depth(k), hits(name, {}) {}

  double update(const values& predictions, const label_sets& labels, const values& weights = 1) {
    const std::vector<std::vector<long>> top = top_k(predictions, depth, name);
    hits.add(top, labels, weights);
    return value();
  }
  double value() const { return hits.value(); }
  void reset() { hits.reset(); }

private:
  int depth;
  hits_at_k<Kind> hits;
};

/// The same for predictions given as the ids of the top classes, best first.
template <text Name, rate_at_k Kind, bool LabelsFirst = false>
class metric_at_top_k {
public:
  static constexpr const char* name = Name.c_str();
  static constexpr bool labels_first = LabelsFirst;

  explicit metric_at_top_k(std::optional<long> class_id = {})
    requires(Kind != rate_at_k::average_precision)
      : hits(name, class_id) {}
  metric_at_top_k()
    requires(Kind == rate_at_k::average_precision)
      : hits(name, {}) {}

  double update(const label_sets& first, const label_sets& second, const values& weights = 1) {
    hits.add(LabelsFirst ? second : first, LabelsFirst ? first : second, weights);
    return value();
  }
  double value() const { return hits.value(); }
  void reset() { hits.reset(); }

private:
  hits_at_k<Kind> hits;
};

}  // namespace detail

/// Σ hits / Σ labels over examples, NaN for 0 / 0; with `class_id` only hits and labels of that class. Construction: (k, class_id = none).
/// update(predictions [examples, classes], labels, weights per example = 1).
using streaming_sparse_recall_at_k = detail::metric_at_k<"streaming_sparse_recall_at_k", detail::rate_at_k::recall>;
/// Σ hits / Σ predicted over examples, of which there are k each, NaN for 0 / 0; with `class_id` only examples that have it among the top k.
using streaming_sparse_precision_at_k = detail::metric_at_k<"streaming_sparse_precision_at_k", detail::rate_at_k::precision>;
/// Weighted mean over examples of Σ_{i≤k} [i-th prediction is a label] · (precision among the first i) / min(k, number of labels); an example
/// without labels gives 0. Construction: (k).
using streaming_sparse_average_precision_at_k = detail::metric_at_k<"streaming_sparse_average_precision_at_k", detail::rate_at_k::average_precision>;

/// update(labels, predicted ids, weights = 1)
using sparse_recall_at_top_k = detail::metric_at_top_k<"sparse_recall_at_top_k", detail::rate_at_k::recall, true>;
/// update(predicted ids, labels, weights = 1)
using streaming_sparse_precision_at_top_k = detail::metric_at_top_k<"streaming_sparse_precision_at_top_k", detail::rate_at_k::precision>;
/// update(predicted ids best first, labels, weights = 1)
using streaming_sparse_average_precision_at_top_k =
    detail::metric_at_top_k<"streaming_sparse_average_precision_at_top_k", detail::rate_at_k::average_precision>;

}  // namespace slim::metrics

#include "slim/core/end.hpp"
