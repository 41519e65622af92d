#pragma once
// The training loop: steps, log lines, checkpoints, summaries, resuming. TF-Slim sections 6.3 and 6.4. Not part of slim.hpp.

#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <tuple>

#include "slim/checkpoint/restore.hpp"
#include "slim/core/function.hpp"
#include "slim/learning/progress.hpp"
#include "slim/learning/stop_signals.hpp"
#include "slim/learning/train_op.hpp"
#include "slim/summary/summarize.hpp"
#include "slim/summary/summary_saver.hpp"

namespace slim::learning {

/// What a train step returns: its loss, and whether training should end.
struct train_step_result {
  double total_loss = 0;
  bool should_stop = false;
};

/// The arguments of `train` under TF-Slim's names, with its defaults. Everything that has to do with several machines is left out.
struct train_settings {
  std::string logdir = {};                               ///< for checkpoints and summaries; "": none of either
  function<train_step_result(const function<train_step_result()>& train_step)> train_step_fn = {};  ///< calls train_step() and may do more
  std::int64_t log_every_n_steps = 1;                    ///< 0: never
  std::optional<std::int64_t> number_of_steps = {};      ///< ends when the global step has reached it; without it when the input ends
  function<void()> init_fn = {};                         ///< called before the first step, but not when a checkpoint was restored
  const summaries::summary_set* summary_op = nullptr;    ///< nullptr: the losses, and gradients that the train_op keeps
  double save_summaries_secs = 600;                      ///< 0: no summaries
  std::int64_t save_summaries_steps = 0;                 ///< when positive, instead of the seconds
  checkpoint::saver saver = {};
  double save_interval_secs = 600;                       ///< between checkpoints; 0: only at the end
  std::FILE* output = stdout;
};

namespace detail {

template <class Batch>
bool ends_input(const Batch& batch) {
  if constexpr (requires { batch.size == 0; }) return batch.size == 0;
  return false;
}

/// One call of `train_op` on what a source of batches gives: images and labels, or a tuple with one part for each input and the labels.
template <class TrainOp, class Batch>
double run_on(TrainOp& train_op, const Batch& batch) {
  if constexpr (requires { batch.images, batch.labels; })
    return static_cast<double>(train_op(batch.images, batch.labels));
  else
    return static_cast<double>(std::apply([&](const auto&... parts) { return train_op(parts...); }, batch));
}

inline void check(const train_settings& given) {
  const auto fail = [](const std::string& problem) { throw error("train: " + problem); };
  if (given.number_of_steps && *given.number_of_steps <= 0)
    fail("number_of_steps: expected a positive number, found " + std::to_string(*given.number_of_steps) + "; leave it out to go on until the input ends");
  if (given.logdir.empty() && given.summary_op != nullptr) fail("summary_op: expected a logdir for it, found none; give one or leave the summaries out");
  if (given.log_every_n_steps < 0) fail("log_every_n_steps: expected 0 or more, found " + std::to_string(given.log_every_n_steps) + "; 0 turns the log lines off");
}

/// What a run keeps in its folder: checkpoints and summaries, each written when it is due.
template <class TrainOp>
class run_folder {
public:
  run_folder(TrainOp& with, const train_settings& given) : train_op(with), settings(given) {}

  /// Continues from the newest checkpoint that can be read. False when there is none.
  bool resume() {
    if (!checkpoint::latest_checkpoint(settings.logdir)) return false;
    const checkpoint::restored found = checkpoint::restore_newest_good(settings.logdir, train_op.trained_model(), train_op);
    for (const std::string& problem : found.refused) std::fprintf(settings.output, "%s\n", problem.c_str());
    std::fprintf(settings.output, "Restoring parameters from %s\n", found.path.c_str());
    saved_at = train_op.step();
    return true;
  }

  /// The first checkpoint of a run shows that there will be others; summaries start with the first step.
  void start() {
    last_checkpoint = last_rate = clock::now();
    if (settings.save_interval_secs > 0 && saved_at < 0) save();
    if (settings.save_summaries_steps <= 0 && settings.save_summaries_secs <= 0) return;
    if (settings.summary_op == nullptr) add_default_summaries();
    writer = std::make_unique<summaries::event_writer>(settings.logdir);
    const bool by_steps = settings.save_summaries_steps > 0;
    saver.emplace(settings.summary_op != nullptr ? *settings.summary_op : default_summaries, *writer,
                  summaries::saving{by_steps ? settings.save_summaries_steps : 0, by_steps ? 0 : settings.save_summaries_secs});
    rate_step = train_op.step();
  }

