#pragma once
#include "slim/core/begin.hpp"
// Evaluates a model on one checkpoint. TF-Slim section 8.

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "slim/checkpoint/assign.hpp"
#include "slim/core/number_text.hpp"
#include "slim/evaluation/checkpoints.hpp"
#include "slim/metrics/aggregate.hpp"
#include "slim/summary/event_writer.hpp"
#include "slim/summary/summary_set.hpp"

namespace slim::evaluation {

/// The arguments of TF-Slim's evaluate_once and evaluation_loop that have a meaning here, with its defaults.
struct evaluation_options {
  std::optional<long> num_evals = 1;                     ///< runs of eval_op; without a number until the input ends
  callback<void()> initial_op = {};                      ///< called before the first eval_op, such as one that rewinds the data
  checkpoint::assignment_map variables_to_restore = {};  ///< all of the model when empty; see checkpoint::moving_averages_of
  callback<void(const std::string&)> init_fn = {};       ///< takes the checkpoint's file and replaces its restoring: must restore by itself
  callback<void(const std::string&)> final_op = {};      ///< called once after all eval_ops, with the checkpoint's file: the metrics are complete
  const summaries::summary_set* summary_op = nullptr;    ///< further summaries, written with those of the metrics
  std::FILE* output = stdout;                            ///< of log lines; null for none
  // Of evaluation_loop only:
  double eval_interval_secs = 60;                      ///< least time from the start of one evaluation to the next
  std::optional<long> max_number_of_evaluations = {};  ///< for ever without
  std::optional<double> timeout = {};                  ///< seconds to wait for a new checkpoint; for ever without
  callback<bool()> timeout_fn = {};                    ///< asked after a timeout: true ends the loop, false waits again; a timeout ends it without
  double seconds_to_sleep = 1;                         ///< between two looks at the folder
};

namespace detail {

inline std::string utc_time() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d-%H:%M:%S", &parts);
  return text;
}

/// Calls visit(name, value) for each metric whose value is one number.
template <class Metrics, class Visit>
void for_each_scalar(const Metrics& metrics, Visit visit) {
  metrics.for_each([&](const char* name, const auto& metric) {
    if constexpr (std::is_arithmetic_v<decltype(metric.value())>) visit(name, static_cast<double>(metric.value()));
  });
}

/// Runs eval_op; false when the input has ended.
template <class EvalOp>
bool run(EvalOp& eval_op) {
  if constexpr (std::is_void_v<decltype(eval_op())>) {
    eval_op();
    return true;
  } else {
    return eval_op();
  }
}

}  // namespace detail

/// Starts the metrics again and calls `eval_op` num_evals times, which is to predict one batch and update the metrics with it. It returns
/// nothing, or false instead when the input had ended: then evaluation ends as well. Returns the values of the metrics by name.
/// Throws slim::error when it would never end, or never begin.
template <class Metrics, class EvalOp>
auto evaluate(Metrics& metrics, EvalOp eval_op, const evaluation_options& options = {}) {
  if (!options.num_evals && std::is_void_v<decltype(eval_op())>)
    throw error(
        "evaluate: num_evals: expected a number because eval_op never tells that the input has ended, found none; "
        "set it or return false at the end");
  if (options.num_evals && *options.num_evals < 1)
    throw error{"evaluate: num_evals: expected at least 1, found ", *options.num_evals,
                "; leave the metrics out of evaluate_once to restore and call final_op alone"};
  metrics.reset();
  if (options.initial_op) options.initial_op();
  const long all = options.num_evals.value_or(0), log_every = all < 20 ? 1 : all / 10;
  for (long i = 1; !options.num_evals || i <= all; ++i) {
    if (!detail::run(eval_op)) break;
    if (all > 0 && (i % log_every == 0 || i == all)) detail::log(options.output, "Evaluation [" + std::to_string(i) + "/" + std::to_string(all) + "]");
  }
  return metrics.value();
}

