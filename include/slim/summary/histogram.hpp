#pragma once
#include "slim/core/begin.hpp"
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
#include "slim/core/finite.hpp"
#include "slim/core/number_text.hpp"

namespace slim::summaries {

/// TensorFlow's HistogramProto. Bucket i counts the values from bucket_limit[i - 1] (the smallest double for i = 0) up to, but not
/// including, bucket_limit[i]; of neighbouring empty buckets only the last is there.
struct histogram {
  double min = 0, max = 0, num = 0, sum = 0, sum_squares = 0;
  std::vector<double> bucket_limit, bucket;
};

namespace detail {

/// TensorFlow's default buckets: limits grow by a tenth from 1e-12 to 1e20, mirrored below zero, with a bucket on either side.
/// Floats that share their leading bits lie between the same two limits or, where a limit divides them, next to it: a table by those
/// bits replaces the search. No limit is itself a float, so that it does not matter on which side of a limit its bucket ends.
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
  double limit(std::size_t bucket) const { return bucket < side() ? -positive[side() - 1 - bucket] : bucket == side() ? 0 : positive[bucket - side() - 1]; }
  std::size_t count() const { return 2 * side() + 1; }

  /// The bucket of a finite value.
  std::size_t of(float value) const {
    const float size = std::fabs(value);
    std::size_t below = first[std::bit_cast<std::uint32_t>(size) >> shift];
    if (positive[below] < static_cast<double>(size)) ++below;
    return value < 0 ? side() - below : side() + 1 + below;
  }

private:
  static constexpr int shift = 16;  // sign, exponent and 7 bits of the fraction lead: steps of less than 1 %
  std::vector<double> positive;
  std::uint16_t first[1 << (31 - shift)];  // limits below the smallest float with these bits
};

}  // namespace detail

/// The histogram of `values`. Throws slim::error for a value that is not finite, as TensorFlow does; `tag` is for the message.
inline histogram histogram_of(std::span<const float> values, const std::string& tag) {
  static const detail::default_buckets buckets;
  std::vector<std::int64_t> counts(buckets.count());
  float min = values.empty() ? 0 : values[0], max = min;
  double sum = 0, sum_squares = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = values[i];
    if (!is_finite(value)) {
      throw error("summary " + tag + ": element " + std::to_string(i) + ": expected a finite number, found " + exact_text(value) +
                  "; lower the learning rate or check the inputs");
    }
    min = value < min ? value : min;
    max = value > max ? value : max;
    sum += static_cast<double>(value);
    sum_squares += static_cast<double>(value) * static_cast<double>(value);
    ++counts[buckets.of(value)];
  }
  histogram result{min, max, static_cast<double>(values.size()), sum, sum_squares, {}, {}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool empty_run_goes_on = counts[i] == 0 && i + 1 < counts.size() && counts[i + 1] == 0;
    if (empty_run_goes_on) continue;
    result.bucket_limit.push_back(buckets.limit(i));
    result.bucket.push_back(static_cast<double>(counts[i]));
  }
  return result;
}

}  // namespace slim::summaries

#include "slim/core/end.hpp"
