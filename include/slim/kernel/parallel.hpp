#pragma once
// Threads for kernels: a loop over independent tasks, forked only when there is enough work to pay for it.

#ifdef _OPENMP
#include <omp.h>
#endif

#include <atomic>
#include <type_traits>

namespace slim::kernel {

/// Floating point operations below which a fork costs more than the second core gains: a fork and join of a warm
/// team takes some microseconds, in which one core does this much arithmetic.
inline constexpr double fork_threshold = 2e5;

/// Threads a kernel may use by default: OpenMP's setting (`OMP_NUM_THREADS` or the cores); 1 without OpenMP.
inline int hardware_threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

#ifdef _OPENMP
/// Threads of a team at most.
inline constexpr int most_threads = 128;

/// Tasks [next, last) that belong to one thread, on a cache line of their own.
struct alignas(64) task_range {
  std::atomic<long> next;
  long last;
};

/// Each thread works through its own share of the tasks, which keeps neighbouring ones in its cache, and then helps with those that others
/// have left: cores are rarely equally fast, least of all when something else runs on them.
/// A function of its own: compilers ask the runtime which thread this is on entry, even where nothing is forked. The tasks are shared
/// out by hand: LLVM's runtime allocates memory for every `omp for`.
[[gnu::noinline]] inline void fork_tasks(long tasks, int team, void (*body)(const void* context, long task, int thread), const void* context) {
  task_range ranges[most_threads];
  team = team < most_threads ? team : most_threads;
  for (long t = 0; t < team; ++t) {
    ranges[t].next.store(t * tasks / team, std::memory_order_relaxed);
    ranges[t].last = (t + 1) * tasks / team;
  }
#pragma omp parallel num_threads(team)
  for (int thread = omp_get_thread_num(), k = 0; k < team; ++k) {
    task_range& range = ranges[(thread + k) % team];
    for (long task; (task = range.next.fetch_add(1, std::memory_order_relaxed)) < range.last;) body(context, task, thread);
  }
}
#endif

/// `parallel_for` for a body behind a pointer: compiled once per program, whatever the kernels.
[[gnu::noinline]] inline void run_tasks(long tasks, [[maybe_unused]] double work_per_task, [[maybe_unused]] int threads,
                                        void (*body)(const void* context, long task, int thread), const void* context) {
#ifdef _OPENMP
  if (threads > 1 && tasks > 1 && work_per_task * static_cast<double>(tasks) > fork_threshold)
    return fork_tasks(tasks, tasks < threads ? static_cast<int>(tasks) : threads, body, context);
#endif
  for (long task = 0; task < tasks; ++task) body(context, task, 0);
}

/// Runs `body(task)` or `body(task, thread)` once for each task in [0, tasks), on up to `threads` threads; `thread` is that which runs the
/// task, below `threads`. `work_per_task` is in floating point operations. Tasks must be independent; since each output element belongs to
/// exactly one task, results are bitwise the same for every number of threads. The body is called through a pointer: keep tasks above some
/// hundred operations.
template<class F>
void parallel_for(long tasks, double work_per_task, int threads, F&& body) {
  using callable = std::remove_reference_t<F>;
  run_tasks(tasks, work_per_task, threads,
            [](const void* context, long task, [[maybe_unused]] int thread) {
              callable& run = *static_cast<callable*>(const_cast<void*>(context));
              if constexpr (std::is_invocable_v<callable&, long, int>) run(task, thread);
              else run(task);
            },
            &body);
}

}  // namespace slim::kernel