namespace detail {

/// Returns the file that was read.
template <class Model>
std::string restore(Model& net, const std::string& checkpoint_path, const evaluation_options& options) {
  if (!options.init_fn && options.variables_to_restore.empty()) return checkpoint::restore(checkpoint_path, net);
  // A folder is resolved only once: a newer checkpoint may come at any time.
  std::error_code ignored;
  const std::string path = std::filesystem::is_directory(checkpoint_path, ignored) ? checkpoint::latest_checkpoint(checkpoint_path).value_or(checkpoint_path)
                                                                                   : checkpoint::detail::resolve(checkpoint_path);
  if (options.init_fn) options.init_fn(path);
  else checkpoint::assign_from_checkpoint(path, options.variables_to_restore);
  return path;
}

/// The step in the name of a checkpoint; 0 for another name.
inline std::int64_t global_step_of(const std::string& path) { return checkpoint::detail::step_in(std::filesystem::path(path).filename().string()).value_or(0); }

/// Evaluates the model as it is; summaries go to `writer`, null for none.
template <class Metrics, class EvalOp>
auto evaluate_restored(const std::string& path, summaries::event_writer* writer, Metrics& metrics, EvalOp& eval_op, const evaluation_options& options) {
  auto values = evaluate(metrics, [&] { return eval_op(); }, options);
  if (options.final_op) options.final_op(path);
  std::vector<summaries::summary_value> summaries;
  for_each_scalar(metrics, [&](const char* name, double value) {
    log(options.output, name + ("[" + number_text(value) + "]"));
    summaries.push_back({name, static_cast<float>(value)});
  });
  if (writer != nullptr) {
    if (options.summary_op != nullptr)
      for (auto& one : options.summary_op->evaluate()) summaries.push_back(std::move(one));
    writer->add(global_step_of(path), std::move(summaries));
    writer->flush();
  }
  log(options.output, "Finished evaluation at " + utc_time());
  return values;
}

}  // namespace detail

/// Restores `net` from a checkpoint (a file, or a folder whose latest is meant), evaluates it, and writes each metric whose value is one number
/// as a scalar summary, under its name and at the step in the checkpoint's name, to a new event file in `logdir` ("": no summaries). The log says
/// it as well: `eval/Accuracy[0.992]`. `eval_op` is as in `evaluate`: it predicts with `net` and updates `metrics`, made by
/// aggregate_metric_map, which start again. Returns their values by name. Throws slim::error when the checkpoint is missing, damaged or of
/// another network.
template <class Model, class Metrics, class EvalOp>
auto evaluate_once(Model& net, const std::string& checkpoint_path, const std::string& logdir, Metrics& metrics, EvalOp eval_op,
                   const evaluation_options& options = {}) {
  detail::log(options.output, "Starting evaluation at " + detail::utc_time());
  const std::string path = detail::restore(net, checkpoint_path, options);
  std::optional<summaries::event_writer> writer;
  if (!logdir.empty()) writer.emplace(logdir);
  return detail::evaluate_restored(path, writer ? &*writer : nullptr, metrics, eval_op, options);
}

/// The same without metrics: restores `net` and calls `final_op` with the checkpoint's file, as TF-Slim does without an eval_op. Returns what it returns,
/// and writes options.summary_op to `logdir`.
template <class Model, class FinalOp>
  requires std::is_invocable_v<FinalOp&, const std::string&>
auto evaluate_once(Model& net, const std::string& checkpoint_path, const std::string& logdir, FinalOp final_op, const evaluation_options& options = {}) {
  detail::log(options.output, "Starting evaluation at " + detail::utc_time());
  const std::string path = detail::restore(net, checkpoint_path, options);
  if (options.initial_op) options.initial_op();
  const auto finish = [&] {
    if (!logdir.empty() && options.summary_op != nullptr) {
      summaries::event_writer writer(logdir);
      writer.add(detail::global_step_of(path), options.summary_op->evaluate());
    }
    detail::log(options.output, "Finished evaluation at " + detail::utc_time());
  };
  if constexpr (std::is_void_v<decltype(final_op(path))>) {
    final_op(path);
    finish();
  } else {
    auto value = final_op(path);
    finish();
    return value;
  }
}

}  // namespace slim::evaluation

#include "slim/core/end.hpp"
