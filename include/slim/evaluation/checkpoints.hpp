#pragma once
#include "slim/core/begin.hpp"
// Waiting for checkpoints that another process writes. TF-Slim section 8.

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "slim/checkpoint/index.hpp"
#include "slim/core/callback.hpp"

namespace slim::evaluation {

namespace detail {

using clock = std::chrono::steady_clock;

/// Sleeps of any length, also of one that no clock can count.
inline void sleep(double seconds) {
  constexpr double longest = 1e6;
  if (seconds > 0) std::this_thread::sleep_for(std::chrono::duration<double>(seconds < longest ? seconds : longest));
}

inline double seconds_since(clock::time_point start) { return std::chrono::duration<double>(clock::now() - start).count(); }

inline void log(std::FILE* output, const std::string& line) {
  if (output == nullptr) return;
  std::fprintf(output, "%s\n", line.c_str());
  std::fflush(output);
}

/// The latest checkpoint of a folder. What is wrong with the folder is said in the log, once, and a folder that cannot be read now has none: the
/// training may mend it.
inline std::optional<std::string> look_for_checkpoint(const std::string& folder, std::string& said, std::FILE* output) {
  std::optional<std::string> latest;
  std::string problems;
  try {
    const checkpoint::checkpoints_found found = checkpoint::find_checkpoints(folder);
    if (!found.files.empty()) latest = found.files.front();
    for (const std::string& one : found.problems) problems += problems.empty() ? one : "\n" + one;
  } catch (const error& problem) {
    problems = problem.what();
  }
  if (!problems.empty() && problems != said) log(output, problems);
  said = problems;
  return latest;
}

}  // namespace detail

/// Looks every `seconds_to_sleep` for the latest checkpoint of a folder, which need not exist yet, until there is one and it is not
/// `last_checkpoint`. Returns its file, or nothing when another sleep would pass `timeout` seconds. Log lines go to `output`, null for none.
inline std::optional<std::string> wait_for_new_checkpoint(const std::string& checkpoint_dir, const std::optional<std::string>& last_checkpoint = {},
                                                          double seconds_to_sleep = 1, std::optional<double> timeout = {}, std::FILE* output = stdout) {
  detail::log(output, "Waiting for new checkpoint at " + checkpoint_dir);
  const auto start = detail::clock::now();
  for (std::string said;;) {
    const std::optional<std::string> latest = detail::look_for_checkpoint(checkpoint_dir, said, output);
    if (latest && latest != last_checkpoint) {
      detail::log(output, "Found new checkpoint at " + *latest);
      return latest;
    }
    if (timeout && !(detail::seconds_since(start) + seconds_to_sleep <= *timeout)) return {};  // so does NaN
    detail::sleep(seconds_to_sleep);
  }
}

struct checkpoints_options {
  double min_interval_secs = 0;        ///< least time from one checkpoint handed out to the next
  std::optional<double> timeout = {};  ///< seconds to wait for a new checkpoint; for ever without
  callback<bool()> timeout_fn = {};    ///< asked after a timeout: true ends, false waits again; without it a timeout ends
  double seconds_to_sleep = 1;         ///< between two looks at the folder
  std::FILE* output = stdout;          ///< of log lines; null for none
};

/// The latest checkpoints of a folder, one after the other: `while (auto path = checkpoints.next())`. Those that are replaced while the caller
/// works are skipped.
class checkpoints_iterator {
public:
  explicit checkpoints_iterator(std::string checkpoint_dir, checkpoints_options given = {}) : folder(std::move(checkpoint_dir)), options(std::move(given)) {}

  /// The file of the next checkpoint; nothing when none came in time.
  std::optional<std::string> next() {
    if (last) detail::sleep(options.min_interval_secs - detail::seconds_since(start));
    for (;;) {
      std::optional<std::string> found = wait_for_new_checkpoint(folder, last, options.seconds_to_sleep, options.timeout, options.output);
      if (found) {
        start = detail::clock::now();
        return last = std::move(found);
      }
      if (!options.timeout_fn) {
        detail::log(options.output, "Timed-out waiting for a checkpoint.");
        return {};
      }
      if (options.timeout_fn()) return {};
    }
  }

private:
  std::string folder;
  checkpoints_options options;
  std::optional<std::string> last;
  detail::clock::time_point start;
};

}  // namespace slim::evaluation

#include "slim/core/end.hpp"
