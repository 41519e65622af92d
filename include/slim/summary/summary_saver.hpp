#pragma once
#include "slim/core/begin.hpp"
// Writes the summaries of a run from time to time.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"
#include "slim/summary/event_writer.hpp"
#include "slim/summary/summary_set.hpp"

namespace slim::summaries {

/// How often: every `save_steps` steps, or every `save_secs` seconds. One of them is 0.
struct saving {
  std::int64_t save_steps = 0;
  double save_secs = 600;  ///< the default of TF-Slim's train
};

/// Evaluates a set when it is due and writes the result, as TensorFlow's SummarySaverHook does: at the first step it hears of, then
/// whenever the given number of steps or seconds has passed. Refers to the set and the writer, which must outlive it.
class summary_saver {
public:
  /// Throws slim::error unless exactly one of the two is positive.
  summary_saver(const summary_set& of, event_writer& to, saving when = {}) : set(&of), writer(&to), often(when) {
    if ((often.save_steps > 0) == (often.save_secs > 0)) {
      throw error("summary_saver: expected either save_steps or save_secs, found " + std::to_string(often.save_steps) + " and " + exact_text(often.save_secs) +
                  "; set the other to 0");
    }
  }

  /// Call after every step. True when the summaries were written.
  bool after_step(std::int64_t global_step) {
    if (!due(global_step)) return false;
    save(global_step);
    return true;
  }

  /// Writes the summaries now, unless those of this step are written already: for the end of a run.
  void save(std::int64_t global_step) {
    if (saved && global_step == last_step) return;
    saved = true;
    last_step = global_step;
    last_time = clock::now();
    if (set->size() > 0) writer->add(global_step, set->evaluate());
  }

private:
  using clock = std::chrono::steady_clock;

  bool due(std::int64_t global_step) const {
    if (!saved) return true;
    if (often.save_steps > 0) return global_step >= last_step + often.save_steps;
    return std::chrono::duration<double>(clock::now() - last_time).count() >= often.save_secs;
  }

  const summary_set* set;
  event_writer* writer;
  saving often;
  bool saved = false;
  std::int64_t last_step = 0;
  clock::time_point last_time;
};

}  // namespace slim::summaries

#include "slim/core/end.hpp"
