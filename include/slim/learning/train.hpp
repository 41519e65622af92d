#pragma once
#include "slim/core/begin.hpp"
// The training loop: steps, log lines, checkpoints, summaries, resuming. TF-Slim sections 6.3 and 6.4. Not part of slim.hpp.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <tuple>

#include "slim/data/batch_end.hpp"
#include "slim/learning/create_train_op.hpp"
#include "slim/learning/progress.hpp"
#include "slim/learning/reading_watch.hpp"
#include "slim/learning/run_folder.hpp"
#include "slim/learning/step_trace.hpp"
#include "slim/learning/stop_signals.hpp"

namespace slim::learning {

namespace detail {

/// One call of `train_op` on what a source of batches gives: images and labels, or a tuple with one part for each input and the labels.
template <class TrainOp, class Batch>
double run_on(TrainOp& train_op, const Batch& batch) {
  if constexpr (TrainOp::exchanges && requires { batch.counted >= 0; })
    if (batch.counted >= 0) train_op.others().count(batch.counted);
  if constexpr (requires { batch.images, batch.labels; }) return static_cast<double>(train_op(batch.images, batch.labels));
  else return static_cast<double>(std::apply([&](const auto&... parts) { return train_op(parts...); }, batch));
}

/// What a training loop asks of the other processes, where there are some: see learning/distributed.hpp. Rank 0 keeps the folder of the run, and speaks.
template <class TrainOp>
class ranks {
public:
  ranks(TrainOp& with, const train_settings& given) : train_op(with), own(given) {
    if (!speaks()) own.logdir.clear(), own.summary_op = nullptr, own.early_stopping = {}, own.trace_every_n_steps = 0;
    else if (own.output != nullptr) return;
    static std::FILE* const nowhere = std::fopen("/dev/null", "w");
    own.output = nowhere;
  }
  const train_settings& settings() const { return own; }
  bool speaks() const {
    if constexpr (TrainOp::exchanges) return train_op.others().rank() == 0;
    else return true;
  }
  /// Whether it is so for any rank.
  bool any(bool mine) const {
    if constexpr (TrainOp::exchanges) return train_op.others().any(mine);
    else return mine;
  }
  void synchronize() const {
    if constexpr (TrainOp::exchanges) train_op.synchronize();
  }
  void report_to(progress& report) const {
    if constexpr (TrainOp::exchanges)
      if (const std::string slow = train_op.others().slow_rank(); !slow.empty()) report.say(slow);
  }

private:
  TrainOp& train_op;
  train_settings own;
};

template <class TrainOp, class Batches>
double train(TrainOp& train_op, Batches&& batches, const ranks<TrainOp>& all);

template <class TrainOp>
concept counts = requires { TrainOp::counts_steps; };
template <class Batches>
concept reader = requires(Batches& batches) { batches.next(); };

}  // namespace detail

/// Trains until `number_of_steps`, the end of the input (see data::ends_input), a train_step_fn that says so, or SIGINT, SIGTERM or SIGHUP,
/// whatever comes first; then saves a last checkpoint. With a logdir that has a checkpoint it goes on from there, and `batches.seek` (where it
/// exists) continues the order of examples: N steps, a kill and a second call give the same weights as one call. A logdir that another
/// training uses, or whose checkpoints are damaged, gone or of another training, throws.
/// While a reader lets a signal wait, the checkpoint is saved nevertheless and the program ends. A reader or train_step_fn that throws ends
/// training with a checkpoint of the last good step; a step whose loss is not finite throws, and the checkpoints stay as they were.
/// Returns the last loss; unlike TF-Slim, which tests only after a step, a finished run that is started again changes nothing and returns the loss
/// that it ended with.
template <class TrainOp, class Batches>
  requires(detail::counts<TrainOp> && detail::reader<Batches>)
double train(TrainOp& train_op, Batches&& batches, const train_settings& given = {}) {
  detail::check(given);
  if constexpr (!TrainOp::counts_steps)
    if (given.number_of_steps)
      throw error("train: number_of_steps: expected none for a train_op with uncounted_steps, which never reach it, found " +
                  std::to_string(*given.number_of_steps) + "; leave it out to go on until the input ends");
  const detail::ranks<TrainOp> all(train_op, given);
  if constexpr (TrainOp::exchanges) {
    try {
      return detail::train(train_op, batches, all);
    } catch (const std::exception& problem) {
      train_op.others().fail(problem.what());
      train_op.others().part();
      throw;
    }
  } else {
    return detail::train(train_op, batches, all);
  }
}

/// The message about other arguments.
template <class TrainOp, class Batches>
double train(TrainOp&, Batches&&, const train_settings& = {}) {
  constexpr bool trains = detail::counts<TrainOp>, reads = !trains || detail::reader<Batches>;
  static_assert(trains, "train takes what create_train_op has made of a model, a loss and an optimizer, and then a reader of batches");
  static_assert(reads, "a reader of batches has a function next(), which gives the tuple of one batch: data::batches, or a struct of your own");
  return 0;
}

template <class TrainOp, class Batches>
double detail::train(TrainOp& train_op, Batches&& batches, const ranks<TrainOp>& all) {
  const train_settings& given = all.settings();
  using clock = std::chrono::steady_clock;
  const bool keeps = !given.logdir.empty();
  detail::run_folder<TrainOp> folder(train_op, given);
  bool resumed = keeps && folder.resume();
  if (!resumed && given.init_fn && all.speaks()) given.init_fn();
  all.synchronize();
  resumed = all.any(resumed);
  if (resumed && keeps) folder.make_up();
  const auto finished = [&] { return given.number_of_steps && train_op.step() >= *given.number_of_steps; };
  double total_loss = folder.last_loss();
  if (finished()) {
    std::fprintf(given.output, "Nothing to train: global step %lld has reached number_of_steps = %lld.\n", static_cast<long long>(train_op.step()),
                 static_cast<long long>(*given.number_of_steps));
    std::fflush(given.output);
    return total_loss;
  }
  if (all.any(folder.ended())) {
    std::fprintf(given.output, "Nothing to train: early stopping has ended this run at global step %lld.\n", static_cast<long long>(train_op.step()));
    std::fflush(given.output);
    return total_loss;
  }
  if constexpr (requires { batches.seek(std::int64_t{}); })
    if (resumed) batches.seek(train_op.batches());

  const stop_signals signals;
  if (keeps) folder.start();
  const auto save_last = [&] {
    if (keeps) {
      std::fputs("Finished training! Saving model to disk.\n", given.output);
      std::fflush(given.output);
      folder.finish();
    }
    std::fflush(given.output);
  };
  /// Where another error is on its way, or in a thread of its own, that saving fails as well is only said.
  const auto try_to_save = [&] {
    try {
      save_last();
    } catch (const std::exception& problem) {
      std::fprintf(given.output, "%s\n", problem.what());
      std::fflush(given.output);
    }
  };

  bool input_ended = false;
  {
    detail::step_trace<TrainOp> trace(train_op, given.logdir, given.trace_every_n_steps);
    progress report(given.number_of_steps.value_or(0), given.log_every_n_steps, given.output);
    detail::reading_watch watch([&] {
      std::fprintf(given.output, "Caught signal %d while waiting for a batch. Stopping Training.\n", stop_signals::caught());
      try_to_save();
    });
    auto good = train_op.batches();  // as many have left everything as it should be
    const auto say_skipped = [&](double loss) {
      std::fprintf(given.output, "global step %lld: a batch with loss = %s was passed over and changed nothing (%lld so far).\n",
                   static_cast<long long>(train_op.step() + 1), number_text(loss).c_str(), static_cast<long long>(train_op.skipped()));
      std::fflush(given.output);
    };
    const callback<train_step_result()> train_step = [&]() -> train_step_result {
      const auto start = clock::now();
      trace.start(train_op.step() + 1);
      double sum = 0;
      int count = 0;
      do {
        const auto& batch = watch.wait_for([&]() -> decltype(auto) { return batches.next(); });
        trace.done("next batch");
        if ((input_ended = data::ends_input(batch))) return {total_loss, true};
        const auto skipped = train_op.skipped();
        const double loss = detail::run_on(train_op, batch);
        good = train_op.batches();
        trace.done("train_op");
        if (train_op.skipped() == skipped) sum += loss, ++count;
        else say_skipped(loss);
      } while (train_op.inside_step() || (count == 0 && stop_signals::caught() == 0));
      if (count == 0) return {total_loss, true};
      trace.finish(train_op.step());
      report.step(train_op.step(), sum / count, std::chrono::duration<double>(clock::now() - start).count());
      if (given.log_every_n_steps > 0 && train_op.step() % given.log_every_n_steps == 0) all.report_to(report);
      return {sum / count, finished()};
    };
    try {
      for (bool stop = false; !stop;) {
        const std::int64_t before = train_op.step();
        const train_step_result result = given.train_step_fn ? given.train_step_fn(train_step) : train_step();
        total_loss = result.total_loss;
        if (keeps && train_op.step() > before) folder.after_step(total_loss);
        stop = all.any(result.should_stop || input_ended || finished() || folder.ended() || stop_signals::caught() != 0);
      }
    } catch (...) {
      if (train_op.batches() == good) {
        std::fprintf(given.output, "Caught an error after global step %lld. Stopping Training.\n", static_cast<long long>(train_op.step()));
        try_to_save();
      }
      throw;
    }
  }
  if (const int signal = stop_signals::caught(); signal != 0) std::fprintf(given.output, "Caught signal %d. Stopping Training.\n", signal);
  else std::fputs(input_ended ? "Caught OutOfRangeError. Stopping Training.\n" : "Stopping Training.\n", given.output);
  save_last();
  all.synchronize();
  return total_loss;
}

}  // namespace slim::learning

#include "slim/core/end.hpp"
