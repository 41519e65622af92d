#pragma once
#include "slim/core/begin.hpp"
// Evaluates the checkpoints that a training process writes, as they come. TF-Slim section 8.

#include <filesystem>
#include <optional>
#include <string>

#include "slim/evaluation/evaluate.hpp"

namespace slim::evaluation {

/// Waits for each new checkpoint in `checkpoint_dir`, which need not exist yet, and evaluates it as evaluate_once does; all summaries go to one
/// event file. Checkpoints that are replaced meanwhile are skipped, also one that the training process removes before it is read.
/// Returns the values of the last evaluation by name; nothing when there was none.
///
///   evaluation_loop(net, "logs", "logs/eval", metrics,
///                   [&] {
///                     const auto batch = batches.next();
///                     metrics.update(net.predict(batch.images), batch.labels);
///                   },
///                   {.num_evals = batches.batches_per_epoch(), .timeout = 600});
template <class Model, class Metrics, class EvalOp>
auto evaluation_loop(Model& net, const std::string& checkpoint_dir, const std::string& logdir, Metrics& metrics, EvalOp eval_op,
                     const evaluation_options& options = {}) {
  std::optional<decltype(metrics.value())> last;
  std::optional<summaries::event_writer> writer;
  checkpoints_iterator checkpoints(checkpoint_dir, {.min_interval_secs = options.eval_interval_secs,
                                                    .timeout = options.timeout,
                                                    .timeout_fn = options.timeout_fn,
                                                    .seconds_to_sleep = options.seconds_to_sleep,
                                                    .output = options.output});
  for (long done = 0; !options.max_number_of_evaluations || done < *options.max_number_of_evaluations;) {
    const std::optional<std::string> path = checkpoints.next();
    if (!path) break;
    detail::log(options.output, "Starting evaluation at " + detail::utc_time());
    try {
      detail::restore(net, *path, options);
    } catch (const error&) {
      if (std::filesystem::exists(*path)) throw;
      detail::log(options.output, "Checkpoint " + *path + " was removed before it could be read");
      continue;
    }
    if (!writer && !logdir.empty()) writer.emplace(logdir);
    last.emplace(detail::evaluate_restored(*path, writer ? &*writer : nullptr, metrics, eval_op, options));
    ++done;
  }
  return last;
}

}  // namespace slim::evaluation

#include "slim/core/end.hpp"
