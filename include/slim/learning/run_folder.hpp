#pragma once
// The folder of a training run.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "slim/checkpoint/restore.hpp"
#include "slim/learning/train_settings.hpp"
#include "slim/summary/event_writer.hpp"
#include "slim/summary/summarize.hpp"
#include "slim/summary/summary_saver.hpp"

namespace slim::learning::detail {

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

}  // namespace slim::learning::detail
