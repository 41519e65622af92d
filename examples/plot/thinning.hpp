#pragma once
// What a page can hold of long series: fewer points, and histograms in fewer bins.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <slim/summary/run.hpp>

namespace slim::plot {

/// Indices of at most `most` of `count` points, evenly spread, with the first and the last.
inline std::vector<std::size_t> spread(std::size_t count, std::size_t most) {
  std::vector<std::size_t> chosen;
  const std::size_t kept = std::min(count, most);
  for (std::size_t i = 0; i < kept; ++i) chosen.push_back(kept == 1 ? count - 1 : i * (count - 1) / (kept - 1));
  return chosen;
}

/// The same for a curve (most > 3), but the lowest and the highest point of each stretch stay, so that no peak is lost.
inline std::vector<std::size_t> extremes(const summaries::series<float>& points, std::size_t most) {
  if (points.size() <= most) return spread(points.size(), most);
  std::set<std::size_t> chosen{0, points.size() - 1};
  const std::size_t stretches = most / 2 - 1;
  for (std::size_t s = 0; s < stretches; ++s) {
    std::size_t low = s * points.size() / stretches, high = low;
    for (std::size_t i = low; i < (s + 1) * points.size() / stretches; ++i) {
      const float value = points[i].content;
      if (!std::isfinite(points[low].content) || value < points[low].content) low = i;
      if (!std::isfinite(points[high].content) || value > points[high].content) high = i;
    }
    chosen.insert({low, high});
  }
  return {chosen.begin(), chosen.end()};
}

/// The numbers that some histograms cover.
struct value_range {
  double least = 0, most = 0;
  bool any = false;

  /// Empty histograms cover nothing; infinities count as far away.
  void add(const summaries::histogram& h) {
    if (!(h.num > 0) || std::isnan(h.min) || std::isnan(h.max)) return;
    constexpr double far = std::numeric_limits<double>::max() / 4;
    const double low = std::clamp(h.min, -far, far), high = std::clamp(h.max, -far, far);
    least = any ? std::min(least, low) : low;
    most = any ? std::max(most, high) : high;
    any = true;
  }

  /// From where to where an axis goes, low < high: also for one number, whatever its size, and for none.
  std::pair<double, double> drawn() const {
    const double room = std::max(0.5, 1e-6 * std::max(std::abs(least), std::abs(most)));
    return most - least > 1e-9 * room ? std::pair(least, most) : std::pair(least - room, most + room);
  }
};

/// Shares of the values in equal bins from `low` to `high` > `low`; within its own buckets a histogram counts as even.
inline std::vector<double> binned(const summaries::histogram& h, double low, double high, int bins) {
  std::vector<double> shares(static_cast<std::size_t>(bins));
  const double width = (high - low) / bins;
  for (std::size_t b = 0; b < h.bucket.size(); ++b) {
    if (!(h.bucket[b] > 0) || !(h.num > 0)) continue;
    const double left = std::max(b > 0 ? h.bucket_limit[b - 1] : h.min, h.min), right = std::min(h.bucket_limit[b], h.max);
    const auto bin = [&](double x) {  // any double, not only those of honest files
      const double place = (x - low) / width;
      return place >= bins ? bins - 1 : place > 0 ? static_cast<int>(place) : 0;
    };
    const int first = bin(left), last = bin(right);
    for (int i = first; i <= last; ++i) {
      const double from = std::max(left, low + i * width), to = std::min(right, low + (i + 1) * width);
      const double part = first == last || !(right > left) ? 1.0 / (last - first + 1) : std::max(0.0, to - from) / (right - left);
      shares[static_cast<std::size_t>(i)] += part * h.bucket[b] / h.num;
    }
  }
  for (double& share : shares) share = std::round(share * 1e6) / 1e6;
  return shares;
}

}  // namespace slim::plot
