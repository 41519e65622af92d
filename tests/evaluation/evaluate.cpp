#include "slim/evaluation/evaluate.hpp"

#include <doctest/doctest.h>

#include "slim/summary/run.hpp"
#include "tests/evaluation/small_evaluation.hpp"

using namespace evaluation_tests;
using namespace slim::evaluation;

TEST_CASE("evaluate runs num_evals times, or until the input ends") {
  auto metrics = small_metrics();
  int runs = 0;
  const auto once = [&] {
    ++runs;
    metrics.update(std::vector<float>{0.5f}, std::vector<int>{0});
  };
  std::string log = written([&](std::FILE* file) { CHECK(evaluate(metrics, once, {.num_evals = 3, .output = file}).at<"eval/Accuracy">() == 1); });
  CHECK(runs == 3);
  CHECK(log == "Evaluation [1/3]\nEvaluation [2/3]\nEvaluation [3/3]\n");
  log = written([&](std::FILE* file) { evaluate(metrics, once, {.num_evals = 25, .output = file}); });
  CHECK(contains(log, "Evaluation [2/25]\nEvaluation [4/25]\n"));
  CHECK(contains(log, "Evaluation [24/25]\nEvaluation [25/25]\n"));
  CHECK(metrics.value<"table">().sum() == 25);  // started again

  int left = 5;
  const auto with_end = [&] { return left-- > 0; };
  evaluate(metrics, with_end, {.num_evals = {}, .output = nullptr});
  CHECK(left == -1);
  left = 5;
  log = written([&](std::FILE* file) { evaluate(metrics, with_end, {.num_evals = 10, .output = file}); });
  CHECK(contains(log, "Evaluation [5/10]\n"));
  CHECK_FALSE(contains(log, "Evaluation [6/10]"));
  CHECK_THROWS_WITH_AS(evaluate(metrics, once, {.num_evals = {}}),
                       "evaluate: num_evals: expected a number because eval_op never tells that the input has ended, found none; set it or "
                       "return false at the end",
                       slim::error);
  CHECK_THROWS_WITH_AS(evaluate(metrics, once, {.num_evals = 0}),
                       "evaluate: num_evals: expected at least 1, found 0; leave the metrics out of evaluate_once to restore and call final_op alone",
                       slim::error);
}

TEST_CASE("evaluate_once restores, evaluates, logs and writes summaries at the step of the checkpoint") {
  const folder logs;
  small_model net{seed(1)};
  set_boundary(net, 5.5f);  // 4 and 5 are wrong
  const std::string path = save(logs.path, net, 1200);
  set_boundary(net, 100);
  auto metrics = small_metrics();
  metrics.update(std::vector<float>{0}, std::vector<int>{1});  // forgotten at the start
  small_data data{8};
  const auto eval_op = [&] {
    const auto batch = data.next();
    if (!batch.labels.empty()) metrics.update(net.predict(batch.inputs), batch.labels);
    return !batch.labels.empty();
  };
  summaries::summary_set further;
  further.add("boundary",
              [&](const std::string& tag, std::vector<summaries::summary_value>& to) { to.push_back({tag, -net.variable<"net/logits/biases">()(1)}); });
  std::string finished;
  const std::string log = written([&](std::FILE* file) {
    const auto values = evaluate_once(net, logs.path, logs.path + "/eval", metrics, eval_op,
                                      {.num_evals = {},
                                       .initial_op = [&] { data.position = 0; },
                                       .final_op = [&](const std::string& of) { finished = of; },
                                       .summary_op = &further,
                                       .output = file});
    CHECK(values.at<"eval/Accuracy">() == 0.75);
    CHECK(values.at<"table">() == (slim::metrics::matrix(2, 2) << 4, 0, 2, 2).finished());
  });
  CHECK(finished == path);
  CHECK(log.starts_with("Starting evaluation at 20"));
  CHECK(contains(log, "\neval/Accuracy[0.75]\nFinished evaluation at 20"));
  const auto run = summaries::read_runs(logs.path).at("eval");
  CHECK(run.scalars.size() == 2);  // the table is no number
  REQUIRE(run.scalars.at("eval/Accuracy").size() == 1);
  CHECK(run.scalars.at("eval/Accuracy")[0].step == 1200);
  CHECK(run.scalars.at("eval/Accuracy")[0].content == 0.75f);
  CHECK(run.scalars.at("boundary")[0].content == 5.5f);
}

