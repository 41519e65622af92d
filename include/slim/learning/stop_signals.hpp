#pragma once
#include "slim/core/begin.hpp"
// Ctrl-C, termination and the end of the terminal as a wish to stop, so that training can end with a checkpoint.

#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>

#include <signal.h>
#include <unistd.h>

namespace slim::learning {

namespace detail {

struct signal_entry {
  int signal;
  bool taken = false;
  struct sigaction before = {};
};
/// What all training loops of the program share.
struct shared_signals {
  std::mutex changes;
  int living = 0;
  std::atomic<int> caught{0};
  signal_entry entries[5] = {{SIGINT}, {SIGTERM}, {SIGHUP}, {SIGPIPE}, {SIGXFSZ}};
};

inline shared_signals signals_of_training;

}  // namespace detail

/// While any of these objects lives, the first SIGINT, SIGTERM or SIGHUP is only remembered; SIGINT or SIGTERM after it ends the program at
/// once. SIGPIPE and SIGXFSZ do nothing, so that writing fails with an error instead. A signal that the program ignored before stays ignored, and
/// a handler of the program's own for the last two stays as well. The last of the objects gives everything back.
class stop_signals {
public:
  stop_signals() {
    const std::lock_guard guard(all().changes);
    if (all().living++ > 0) return;
    all().caught = 0;
    for (entry& one : all().entries) {
      sigaction(one.signal, nullptr, &one.before);
      one.taken = is_error(one.signal) ? one.before.sa_handler == SIG_DFL : one.before.sa_handler != SIG_IGN;
      struct sigaction mine = {};
      mine.sa_handler = is_error(one.signal) ? SIG_IGN : &remember;
      mine.sa_flags = SA_RESTART;
      if (one.taken) sigaction(one.signal, &mine, nullptr);
    }
  }
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;
  ~stop_signals() {
    const std::lock_guard guard(all().changes);
    if (--all().living > 0) return;
    for (entry& one : all().entries) give_back(one);
  }

  /// The signal that has come since the first of the objects that live was made; 0: none. Stays after they are gone, until the next is made.
  static int caught() { return all().caught.load(); }

  /// Lets the signal that was caught take the course that it has without these objects: usually the end of the program.
  static void let_go() {
    const int signal = caught();
    {
      const std::lock_guard guard(all().changes);
      for (entry& one : all().entries)
        if (one.signal == signal) give_back(one);
    }
    if (signal != 0) kill(getpid(), signal);
  }

private:
  static_assert(std::atomic<int>::is_always_lock_free);
  using entry = detail::signal_entry;
  static detail::shared_signals& all() { return detail::signals_of_training; }

  static bool is_error(int signal) { return signal == SIGPIPE || signal == SIGXFSZ; }

  /// A terminal that closes sends SIGHUP more than once, and some supervisors send it right after SIGTERM: it is never the second wish.
  static void remember(int signal) {
    const int reason = errno;
    int none = 0;
    if (!all().caught.compare_exchange_strong(none, signal) && signal != SIGHUP) {
      struct sigaction usual = {};
      usual.sa_handler = SIG_DFL;
      sigaction(signal, &usual, nullptr);
      raise(signal);  // comes when this handler returns
    }
    errno = reason;
  }

  /// Unless somebody else has taken the signal meanwhile.
  static void give_back(entry& one) {
    struct sigaction now = {};
    sigaction(one.signal, nullptr, &now);
    if (one.taken && now.sa_handler == (is_error(one.signal) ? SIG_IGN : &remember)) sigaction(one.signal, &one.before, nullptr);
    one.taken = false;
  }
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
