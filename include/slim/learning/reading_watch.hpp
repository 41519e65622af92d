#pragma once
#include "slim/core/begin.hpp"
// Waiting for a batch must not keep a run from ending.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <signal.h>

#include "slim/core/callback.hpp"
#include "slim/learning/stop_signals.hpp"

namespace slim::learning::detail {

/// Watches for a signal that comes while `wait_for` waits for a reader. One that stays away for half a second more makes the watch save; after two
/// seconds the signal takes its usual course, the end of the program. All other work of the owner excludes the watch.
class reading_watch {
public:
  /// `save_now` is called in a thread of the watch.
  explicit reading_watch(callback<void()> save_now) : save(std::move(save_now)), working(state) {
    sigset_t all, before;  // signals are for the threads of the program
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    watcher = std::thread([this] { watch(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  reading_watch(const reading_watch&) = delete;
  reading_watch& operator=(const reading_watch&) = delete;
  ~reading_watch() {
    {
      const std::lock_guard guard(control);
      ended = true;
    }
    changed.notify_all();
    watcher.join();
  }

  /// What `read` returns.
  template <class Read>
  decltype(auto) wait_for(Read read) {
    struct to_work {
      std::unique_lock<std::mutex>& lock;
      ~to_work() { lock.lock(); }
    };
    working.unlock();
    const to_work afterwards{working};
    return read();
  }

private:
  void watch() {
    constexpr int save_after = 10, let_go_after = 40;  // looks
    std::unique_lock guard(control);
    bool saved = false;
    for (int looks = 0; !changed.wait_for(guard, std::chrono::milliseconds(50), [this] { return ended; });) {
      if (stop_signals::caught() == 0 || ++looks < save_after || !state.try_lock()) continue;
      const std::lock_guard still_reading(state, std::adopt_lock);
      if (!std::exchange(saved, true)) save();
      if (looks < let_go_after) continue;
      stop_signals::let_go();
      return;
    }
  }

  callback<void()> save;
  std::mutex state, control;
  std::unique_lock<std::mutex> working;
  std::condition_variable changed;
  bool ended = false;
  std::thread watcher;
};

}  // namespace slim::learning::detail

#include "slim/core/end.hpp"
