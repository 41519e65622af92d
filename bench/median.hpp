#pragma once
// The stopwatch of our programs and of the peers in C++.

#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace bench {

/// Microseconds of the clock on the wall; with BENCH_CLOCK=processor in the environment those that this process has worked, on all of its threads.
inline double now() {
  static const char* const chosen = std::getenv("BENCH_CLOCK");
  static const clockid_t clock = chosen != nullptr && std::string_view(chosen) == "processor" ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC;
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) * 1e-3;
}

/// Microseconds of `calls` calls of `work`.
template <class Work>
double microseconds(const Work& work, long calls = 1) {
  const double begin = now();
  for (long i = 0; i < calls; ++i) work();
  return now() - begin;
}

/// Median microseconds of one call of `work`, over calls in groups of about a hundredth of a second for about half a second.
template <class Work>
double median_microseconds(const Work& work) {
  microseconds(work);  // warms up: threads, a peer's caches
  const double one = std::max(microseconds(work), 0.01);
  if (one > 1e6) return one;  // bench/run.py takes several turns
  const long together = std::max(1L, static_cast<long>(1e4 / one));
  const int groups = std::clamp(static_cast<int>(5e5 / (one * static_cast<double>(together))), 3, 51);
  std::vector<double> times;
  for (int i = 0; i < groups; ++i) times.push_back(microseconds(work, together) / static_cast<double>(together));
  std::nth_element(times.begin(), times.begin() + groups / 2, times.end());
  return times[static_cast<std::size_t>(groups / 2)];
}

/// Times `work`, from its very first call, and prints `answered first median peak`: the clock when that call was over in nanoseconds, which tells
/// bench/run.py how long a process takes to its first answer; microseconds of that call and of later ones; the process's peak memory in MiB.
template <class Work>
void report(const Work& work) {
  const double first = microseconds(work);
  const long long answered = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  const double median = median_microseconds(work);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%lld %.3f %.3f %ld\n", answered, first, median, usage.ru_maxrss / 1024);
}

}  // namespace bench
