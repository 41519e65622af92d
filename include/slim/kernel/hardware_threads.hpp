#pragma once
#include "slim/core/begin.hpp"

#include <cstdlib>

#include <sched.h>

namespace slim::kernel {

/// Threads of a loop at most.
inline constexpr int most_threads = 128;

/// Threads a kernel may use by default: as many as OMP_NUM_THREADS says in the environment, which other libraries obey as well, or else the
/// cores that this process may run on. Found out once.
inline int hardware_threads() {
  static const int count = [] {
    const char* const wish = std::getenv("OMP_NUM_THREADS");
    const long wished = wish != nullptr ? std::strtol(wish, nullptr, 10) : 0;
    if (wished > 0) return static_cast<int>(wished < most_threads ? wished : most_threads);
    cpu_set_t cores;
    const int allowed = sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : 1;
    return allowed < most_threads ? allowed : most_threads;
  }();
  return count;
}

}  // namespace slim::kernel

#include "slim/core/end.hpp"
