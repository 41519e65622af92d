#pragma once
#include "slim/core/begin.hpp"
// The arguments of the training loop.

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "slim/checkpoint/saver.hpp"
#include "slim/core/callback.hpp"
#include "slim/core/number_text.hpp"
#include "slim/learning/early_stopping.hpp"
#include "slim/summary/summary_set.hpp"

namespace slim::learning {

/// What a train step returns: its loss, and whether training should end.
struct train_step_result {
  double total_loss = 0;
  bool should_stop = false;
};

/// The arguments of `train` under TF-Slim's names, with its defaults. What several machines need is in learning/distributed.hpp.
struct train_settings {
  std::string logdir = {};                                                                          ///< for checkpoints and summaries; "": none of either
  callback<train_step_result(const callback<train_step_result()>& train_step)> train_step_fn = {};  ///< calls train_step() and may do more
  std::int64_t log_every_n_steps = 1;                                                               ///< 0: never
  std::optional<std::int64_t> number_of_steps = {};    ///< ends when the global step has reached it; without it when the input ends
  callback<void()> init_fn = {};                       ///< called before the first step, but not when a checkpoint was restored
  const summaries::summary_set* summary_op = nullptr;  ///< nullptr: the losses, and gradients that the train_op keeps
  double save_summaries_secs = 600;                    ///< 0: no summaries
  std::int64_t save_summaries_steps = 0;               ///< when positive, instead of the seconds
  checkpoint::saver saver = {};
  double save_interval_secs = 600;               ///< between checkpoints; 0: only at the end
  learning::early_stopping early_stopping = {};  ///< measures, keeps the best checkpoint and may end training
  std::int64_t trace_every_n_steps = 0;          ///< writes tf_trace-<step>.json, a timeline, into logdir; 0: never
  std::FILE* output = stdout;                    ///< of log lines; null for none
};

namespace detail {

inline void check(const train_settings& given) {
  check(given.early_stopping, given.logdir);
  const auto fail = [](const std::string& problem) { throw error("train: " + problem); };
  if (given.number_of_steps && *given.number_of_steps <= 0)
    fail("number_of_steps: expected a positive number, found " + std::to_string(*given.number_of_steps) + "; leave it out to go on until the input ends");
  if (given.logdir.empty() && given.summary_op != nullptr) fail("summary_op: expected a logdir for it, found none; give one or leave the summaries out");
  if (given.logdir.empty() && given.trace_every_n_steps > 0)
    fail("trace_every_n_steps: expected a logdir for the traces, found none; give one or leave them out");
  const auto expect_none_or_more = [&](const char* what, double found, const char* zero) {
    if (!(found >= 0)) fail(std::string(what) + ": expected 0 or more, found " + exact_text(found) + "; 0 " + zero);
  };
  expect_none_or_more("trace_every_n_steps", static_cast<double>(given.trace_every_n_steps), "turns the traces off");
  expect_none_or_more("log_every_n_steps", static_cast<double>(given.log_every_n_steps), "turns the log lines off");
  expect_none_or_more("save_summaries_steps", static_cast<double>(given.save_summaries_steps), "leaves it to save_summaries_secs");
  expect_none_or_more("save_summaries_secs", given.save_summaries_secs, "turns the summaries off");
  expect_none_or_more("save_interval_secs", given.save_interval_secs, "saves at the end only");
}

}  // namespace detail
}  // namespace slim::learning

#include "slim/core/end.hpp"