  void after_step() {
    if (saver && saver->after_step(train_op.step())) write_rate();
    if (settings.save_interval_secs > 0 && seconds_since(last_checkpoint) >= settings.save_interval_secs) save();
  }

  void finish() {
    if (saver) saver->save(train_op.step());
    if (saved_at != train_op.step()) save();
  }

private:
  using clock = std::chrono::steady_clock;
  static double seconds_since(clock::time_point then) { return std::chrono::duration<double>(clock::now() - then).count(); }

  void save() {
    settings.saver.save(settings.logdir, train_op.trained_model(), train_op);
    saved_at = train_op.step();
    last_checkpoint = clock::now();
  }

  void add_default_summaries() {
    add_scalar_summary(default_summaries, summaries::total_loss_of(train_op));
    add_scalar_summaries(default_summaries, summaries::losses_of(train_op), "losses");
    if constexpr (TrainOp::keeps_gradients) add_gradients_summaries(default_summaries, summaries::gradients_of(train_op));
  }

  void write_rate() {
    const double seconds = seconds_since(last_rate);
    const std::int64_t steps = train_op.step() - rate_step;
    if (steps > 1 && seconds > 0) writer->add_scalar("global_step/sec", train_op.step(), static_cast<float>(static_cast<double>(steps) / seconds));
    rate_step = train_op.step();
    last_rate = clock::now();
  }

  TrainOp& train_op;
  const train_settings& settings;
  summaries::summary_set default_summaries;
  std::unique_ptr<summaries::event_writer> writer;
  std::optional<summaries::summary_saver> saver;
  std::int64_t saved_at = -1, rate_step = 0;
  clock::time_point last_checkpoint, last_rate;
};

}  // namespace detail

/// Trains until `number_of_steps`, the end of the input (a batch of size 0), a train_step_fn that says so, or SIGINT or SIGTERM, whatever
/// comes first; then saves a last checkpoint. With a logdir that has a checkpoint it goes on from there, and `batches.seek` (where it
/// exists) continues the order of examples: N steps, a kill and a second call give the same weights as one call.
/// A step whose loss is not finite throws, and the checkpoints stay as they were. Returns the last loss; NaN when there was no step to do:
/// unlike TF-Slim, which tests only after a step, a finished run that is started again changes nothing.
template <class TrainOp, class Batches>
double train(TrainOp& train_op, Batches&& batches, const train_settings& given = {}) {
  using clock = std::chrono::steady_clock;
  detail::check(given);
  const bool keeps = !given.logdir.empty();
  detail::run_folder<TrainOp> folder(train_op, given);
  const bool resumed = keeps && folder.resume();
  if (!resumed && given.init_fn) given.init_fn();
  if constexpr (requires { batches.seek(std::int64_t{}); })
    if (resumed) batches.seek(train_op.step() * train_op.batches_per_step());
  const auto finished = [&] { return given.number_of_steps && train_op.step() >= *given.number_of_steps; };
  double total_loss = std::numeric_limits<double>::quiet_NaN();
  if (finished()) return total_loss;
  if (keeps) folder.start();

  const stop_signals signals;
  bool input_ended = false;
  {
    progress report(given.number_of_steps.value_or(0), given.log_every_n_steps, given.output);
    const function<train_step_result()> train_step = [&]() -> train_step_result {
      const auto start = clock::now();
      double sum = 0;
      int count = 0;
      do {
        const auto& batch = batches.next();
        if ((input_ended = detail::ends_input(batch))) return {total_loss, true};
        sum += detail::run_on(train_op, batch);
        ++count;
      } while (train_op.inside_step());
      report.step(train_op.step(), sum / count, std::chrono::duration<double>(clock::now() - start).count());
      return {sum / count, finished()};
    };
    for (bool stop = false; !stop;) {
      const std::int64_t before = train_op.step();
      const train_step_result result = given.train_step_fn ? given.train_step_fn(train_step) : train_step();
      total_loss = result.total_loss;
      if (keeps && train_op.step() > before) folder.after_step();
      stop = result.should_stop || input_ended || finished() || stop_signals::caught() != 0;
    }
  }
  if (const int signal = stop_signals::caught(); signal != 0)
    std::fprintf(given.output, "Caught signal %d. Stopping Training.\n", signal);
  else
    std::fputs(input_ended ? "Caught end of input. Stopping Training.\n" : "Stopping Training.\n", given.output);
  if (keeps) {
    std::fputs("Finished training! Saving model to disk.\n", given.output);
    folder.finish();
  }
  std::fflush(given.output);
  return total_loss;
}

}  // namespace slim::learning
