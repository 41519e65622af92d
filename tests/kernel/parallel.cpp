#include "slim/kernel/parallel.hpp"
#include "slim/kernel/thread_pool.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

using namespace slim::kernel;

namespace {

constexpr double large = 1e9;

/// Waits, but not for ever, until `condition` holds, and returns whether it does.
template <class Condition>
bool comes_true(Condition condition) {
  for (int i = 0; i < 10'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return condition();
}

/// Tasks that sleep look like those of threads that other programs disturb: forgets what this thread has learned from them.
void trust_helpers() { pooling::own_team_size = {}; }

/// True when a second thread joins a loop of two tasks: whoever has one waits for the other.
bool helped() {
  trust_helpers();
  std::atomic<int> here{0}, met{0};
  parallel_for(2, large, 2, [&](long) { ++here, met += comes_true([&] { return here == 2; }); });
  return met == 2;
}

}  // namespace

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
    parallel_for(200, large, threads, [&](long, int thread) {
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

TEST_CASE("small work never forks, large work does") {
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> foreign{0};
  for (int i = 0; i < 100; ++i) parallel_for(4, fork_threshold / 8, 2, [&](long) { foreign += std::this_thread::get_id() != caller; });
  CHECK(foreign == 0);
  CHECK(helped());
}

TEST_CASE("a helper that does not come is not waited for") {
  CHECK(helped());
  // One loop keeps all helpers busy until the end; the loop of this thread finishes without any.
  const int all = pooling::pool.started + 1;
  std::atomic<int> busy{0}, runs{0};
  std::atomic<bool> end{false};
  {
    const std::jthread other([&] { parallel_for(all, large, all, [&](long) { ++busy, comes_true([&] { return end.load(); }); }); });
    CHECK(comes_true([&] { return busy == all; }));
    trust_helpers();
    parallel_for(100, large, 2, [&](long, int thread) { runs += thread == 0; });
    end = true;
  }
  CHECK(runs == 100);
}

TEST_CASE("while helpers are not worth it the caller works alone") {
  trust_helpers();
  pooling::own_team_size.suspect();
  CHECK(pooling::own_team_size.measures());
  const long long later = pooling::now() + 60'000'000'000;
  pooling::own_team_size.add({2, later - team_size::window, later, 0, 1});
  const std::thread::id caller = std::this_thread::get_id();
  std::atomic<int> foreign{0}, runs{0};
  parallel_for(100, large, 2, [&](long, int thread) { ++runs, foreign += thread != 0 || std::this_thread::get_id() != caller; });
  CHECK(runs == 100);
  CHECK(foreign == 0);
  // Other threads have their own opinion.
  std::jthread([] { CHECK(helped()); });
  CHECK(helped());
}

TEST_CASE("loops are measured after a long wait, and what is measured decides") {
  trust_helpers();
  const auto sleeping_loop = [] {
    parallel_for(2, large, 2, [](long, int thread) { std::this_thread::sleep_for(std::chrono::milliseconds(thread == 0 ? 1 : 3)); });
  };
  for (int i = 0; i < 1000 && !pooling::own_team_size.measures(); ++i) sleeping_loop();
  CHECK(pooling::own_team_size.measures());
  // Nobody works in these loops, so all threads together get less done than one would.
  for (int i = 0; i < 1000 && pooling::own_team_size.measures(); ++i) sleeping_loop();
  CHECK(!pooling::own_team_size.measures());
  CHECK(pooling::own_team_size.most([] { return 0LL; }) == 1);
}

TEST_CASE("many threads with loops of their own, and loops inside of loops") {
  std::atomic<long> sum{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 5; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 200; ++i) parallel_for(9, large, 2 + t, [&](long task) { sum += task; });
      });
  }
  CHECK(sum == 5 * 200 * 36);
  sum = 0;
  parallel_for(8, large, 3, [&](long) { parallel_for(8, large, 3, [&](long task) { sum += task; }); });
  CHECK(sum == 8 * 28);
  // More loops at once than there is room for run as well.
  sum = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < pooling::thread_pool::most_loops + 8; ++t)
      threads.emplace_back([&] { parallel_for(3, large, 2, [&](long task) { std::this_thread::sleep_for(std::chrono::milliseconds(1)), sum += task; }); });
  }
  CHECK(sum == (pooling::thread_pool::most_loops + 8) * 3);
}

TEST_CASE("helpers leave signals to the threads of the program") {
  static std::atomic<int> caller_got, helper_got;
  static thread_local bool is_helper = false;
  auto* const before = std::signal(SIGUSR1, [](int) { ++(is_helper ? helper_got : caller_got); });
  std::atomic<int> here{0};
  trust_helpers();
  parallel_for(2, large, 2, [&](long, int thread) {
    is_helper = thread != 0;
    ++here;
    if (thread == 0 && comes_true([&] { return here == 2; }))
      for (int i = 0; i < 50; ++i) kill(getpid(), SIGUSR1);
    comes_true([&] { return caller_got > 0; });
  });
  std::signal(SIGUSR1, before);
  CHECK(caller_got > 0);
  CHECK(helper_got == 0);
}

#if defined(__SANITIZE_THREAD__) || defined(TEST_OWN_VECTORS_ONLY)
#define SLIM_TEST_FORKS 0  // the thread sanitizer ends a forked child that starts a thread, and so does an emulator
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SLIM_TEST_FORKS 0
#endif
#endif
#ifndef SLIM_TEST_FORKS
#define SLIM_TEST_FORKS 1
#endif
#if SLIM_TEST_FORKS
namespace {

/// What a forked child returns from `work`; -1 when it was killed, for example because it hung.
template <class Work>
int in_child(Work work) {
  std::fflush(stdout);  // the child would print it again
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(work());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("a forked child has helpers of its own") {
  CHECK(helped());
  CHECK(in_child([] { return helped() ? 1 : 0; }) == 1);
  // Also when others were in the middle of loops, and in the child of the child.
  std::atomic<bool> end{false};
  std::jthread other([&] {
    while (!end) parallel_for(8, large, 4, [](long) { std::this_thread::sleep_for(std::chrono::microseconds(50)); });
  });
  for (int i = 0; i < 5; ++i) CHECK(in_child([] { return helped() ? in_child([] { return helped() ? 1 : 0; }) : 0; }) == 1);
  end = true;
  CHECK(helped());
}
#endif
