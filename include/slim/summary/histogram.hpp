#pragma once
// Histograms as TensorFlow writes them: the same buckets for every tensor, so that steps and runs can be compared.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "slim/core/error.hpp"

namespace slim::summaries {

/// TensorFlow's HistogramProto. Bucket i counts the values from bucket_limit[i - 1] (the smallest double for i = 0) up to, but not
/// including, bucket_limit[i]; of neighbouring empty buckets only the last is there.
struct histogram {
  double min = 0, max = 0, num = 0, sum = 0, sum_squares = 0;
  std::vector<double> bucket_limit, bucket;
};

namespace detail {

/// TensorFlow's default buckets: limits grow by a tenth from 1e-12 to 1e20, mirrored below zero, with a bucket on either side.
/// A float is between the same two limits as all floats that share its leading bits, or at most a step away: a table by those bits
/// replaces the search.
class default_buckets {
public:
  default_buckets() {
    for (double limit = 1e-12; limit < 1e20; limit *= 1.1) positive.push_back(limit);
    positive.push_back(std::numeric_limits<double>::max());
    for (std::uint32_t leading = 0; leading < std::size(first); ++leading) {
      const double smallest = std::bit_cast<float>(leading << shift);
      first[leading] = static_cast<std::uint16_t>(std::upper_bound(positive.begin(), positive.end() - 1, smallest) - positive.begin());
    }
  }

  /// Buckets on each side of zero.
  std::size_t side() const { return positive.size(); }
  /// The upper limit of a bucket; bucket `side` ends at 0, as 0 itself is the first value of the next.
  double limit(std::size_t bucket) const {
    return bucket < side() ? -positive[side() - 1 - bucket] : bucket == side() ? 0 : positive[bucket - side() - 1];
  }
  std::size_t count() const { return 2 * side() + 1; }

  /// The bucket of a finite value.
  std::size_t of(float value) const {
    const float size = std::fabs(value);
    std::size_t above = first[std::bit_cast<std::uint32_t>(size) >> shift];  // limits up to `size`
    while (above + 1 < side() && positive[above] <= size) ++above;
    if (value >= 0) return side() + 1 + above;
    return side() - above + (above > 0 && positive[above - 1] == size ? 1 : 0);  // a bucket ends before its limit
  }

private:
  static constexpr int shift = 16;  // sign, exponent and 7 bits of the fraction lead: steps of less than 1 %
  std::vector<double> positive;
  std::uint16_t first[1 << (31 - shift)];
};

}  // namespace detail

/// The histogram of `values`. Throws slim::error for a value that is not finite, as TensorFlow does; `tag` is for the message.
inline histogram histogram_of(std::span<const float> values, const std::string& tag) {
  static const detail::default_buckets buckets;
  std::vector<double> counts(buckets.count());
  histogram result;
  if (!values.empty()) result.min = result.max = values[0];
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (!std::isfinite(value)) {
      throw error("summary " + tag + ": element " + std::to_string(i) + ": expected a finite number, found " + std::to_string(value) +
                  "; lower the learning rate or check the inputs");
    }
    const double exact = value;
    result.min = exact < result.min ? exact : result.min;
    result.max = exact > result.max ? exact : result.max;
    result.sum += exact;
    result.sum_squares += exact * exact;
    ++counts[buckets.of(value)];
  }
  result.num = static_cast<double>(values.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool empty_run_goes_on = counts[i] == 0 && i + 1 < counts.size() && counts[i + 1] == 0;
    if (empty_run_goes_on) continue;
    result.bucket_limit.push_back(buckets.limit(i));
    result.bucket.push_back(counts[i]);
  }
  return result;
}

}  // namespace slim::summaries
