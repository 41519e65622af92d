#include "slim/kernel/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

using namespace slim::kernel;

TEST_CASE("every task runs exactly once, whatever the threads and the work") {
  for (const double work : {1.0, 1e9})
    for (const int threads : {1, 2, 3, 8})
      for (const long tasks : {0L, 1L, 2L, 7L, 100L}) {
        std::vector<std::atomic<int>> runs(static_cast<std::size_t>(tasks));
        parallel_for(tasks, work, threads, [&](long task) { ++runs[static_cast<std::size_t>(task)]; });
        for (const auto& count : runs) CHECK(count == 1);
      }
  CHECK(hardware_threads() >= 1);
}

#ifdef _OPENMP
TEST_CASE("small work never forks, large work does") {
  const auto team_size = [](double work) {
    std::atomic<int> largest{0};
    parallel_for(4, work, 2, [&](long) { largest = std::max(largest.load(), omp_get_num_threads()); });
    return largest.load();
  };
  CHECK(team_size(fork_threshold / 8) == 1);
  CHECK(team_size(fork_threshold) == 2);
}
#endif
