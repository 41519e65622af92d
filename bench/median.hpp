#pragma once
// The stopwatch of our programs and of the peers in C++.

#include <algorithm>
#include <chrono>
#include <vector>

namespace bench {

/// Median microseconds of one call of `work`, over calls in groups of about a hundredth of a second for about a second.
template <class Work>
double median_microseconds(const Work& work) {
  using clock = std::chrono::steady_clock;
  const auto timed = [&](long calls) {
    const auto begin = clock::now();
    for (long i = 0; i < calls; ++i) work();
    return std::chrono::duration<double, std::micro>(clock::now() - begin).count();
  };
  for (int i = 0; i < 2; ++i) timed(1);  // warms up: first touch of memory, threads, a peer's caches
  const double one = std::max(timed(1), 0.01);
  const long together = std::max(1L, static_cast<long>(1e4 / one));
  const int groups = std::clamp(static_cast<int>(1e6 / (one * static_cast<double>(together))), 3, 101);
  std::vector<double> times;
  for (int i = 0; i < groups; ++i) times.push_back(timed(together) / static_cast<double>(together));
  std::nth_element(times.begin(), times.begin() + groups / 2, times.end());
  return times[static_cast<std::size_t>(groups / 2)];
}

}  // namespace bench
