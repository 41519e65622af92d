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

TEST_CASE("a task that asks for its thread has it for itself") {
  for (const int threads : {1, 2, 3, 8}) {
    std::vector<std::atomic<int>> busy(static_cast<std::size_t>(threads));
    std::atomic<int> runs{0}, shared{0}, foreign{0};
    parallel_for(200, 1e9, threads, [&](long, int thread) {
      ++runs;
      if (thread < 0 || thread >= threads) {
        ++foreign;
        return;
      }
      std::atomic<int>& mine = busy[static_cast<std::size_t>(thread)];
      if (++mine != 1) ++shared;
      --mine;
    });
    CHECK(runs == 200);
    CHECK(foreign == 0);
    CHECK(shared == 0);
  }
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
