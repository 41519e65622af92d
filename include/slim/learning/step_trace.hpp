#pragma once
#include "slim/core/begin.hpp"
// The timelines of a training run: one of every n-th step. TF-Slim section 6.3, should_trace.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "slim/report/describe.hpp"
#include "slim/learning/timeline.hpp"

namespace slim::learning::detail {

/// Writes `logdir`/tf_trace-<step>.json for every `every`-th step (0: none): waiting for the batch, the step, and in it each operation as
/// `<kind> <layer>`. A program so small that it runs as one straight line has no operations to time.
template <class TrainOp>
class step_trace {
public:
  step_trace(TrainOp& of, std::string folder, std::int64_t every) : train_op(of), logdir(std::move(folder)), every_n_steps(every) {}
  step_trace(const step_trace&) = delete;
  step_trace& operator=(const step_trace&) = delete;
  ~step_trace() {
    if (trace) train_op.watch({});
  }

  /// Step number `step` begins.
  void start(std::int64_t step) {
    if (every_n_steps <= 0 || step % every_n_steps != 0) return;
    trace.emplace();
    since = operation_since = clock::now();
    train_op.watch([this](int node) {
      const auto now = clock::now();
      const std::string kind = op::name_of(TrainOp::program.nodes[node].kind);
      trace->add(kind + " " + graph::node_name(TrainOp::program, node), "operation", operation_since, now);
      operation_since = now;
    });
  }

  /// A part of the step is done: what has happened since the part before.
  void done(const char* part) {
    if (!trace) return;
    const auto now = clock::now();
    trace->add(part, "step", since, now);
    since = operation_since = now;
  }

  void finish(std::int64_t step) {
    if (!trace) return;
    train_op.watch({});
    std::error_code ignored;
    std::filesystem::create_directories(logdir, ignored);  // it may have been removed: the next checkpoint says so
    trace->save(logdir + "/tf_trace-" + std::to_string(step) + ".json");
    trace.reset();
  }

private:
  using clock = timeline::clock;

  TrainOp& train_op;
  std::string logdir;
  std::int64_t every_n_steps;
  std::optional<timeline> trace;
  clock::time_point since, operation_since;
};

}  // namespace slim::learning::detail

#include "slim/core/end.hpp"
