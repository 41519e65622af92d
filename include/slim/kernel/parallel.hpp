#pragma once
#include "slim/core/begin.hpp"
// Threads for kernels: a loop over independent tasks, forked only when there is enough work to pay for it.

#include <type_traits>

#include "slim/core/config.hpp"
#include "slim/kernel/hardware_threads.hpp"
#if !defined(SLIM_COMPILED_KERNELS) && !defined(SLIM_COMPILED_LEVEL)
#include "slim/kernel/thread_pool.hpp"
#endif

namespace slim::kernel {

/// Floating point operations below which a fork costs more than the second core gains: a fork and join of a warm
/// team takes some microseconds, in which one core does this much arithmetic.
inline constexpr double fork_threshold = 2e5;

/// `parallel_for` for a body behind a pointer: compiled once per program, whatever the kernels. The library of compiled kernels has it for all of its users.
#if defined(SLIM_COMPILED_KERNELS) || defined(SLIM_COMPILED_LEVEL)
void run_tasks(long tasks, double work_per_task, int threads, void (*body)(const void* context, long task, int thread), const void* context);
#else
SLIM_ONE_COPY inline void run_tasks(long tasks, double work_per_task, int threads, void (*body)(const void* context, long task, int thread),
                                    const void* context) {
  if (threads > 1 && tasks > 1 && work_per_task * static_cast<double>(tasks) > fork_threshold)
    return fork_tasks(tasks, tasks < threads ? static_cast<int>(tasks) : threads, body, context);
  for (long task = 0; task < tasks; ++task) body(context, task, 0);
}
#endif

/// One task of a loop whose body is an F.
template <class F>
void run_task(const void* body, long task, [[maybe_unused]] int thread) {
  F& run = *static_cast<F*>(const_cast<void*>(body));
  if constexpr (requires { run(task, thread); }) run(task, thread);
  else run(task);
}

/// Runs `body(task)` or `body(task, thread)` once for each task in [0, tasks), on up to `threads` threads; `thread` is that which runs the
/// task, below `threads`. `work_per_task` is in floating point operations. Tasks must be independent; since each output element belongs to
/// exactly one task, results are bitwise the same for every number of threads. The body is called through a pointer: keep tasks above some
/// hundred operations.
template <class F>
void parallel_for(long tasks, double work_per_task, int threads, F&& body) {
  run_tasks(tasks, work_per_task, threads, &run_task<std::remove_reference_t<F>>, &body);
}

}  // namespace slim::kernel

#include "slim/core/end.hpp"
