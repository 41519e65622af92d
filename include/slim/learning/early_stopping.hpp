#pragma once
#include "slim/core/begin.hpp"
// Ending a run that no longer gets better, and keeping its best state.

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

#include "slim/checkpoint/safetensors.hpp"
#include "slim/core/callback.hpp"
#include "slim/core/error.hpp"
#include "slim/core/number_text.hpp"

namespace slim::learning {

/// Measures a value every so many steps, such as the loss on a validation set. Each time it is the best so far, a checkpoint replaces the one in
/// `logdir`/best; after `patience` measurements in a row without improvement training ends. A value that is NaN is no improvement.
/// What was measured is part of the checkpoints of the run: one that is resumed remembers, and one that has ended so stays ended.
struct early_stopping {
  callback<double()> evaluate = {};  ///< empty: no early stopping, and no other option of it
  std::int64_t every_n_steps = 1000;
  int patience = 5;
  double min_delta = 0;           ///< a value that differs from the best by no more is no improvement
  bool higher_is_better = false;  ///< for accuracies
};

namespace detail {

inline void check(const early_stopping& given, const std::string& logdir) {
  const auto expect = [](bool good, const char* what, const std::string& found) {
    if (!good) throw error("train: early_stopping: expected " + std::string(what) + ", found " + found);
  };
  const early_stopping none;
  const bool asks = given.every_n_steps != none.every_n_steps || given.patience != none.patience || given.min_delta != none.min_delta || given.higher_is_better;
  expect(given.evaluate || !asks, "an evaluate beside its other options", "none; give what it measures");
  if (!given.evaluate) return;
  expect(!logdir.empty(), "a logdir for the best checkpoint", "none; give one");
  expect(given.every_n_steps > 0, "every_n_steps of at least 1", std::to_string(given.every_n_steps));
  expect(given.patience > 0, "a patience of at least 1", std::to_string(given.patience));
  expect(given.min_delta >= 0, "a min_delta of 0 or more", exact_text(given.min_delta));
}

/// What early stopping has seen.
struct best_so_far {
  double value = std::numeric_limits<double>::quiet_NaN();  // NaN: nothing yet
  std::int64_t step = -1, worse = 0;                        // `worse`: measurements since
  std::int64_t seen = -1;                                   // up to this step what was due is measured; -1: a checkpoint that does not tell

  /// Counts a measurement; true when it is the best.
  bool follow(const early_stopping& with, double measured, std::int64_t at) {
    const double gain = with.higher_is_better ? measured - value : value - measured;
    if (measured != measured || (step >= 0 && !(gain > with.min_delta))) {
      ++worse;
      return false;
    }
    value = measured, step = at, worse = 0;
    return true;
  }
  bool due(const early_stopping& with, std::int64_t at) const { return with.evaluate && seen >= 0 && at / with.every_n_steps > seen / with.every_n_steps; }
  bool ended(const early_stopping& with) const { return with.evaluate && worse >= with.patience; }

  void write(checkpoint::metadata& notes) const {
    char digits[32];
    notes["best_value"] = std::string(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    notes["best_step"] = std::to_string(step), notes["measurements_since_best"] = std::to_string(worse);
    notes["measured_to_step"] = std::to_string(seen);
  }
  void read(const checkpoint::metadata& notes) {
    const auto number = [&](const char* key, auto& to) {
      if (const auto found = notes.find(key); found != notes.end()) std::from_chars(found->second.data(), found->second.data() + found->second.size(), to);
    };
    number("best_value", value), number("best_step", step), number("measurements_since_best", worse), number("measured_to_step", seen);
  }
};

}  // namespace detail
}  // namespace slim::learning

#include "slim/core/end.hpp"
