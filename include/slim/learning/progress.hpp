#pragma once
#include "slim/core/begin.hpp"
// What a training run prints: TF-Slim's log lines and, for a person watching, a progress bar.

#include <cstdint>
#include <cstdio>
#include <string>

#include <unistd.h>

#include "slim/core/number_text.hpp"

namespace slim::learning {

/// Prints `global step 100: loss = 0.1234 (0.005 sec/step)` for every `log_every_n_steps`-th step (0: never), the log line of
/// TF-Slim's train_step, and on a terminal keeps a bar with rate and time left below the log lines.
/// Output that is not a terminal gets exactly the log lines.
class progress {
public:
  /// `number_of_steps` 0 means that the end is unknown: no bar. Writes to `output`, which must stay open.
  explicit progress(std::int64_t number_of_steps, std::int64_t log_every_n_steps = 1, std::FILE* output = stdout)
      : progress(number_of_steps, log_every_n_steps, output, isatty(fileno(output)) != 0) {}

  /// As above, with the decision whether `output` is a terminal taken by the caller.
  progress(std::int64_t number_of_steps, std::int64_t log_every_n_steps, std::FILE* output, bool terminal)
      : last(number_of_steps), log_every(log_every_n_steps), file(output), bar(terminal && number_of_steps > 0) {}

  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  ~progress() { clear_bar(); }

  /// Reports that step number `global_step` is done; it had the given loss and took `seconds`.
  void step(std::int64_t global_step, double loss, double seconds) {
    // The newest steps count most, so that a pause (a checkpoint, a suspended laptop) is soon forgotten.
    mean_seconds = mean_seconds == 0 ? seconds : mean_seconds + 0.05 * (seconds - mean_seconds);
    since_drawn += seconds;
    const bool log = log_every > 0 && global_step % log_every == 0;
    if (log) {
      clear_bar();
      std::fprintf(file, "global step %lld: loss = %s (%s sec/step)\n", static_cast<long long>(global_step), fixed_text(loss, 4).c_str(),
                   fixed_text(seconds, 3).c_str());
    }
    constexpr double seconds_between_drawings = 0.1;
    if (bar && (log || since_drawn >= seconds_between_drawings || global_step == last)) draw_bar(global_step);
    if (log || bar) std::fflush(file);
  }

  /// A line beside those of the steps.
  void say(const std::string& line) {
    clear_bar();
    std::fprintf(file, "%s\n", line.c_str());
    std::fflush(file);
  }

private:
  void clear_bar() {
    if (!drawn) return;
    std::fputs("\r\x1b[2K", file);  // to the first column, erase the line
    std::fflush(file);
    drawn = false;
  }

  void draw_bar(std::int64_t global_step) {
    constexpr int width = 30;
    const std::int64_t done = global_step < last ? global_step : last;
    char cells[width + 1];
    for (int i = 0; i < width; ++i) cells[i] = i < done * width / last ? '#' : '.';
    cells[width] = '\0';
    const double rate = mean_seconds > 0 ? 1 / mean_seconds : 0;
    const long long left = static_cast<long long>(mean_seconds * static_cast<double>(last - done) + 0.5);
    std::fprintf(file, "\r\x1b[2K[%s] %3d%%  %lld/%lld  %s steps/s  %lld:%02lld:%02lld left", cells, static_cast<int>(done * 100 / last),
                 static_cast<long long>(done), static_cast<long long>(last), fixed_text(rate, 1).c_str(), left / 3600, left / 60 % 60, left % 60);
    drawn = true;
    since_drawn = 0;
  }

  std::int64_t last, log_every;
  std::FILE* file;
  bool bar, drawn = false;
  double mean_seconds = 0, since_drawn = 0;
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
