#pragma once
// Ctrl-C and termination as a wish to stop, so that training can end with a checkpoint.

#include <csignal>

#include <signal.h>

namespace slim::learning {

/// While one lives, the first SIGINT or SIGTERM is only remembered; a second one ends the program as usual. At most one at a time.
class stop_signals {
public:
  stop_signals() {
    last() = 0;
    struct sigaction remember = {};
    remember.sa_handler = [](int signal) { last() = signal; };
    remember.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &remember, &before_interrupt);
    sigaction(SIGTERM, &remember, &before_terminate);
  }
  stop_signals(const stop_signals&) = delete;
  stop_signals& operator=(const stop_signals&) = delete;
  ~stop_signals() {
    sigaction(SIGINT, &before_interrupt, nullptr);
    sigaction(SIGTERM, &before_terminate, nullptr);
  }

  /// The signal that has come since the newest of these objects was made; 0: none. Stays after the object is gone.
  static int caught() { return last(); }

private:
  static volatile std::sig_atomic_t& last() {
    static volatile std::sig_atomic_t signal = 0;
    return signal;
  }

  struct sigaction before_interrupt = {}, before_terminate = {};
};

}  // namespace slim::learning
