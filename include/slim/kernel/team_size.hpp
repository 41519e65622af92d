#pragma once
#include "slim/core/begin.hpp"
// How many threads are worth it beside other programs. A step is many short loops, each of which ends with its last task: a thread that loses its core
// in the middle of one keeps the others waiting for a time slice, and fewer threads are faster, or one.

#include <algorithm>

#include "slim/kernel/hardware_threads.hpp"

namespace slim::kernel {

/// Limits the team of the loops that one thread runs. Times are nanoseconds; it has no clock of its own.
///
/// A long wait for a helper is only a suspicion, since tasks may be as long: it has the next loops measured. If these get less done than fewer threads
/// would on cores of their own, there are only so many for a pause, behind which all threads are measured again. Pauses grow while they fail.
class team_size {
public:
  static constexpr long long suspicious_wait = 200'000;  ///< shorter than a time slice, longer than most tasks
  static constexpr long long window = 10'000'000;        ///< of loops that are measured: some time slices
  static constexpr long long shortest_pause = 10'000'000, longest_pause = 500'000'000;

  /// Of two threads or more: `work` is what the `team` has worked, on all threads together, and `disturbed` are those that were without a core for long.
  struct measured_loop {
    int team;
    long long begin, end, work;
    int disturbed;
  };

  /// Threads of the next loop at most. Asks for the time only while it matters.
  template <class Clock>
  int most(Clock now) {
    if (limit < most_threads && now() >= pause_end) limit = most_threads, measuring = true, sum = {};
    return limit;
  }

  /// True when the next loop is to be measured.
  bool measures() const { return measuring; }

  void suspect() { measuring = true; }

  void add(const measured_loop& loop) {
    const long long time = loop.end - loop.begin;
    sum.time += time;
    sum.thread_time += time * loop.team;
    sum.work += loop.work;
    sum.team = std::max(sum.team, loop.team);
    sum.disturbed = std::max(sum.disturbed, loop.disturbed);
    if (sum.time < window) return;
    const double done = sum.team * (static_cast<double>(sum.work) / static_cast<double>(sum.thread_time));
    const int fewer = sum.team - std::clamp(sum.disturbed, 1, sum.team - 1);
    if (done < fewer) {
      limit = fewer;
      pause_end = loop.end + pause;
      pause = std::min(4 * pause, longest_pause);
    } else {
      pause = std::max(pause / 2, shortest_pause);
    }
    measuring = false, sum = {};
  }

private:
  int limit = most_threads;
  bool measuring = false;
  long long pause = shortest_pause, pause_end = 0;
  struct {
    long long time, thread_time, work;
    int team, disturbed;
  } sum = {};
};

}  // namespace slim::kernel

#include "slim/core/end.hpp"