TEST_CASE("evaluate_once: without a logdir no summaries; init_fn replaces restoring; a missing checkpoint is an error") {
  const folder logs;
  small_model net{seed(1)};
  auto metrics = small_metrics();
  const auto eval_op = [&] {
    small_data data;
    for (auto batch = data.next(); !batch.labels.empty(); batch = data.next()) metrics.update(net.predict(batch.inputs), batch.labels);
  };
  const evaluation_options by_hand{.init_fn =
                                       [&](const std::string& path) {
                                         CHECK(path == "anything");
                                         set_boundary(net, 3.5f);
                                       },
                                   .output = nullptr};
  CHECK(evaluate_once(net, "anything", "", metrics, eval_op, by_hand).at<"eval/Accuracy">() == 1);
  CHECK(std::filesystem::is_empty(logs.path));
  CHECK_THROWS_AS(evaluate_once(net, logs.path + "/model.ckpt-1.safetensors", logs.path + "/eval", metrics, eval_op, {.output = nullptr}), slim::error);
  CHECK(std::filesystem::is_empty(logs.path));  // nothing was written for nothing
}

TEST_CASE("evaluate_once: only some variables, or moving averages in their place") {
  const folder logs;
  small_model net{seed(1)};
  set_boundary(net, 3.5f);
  float averaged[2] = {0, -5.5f};
  const std::vector<variable_reference> state{{"net/logits/biases/ExponentialMovingAverage", shape{2}, averaged}};
  checkpoint::saver{}.save_variables(logs.path, 7, variables_of(net), state);
  auto metrics = small_metrics();
  const auto eval_op = [&] {
    small_data data;
    for (auto batch = data.next(); !batch.labels.empty(); batch = data.next()) metrics.update(net.predict(batch.inputs), batch.labels);
  };
  const std::vector<variable_reference> biases{variables_of(net)[1]};
  REQUIRE(biases[0].name == "net/logits/biases");
  set_boundary(net, 100);
  CHECK(evaluate_once(net, logs.path, "", metrics, eval_op, {.variables_to_restore = checkpoint::moving_averages_of(biases), .output = nullptr})
            .at<"eval/Accuracy">() == 0.75);
  CHECK(evaluate_once(net, logs.path, "", metrics, eval_op, {.variables_to_restore = checkpoint::by_name(biases), .output = nullptr}).at<"eval/Accuracy">() ==
        1);
  const evaluation_options chosen{.variables_to_restore = checkpoint::by_name(biases), .output = nullptr};
  CHECK_THROWS_AS(evaluate_once(net, logs.path + "/eval", "", metrics, eval_op, chosen), slim::error);
  evaluate_once(net, logs.path + "/model.ckpt-7", logs.path + "/eval", metrics, eval_op, chosen);  // a file may be named without its ending
  CHECK(summaries::read_runs(logs.path).at("eval").scalars.at("eval/Accuracy")[0].step == 7);
}

TEST_CASE("evaluate_once with a final operation alone") {
  const folder logs;
  small_model net{seed(1)};
  set_boundary(net, 3);
  const std::string path = save(logs.path, net, 7);
  set_boundary(net, 100);
  summaries::summary_set one;
  one.add("boundary", [&](const std::string& tag, std::vector<summaries::summary_value>& to) { to.push_back({tag, -net.variable<"net/logits/biases">()(1)}); });
  std::string said;
  const std::string log = written([&](std::FILE* file) {
    const float found =
        evaluate_once(net, logs.path, logs.path + "/eval", [&](const std::string& of) { return said = of, -net.variable<"net/logits/biases">()(1); },
                      {.summary_op = &one, .output = file});
    CHECK(found == 3);
  });
  CHECK(said == path);
  CHECK(contains(log, "Finished evaluation at "));
  const auto written_there = summaries::read_runs(logs.path + "/eval").begin()->second;
  CHECK(written_there.scalars.at("boundary")[0].step == 7);
  CHECK(written_there.scalars.at("boundary")[0].content == 3);
}
