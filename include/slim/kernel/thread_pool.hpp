#pragma once
#include "slim/core/begin.hpp"
// The threads that help with loops. One pool for the whole program, built such that nobody ever waits for a thread that is not at work:
// on cores that other programs use as well, a thread that was woken may not run for many milliseconds.

#include <atomic>
#include <cstdint>
#include <initializer_list>

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "slim/core/config.hpp"
#include "slim/kernel/hardware_threads.hpp"
#include "slim/kernel/team_size.hpp"

namespace slim::kernel {

namespace pooling {

SLIM_ONE_COPY inline long long nanoseconds_of(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}
inline long long now() { return nanoseconds_of(CLOCK_MONOTONIC); }
inline long long own_work() { return nanoseconds_of(CLOCK_THREAD_CPUTIME_ID); }

/// Moves this thread to another core, if there is one for it. Where all are busy the system wakes a thread on the core of who woke it, and leaves it there
/// for longer than it takes to find out that it is of no use.
[[gnu::cold]] inline void leave_core(int core) {
  cpu_set_t allowed, others;
  if (sched_getcpu() != core || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  others = allowed;
  CPU_CLR(static_cast<unsigned>(core), &others);
  if (CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
}

/// Tasks [next, last), on a cache line of their own.
struct alignas(64) task_range {
  std::atomic<long> next;
  long last;
};

/// A loop that some thread runs now, and others may join. `state` is 0 while nobody uses this place, and else made of the parts below.
struct shared_loop {
  static constexpr unsigned taken = 1u << 31;    ///< somebody uses this place
  static constexpr unsigned awaited = 1u << 30;  ///< who runs the loop sleeps until the last helper has left
  static constexpr unsigned seat = 1u << 12;     ///< in these bits the helpers that may still join
  static constexpr unsigned helpers = seat - 1, seats = helpers * seat;

  alignas(64) std::atomic<unsigned> state;
  int team;
  void (*body)(const void* context, long task, int thread);
  const void* context;
  bool measured;  ///< for team_size; else nobody asks a clock, which takes as long as a small task
  std::atomic<long long> worked;
  std::atomic<int> disturbed;
  int core;  ///< of who runs the loop, when it is measured
  task_range shares[most_threads];

  /// Each thread works through a share of the tasks of its own, which keeps neighbouring ones in its cache, and then helps with those that
  /// others have left: all of them, when the others have not come yet.
  void work(int first_share, int thread) {
    for (int k = 0; k < team; ++k) {
      task_range& share = shares[(first_share + k) % team];
      for (long task; (task = share.next.fetch_add(1, std::memory_order_relaxed)) < share.last;) body(context, task, thread);
    }
  }

  SLIM_ONE_COPY void work_and_measure(int first_share, int thread) {
    if (!measured) return work(first_share, thread);
    const long long begin = now(), before = own_work();
    work(first_share, thread);
    const long long mine = own_work() - before;
    worked.fetch_add(mine, std::memory_order_relaxed);
    if (now() - begin - mine > team_size::suspicious_wait) disturbed.fetch_add(1, std::memory_order_relaxed);
  }

  /// Joins as helper number `helper` of the program, works and leaves. False when no seat is free.
  bool help(int helper) {
    unsigned seen = state.load(std::memory_order_relaxed);
    do {
      if ((seen & seats) == 0) return false;
    } while (!state.compare_exchange_weak(seen, seen - seat + 1, std::memory_order_acquire, std::memory_order_relaxed));
    const int thread = team - static_cast<int>((seen & seats) / seat);
    if (measured) leave_core(core);
    work_and_measure(helper + 1 < team ? helper + 1 : thread, thread);
    const unsigned before = state.fetch_sub(1, std::memory_order_acq_rel);
    if ((before & (helpers | awaited)) == (awaited | 1)) state.notify_all();
    return true;
  }
};

/// Counts down some microseconds of waiting at full speed, for what is likely to happen at once.
class short_wait {
public:
  explicit short_wait(long for_nanoseconds) : nanoseconds(for_nanoseconds) {}

  /// Waits for `happened()`; false when the time is over. It looks often, for one pause may take 140 cycles, and seldom at the clock.
  template <class Happened>
  bool until(const Happened& happened) {
    do
      for (int i = 0; i < 32; ++i) {
        if (happened()) return true;
        relax();
      }
    while (!over());
    return false;
  }

  /// Since the first look at the clock.
  long long waited() const { return start == 0 ? 0 : now() - start; }

private:
  static void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }
  bool over() {
    const long long time = now();
    if (start == 0) start = time;
    return time - start >= nanoseconds;
  }

  long long start = 0;
  long nanoseconds;
};

/// Longer than what lies between two loops of a step, shorter than a time slice by far.
inline constexpr long helper_patience = 50'000;
/// Less than it takes to sleep and to be woken.
inline constexpr long caller_patience = 20'000;

/// No constructor and no destructor: it serves before the first and after the last static object. Nothing here locks, and nothing but the
/// start of a thread allocates.
struct thread_pool {
  static constexpr int most_loops = 32;

  std::atomic<int> posted;    ///< changes with every loop that wants helpers
  std::atomic<int> sleeping;  ///< helpers that a new loop must wake
  std::atomic<int> started;   ///< helpers that there are
  std::atomic<int> asked;     ///< helpers that all loops together could use now
  std::atomic<bool> starting, closed, forks_watched, out_of_threads;
  pthread_t threads[most_threads];
  shared_loop loops[most_loops];

  /// A free place for a loop; nullptr when there are more loops at once than places.
  shared_loop* take() {
    for (shared_loop& one : loops) {
      unsigned none = 0;
      if (one.state.load(std::memory_order_relaxed) == 0 && one.state.compare_exchange_strong(none, shared_loop::taken, std::memory_order_acquire)) return &one;
    }
    return nullptr;
  }

  bool help_with_any(int helper) {
    for (shared_loop& one : loops)
      if (one.help(helper)) return true;
    return false;
  }

  /// Wakes as many helpers as a new loop can use.
  void post(int wanted) {
    posted.fetch_add(1);
    const int asleep = sleeping.load();
    if (asleep == 0) return;
    if (asleep <= wanted) return posted.notify_all();
    for (int i = 0; i < wanted; ++i) posted.notify_one();
  }

  void help_until_closed(int helper) {
    while (!closed.load(std::memory_order_relaxed)) {
      const int seen = posted.load(std::memory_order_acquire);
      if (help_with_any(helper)) continue;
      const auto another = [&] { return posted.load(std::memory_order_relaxed) != seen; };
      for (short_wait patience(helper_patience); !patience.until(another);) {
        sleeping.fetch_add(1);
        posted.wait(seen);
        sleeping.fetch_sub(1);
      }
    }
  }

  /// Starts helpers until there are `wanted`, or as many as the system allows. Another thread that is at it is not waited for.
  void start(int wanted);
};

inline thread_pool pool;

/// Of the loops that this thread runs.
inline constinit thread_local team_size own_team_size;

/// In the child of a fork only the thread that forked lives. Its pool is empty and fills again with the next loop.
inline void forget_helpers() {
  for (std::atomic<int>* one : {&pool.sleeping, &pool.started, &pool.asked}) one->store(0);
  for (std::atomic<bool>* one : {&pool.starting, &pool.out_of_threads}) one->store(false);
  for (shared_loop& one : pool.loops) one.state.store(0);
}

/// At the end of the program, or when the shared library is unloaded that this is part of, no thread may be left in its code.
struct pool_closer {
  ~pool_closer() {
    pool.closed.store(true);
    while (pool.starting.exchange(true, std::memory_order_acquire)) sched_yield();
    pool.posted.fetch_add(1);
    pool.posted.notify_all();
    const int count = pool.started.exchange(0);
    for (int i = 0; i < count; ++i)
      if (pthread_equal(pool.threads[i], pthread_self()) == 0) pthread_join(pool.threads[i], nullptr);
    pool.starting.store(false, std::memory_order_release);
  }
};

inline void* helper_thread(void* number) {
  pool.help_until_closed(static_cast<int>(reinterpret_cast<std::intptr_t>(number)));
  return nullptr;
}

[[gnu::cold]] inline void thread_pool::start(int wanted) {
  if (started.load(std::memory_order_relaxed) >= wanted || out_of_threads.load(std::memory_order_relaxed)) return;
  if (starting.exchange(true, std::memory_order_acquire)) return;
  static const pool_closer at_end;
  if (!forks_watched.load() && pthread_atfork(nullptr, nullptr, forget_helpers) == 0) forks_watched.store(true);
  // Signals are for the threads of the program, but for those that the fault of a thread itself brings, and a profiler's.
  sigset_t all, before;
  sigfillset(&all);
  for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) sigdelset(&all, own);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (int i = started.load(); i < wanted && !closed.load() && !out_of_threads.load(); ++i) {
    if (forks_watched.load() && pthread_create(&threads[i], nullptr, helper_thread, reinterpret_cast<void*>(std::intptr_t{i})) == 0) started.store(i + 1);
    else out_of_threads.store(true);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  starting.store(false, std::memory_order_release);
}

}  // namespace pooling

/// Runs body(context, task, thread) once for each task in [0, tasks), on at most `team` threads, of which the caller is one. Returns when all
/// are done; then nobody uses `context` any more. Any number of threads may call this at once.
SLIM_ONE_COPY inline void fork_tasks(long tasks, int team, void (*body)(const void* context, long task, int thread), const void* context) {
  using pooling::shared_loop;
  team_size& size = pooling::own_team_size;
  const int most = size.most(pooling::now);
  team = team < most ? team : most;
  shared_loop* const loop = team == 1 || pooling::pool.closed.load(std::memory_order_relaxed) ? nullptr : pooling::pool.take();
  if (loop == nullptr) {
    for (long task = 0; task < tasks; ++task) body(context, task, 0);
    return;
  }
  const bool measured = size.measures();
  const long long begin = measured ? pooling::now() : 0;
  // Loops that run at once share the helpers when there are more than cores.
  const int asked = pooling::pool.asked.fetch_add(team - 1, std::memory_order_relaxed) + team - 1,
            enough = (team > hardware_threads() ? team : hardware_threads()) - 1;
  pooling::pool.start(asked < enough ? asked : enough);
  loop->team = team;
  loop->body = body;
  loop->context = context;
  loop->measured = measured;
  loop->worked.store(0, std::memory_order_relaxed);
  loop->disturbed.store(0, std::memory_order_relaxed);
  if (measured) loop->core = sched_getcpu();
  for (int t = 0; t < team; ++t) {
    loop->shares[t].next.store(t * tasks / team, std::memory_order_relaxed);
    loop->shares[t].last = (t + 1) * tasks / team;
  }
  loop->state.store(shared_loop::taken + static_cast<unsigned>(team - 1) * shared_loop::seat, std::memory_order_release);
  pooling::pool.post(team - 1);
  loop->work_and_measure(0, 0);
  // Every task has begun. Who has not joined is not waited for.
  unsigned state = loop->state.fetch_and(~shared_loop::seats, std::memory_order_acq_rel) & ~shared_loop::seats;
  pooling::short_wait patience(pooling::caller_patience);
  while (!patience.until([&] { return ((state = loop->state.load(std::memory_order_acquire)) & shared_loop::helpers) == 0; })) {
    state = loop->state.fetch_or(shared_loop::awaited, std::memory_order_acq_rel) | shared_loop::awaited;
    if ((state & shared_loop::helpers) != 0) loop->state.wait(state, std::memory_order_acquire);
  }
  if (measured) size.add({team, begin, pooling::now(), loop->worked.load(std::memory_order_relaxed), loop->disturbed.load(std::memory_order_relaxed)});
  else if (patience.waited() > team_size::suspicious_wait) size.suspect();
  loop->state.store(0, std::memory_order_release);
  pooling::pool.asked.fetch_sub(team - 1, std::memory_order_relaxed);
}

}  // namespace slim::kernel

#include "slim/core/end.hpp"
