#pragma once
#include "slim/core/begin.hpp"
// The folder of a training run.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "slim/checkpoint/folder_lock.hpp"
#include "slim/checkpoint/restore.hpp"
#include "slim/core/number_text.hpp"
#include "slim/learning/train_settings.hpp"
#include "slim/summary/event_writer.hpp"
#include "slim/summary/summarize.hpp"
#include "slim/summary/summary_saver.hpp"

namespace slim::learning::detail {

/// What a run keeps in its folder: checkpoints and summaries, each written when it is due. Nobody else trains there meanwhile.
template <class TrainOp>
class run_folder {
public:
  run_folder(TrainOp& with, const train_settings& given) : train_op(with), settings(given) {
    if (!settings.logdir.empty()) lock.emplace(settings.logdir, settings.output);
  }

  /// Continues from the newest checkpoint that can be read. False when there is none and never was: a folder whose checkpoints are damaged, gone
  /// or of another training throws. What was passed over is said.
  bool resume() {
    const checkpoint::checkpoints_found there = checkpoint::find_checkpoints(settings.logdir);
    const char* const begin_anew = "; to begin anew, use another logdir or remove what is in this one";
    if (there.files.empty() && !there.problems.empty()) throw error(there.problems.back() + begin_anew);
    if (there.files.empty()) return false;
    checkpoint::restored found;
    try {
      found = checkpoint::restore_newest_good(settings.logdir, train_op.trained_model(), train_op);
    } catch (const error& problem) {
      throw error(problem.what() + std::string(begin_anew) +
                  "; to go on from these weights alone, for example with another optimizer, use another logdir, and "
                  "for init_fn checkpoint::assign_from_checkpoint_fn(\"" +
                  settings.logdir + "\", ...)");
    }
    for (const std::string& problem : found.refused) std::fprintf(settings.output, "%s\n", problem.c_str());
    std::fprintf(settings.output, "Restoring parameters from %s\n", found.path.c_str());
    const std::string restored_loss = found.notes["total_loss"];
    std::from_chars(restored_loss.data(), restored_loss.data() + restored_loss.size(), loss);
    best.read(found.notes);
    saved_at = train_op.batches();
    return true;
  }

  /// A measurement that the restored step still lacks, because evaluate or the best checkpoint failed then.
  void make_up() {
    if (!best.due(settings.early_stopping, train_op.step())) return;
    begin_summaries();
    measure();
    save();
  }

  /// Whether early stopping has ended the run.
  bool ended() const { return best.ended(settings.early_stopping); }

  /// The loss of the last step, also one that was restored; NaN when the checkpoint does not tell.
  double last_loss() const { return loss; }

  /// The first checkpoint of a run shows that there will be others; summaries start with the first step.
  void start() {
    best.seen = train_op.step();
    last_checkpoint = last_rate = clock::now();
    if (settings.save_interval_secs > 0 && saved_at < 0) save();
    begin_summaries();
    rate_step = train_op.step();
  }

  void after_step(double total_loss) {
    loss = total_loss;
    stepped = true;
    if (saver && saver->after_step(train_op.step())) write_rate();
    if (best.due(settings.early_stopping, train_op.step())) measure();  // a train_step_fn may do several steps
    best.seen = train_op.step();
    if (settings.save_interval_secs > 0 && seconds_since(last_checkpoint) >= settings.save_interval_secs) save();
  }

  void finish() {
    keep_folder();
    if (saver && stepped) saver->save(train_op.step());
    if (saved_at != train_op.batches()) save();
  }

private:
  using clock = std::chrono::steady_clock;
  static double seconds_since(clock::time_point then) { return std::chrono::duration<double>(clock::now() - then).count(); }

  /// A folder that was removed is made anew, unless another training has it now.
  void keep_folder() {
    if (lock && lock->still_holds()) return;
    std::fprintf(settings.output, "%s: the folder of this training was removed; it is made anew, with a checkpoint and the summaries from here on\n",
                 settings.logdir.c_str());
    lock.emplace(settings.logdir, settings.output);
    saved_at = -1;
    if (writer) start_summaries();
  }

  void save() {
    keep_folder();
    save_to(settings.logdir, settings.saver, best);
    saved_at = train_op.batches();
    last_checkpoint = clock::now();
  }

  void save_to(const std::string& folder, const checkpoint::saver& with, const best_so_far& measured) {
    char digits[32];
    checkpoint::metadata notes{{"total_loss", std::string(digits, std::to_chars(digits, digits + sizeof digits, loss).ptr)}};
    if (settings.early_stopping.evaluate) measured.write(notes);
    with.save_variables(folder, train_op.step(), variables_of(train_op.trained_model()), state_of(train_op), notes);
  }

  /// One measurement of early stopping. It counts once the best checkpoint is written: one that fails is measured again.
  void measure() {
    const double measured = settings.early_stopping.evaluate();
    best_so_far then = best;
    then.seen = train_op.step();
    const bool better = then.follow(settings.early_stopping, measured, then.seen);
    if (better) save_to(settings.logdir + "/best", {.max_to_keep = 1}, then);
    best = then;
    if (writer) writer->add_scalar("early_stopping/value", train_op.step(), static_cast<float>(measured));
    const auto at = [](double value, std::int64_t step) { return number_text(value) + " at global step " + std::to_string(step); };
    std::string said = "Early stopping: " + at(measured, train_op.step()) + (better ? ", the best so far" : "");
    if (!better && best.step >= 0)
      said += "; the best is " + at(best.value, best.step) + ", " + std::to_string(best.worse) + " of " + std::to_string(settings.early_stopping.patience) +
              " measurements ago";
    said += ended() ? ". Stopping Training.\n" : ".\n";
    std::fputs(said.c_str(), settings.output);
    std::fflush(settings.output);
  }

  void begin_summaries() {
    if (writer || (settings.save_summaries_steps <= 0 && settings.save_summaries_secs <= 0)) return;
    if (settings.summary_op == nullptr) add_default_summaries();
    start_summaries();
  }

  void start_summaries() {
    saver.reset();
    writer = std::make_unique<summaries::event_writer>(settings.logdir);
    writer->start_session(train_op.step() + 1);
    const bool by_steps = settings.save_summaries_steps > 0;
    saver.emplace(settings.summary_op != nullptr ? *settings.summary_op : default_summaries, *writer,
                  summaries::saving{by_steps ? settings.save_summaries_steps : 0, by_steps ? 0 : settings.save_summaries_secs});
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
  std::optional<checkpoint::folder_lock> lock;
  std::int64_t saved_at = -1, rate_step = 0;  // saved_at in batches
  double loss = std::numeric_limits<double>::quiet_NaN();
  best_so_far best;
  bool stepped = false;
  clock::time_point last_checkpoint, last_rate;
};

}  // namespace slim::learning::detail

#include "slim/core/end.hpp"
