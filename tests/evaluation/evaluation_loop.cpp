#include "slim/evaluation/evaluation_loop.hpp"

#include <doctest/doctest.h>

#include <sys/wait.h>
#include <unistd.h>

#include "slim/summary/run.hpp"
#include "tests/evaluation/small_evaluation.hpp"

using namespace evaluation_tests;
using namespace slim::evaluation;

namespace {

/// A model, metrics and an eval_op that goes through the data once.
struct small_evaluation {
  small_model net{seed(2)};
  decltype(small_metrics()) metrics = small_metrics();

  void operator()() {
    small_data data;
    for (auto batch = data.next(); !batch.labels.empty(); batch = data.next()) metrics.update(net.predict(batch.inputs), batch.labels);
  }
  auto eval_op() {
    return [this] { (*this)(); };
  }
};

constexpr const char* folder_variable = "SLIM_TEST_EVALUATION_FOLDER";
constexpr int checkpoints_of_training = 6;

}  // namespace

TEST_CASE("evaluates until max_number_of_evaluations and returns the last values") {
  const folder logs;
  small_evaluation e;
  small_model trained{seed(1)};
  set_boundary(trained, 1.5f);
  save(logs.path, trained, 1);
  int evaluations = 0;
  const auto last = evaluation_loop(e.net, logs.path, logs.path + "/eval", e.metrics, e.eval_op(),
                                    {.final_op =
                                         [&](const std::string&) {
                                           set_boundary(trained, 3.5f);  // training goes on
                                           save(logs.path, trained, 1 + ++evaluations);
                                         },
                                     .output = nullptr,
                                     .eval_interval_secs = 0,
                                     .max_number_of_evaluations = 2});
  CHECK(evaluations == 2);
  REQUIRE(last);
  CHECK(last->at<"eval/Accuracy">() == 1);
  const auto accuracy = summaries::read_runs(logs.path).at("eval").scalars.at("eval/Accuracy");
  REQUIRE(accuracy.size() == 2);
  CHECK(accuracy[0].content == 0.75f);
  CHECK(accuracy[1].content == 1);
  CHECK(accuracy[1].step == 2);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(logs.path + "/eval")) ++files;
  CHECK(files == 1);
}

TEST_CASE("a timeout ends the loop, with nothing when no checkpoint came") {
  const folder logs;
  small_evaluation e;
  const std::string log = written([&](std::FILE* file) {
    const evaluation_options soon{.output = file, .timeout = 0.01, .seconds_to_sleep = 0.005};
    CHECK_FALSE(evaluation_loop(e.net, logs.path, logs.path + "/eval", e.metrics, e.eval_op(), soon));
  });
  CHECK(log == "Waiting for new checkpoint at " + logs.path + "\nTimed-out waiting for a checkpoint.\n");
  CHECK(std::filesystem::is_empty(logs.path));
  CHECK_FALSE(evaluation_loop(e.net, logs.path, "", e.metrics, e.eval_op(), {.output = nullptr, .max_number_of_evaluations = 0}));
}

TEST_CASE("a checkpoint that goes away before it is read is skipped, a damaged one is an error") {
  const folder logs;
  small_evaluation e;
  small_model trained{seed(1)};
  set_boundary(trained, 3.5f);
  save(logs.path, trained, 1);
  int tries = 0;
  const auto last = evaluation_loop(e.net, logs.path, "", e.metrics, e.eval_op(),
                                    {.init_fn =
                                         [&](const std::string& path) {
                                           if (++tries == 1) {  // the training process saves twice and keeps one
                                             save(logs.path, trained, 2, 1);
                                             CHECK_FALSE(std::filesystem::exists(path));
                                           }
                                           checkpoint::restore(path, e.net);
                                         },
                                     .output = nullptr,
                                     .eval_interval_secs = 0,
                                     .max_number_of_evaluations = 1});
  CHECK(tries == 2);
  REQUIRE(last);
  CHECK(last->at<"eval/Accuracy">() == 1);
  std::filesystem::resize_file(logs.path + "/model.ckpt-2.safetensors", 40);
  CHECK_THROWS_AS(evaluation_loop(e.net, logs.path, "", e.metrics, e.eval_op(), {.output = nullptr}), slim::error);
}

TEST_CASE("a damaged index is said once and hides nothing; without checkpoints it is waited for") {
  const folder logs;
  small_evaluation e;
  small_model trained{seed(1)};
  set_boundary(trained, 3.5f);
  const std::string index = logs.path + "/checkpoint";
  std::filesystem::create_symlink("checkpoint", index);
  const auto times = [](const std::string& whole, const std::string& part) {
    int count = 0;
    for (std::size_t at = whole.find(part); at != std::string::npos; at = whole.find(part, at + 1)) ++count;
    return count;
  };
  const std::string nothing = written([&](std::FILE* file) {
    const evaluation_options soon{.output = file, .timeout = 0.02, .seconds_to_sleep = 0.002};
    CHECK_FALSE(evaluation_loop(e.net, logs.path, "", e.metrics, e.eval_op(), soon));
  });
  CHECK(times(nothing, "read checkpoint: " + index) == 1);
  std::filesystem::remove(index);
  save(logs.path, trained, 1);
  for (const int length : {0, 30}) {
    std::filesystem::resize_file(index, static_cast<std::uintmax_t>(length));
    const std::string log = written([&](std::FILE* file) {
      const auto values = evaluation_loop(e.net, logs.path, "", e.metrics, e.eval_op(), {.output = file, .max_number_of_evaluations = 1});
      REQUIRE(values);
      CHECK(values->at<"eval/Accuracy">() == 1);
    });
    CHECK(times(log, "read checkpoint: " + logs.path) == 1);
  }
}

TEST_CASE("saves in a process of its own" * doctest::skip()) {
  const char* const where = std::getenv(folder_variable);
  if (where == nullptr) return;  // part of the next test case
  small_model net{seed(1)};
  for (int step = 1; step <= checkpoints_of_training; ++step) {
    set_boundary(net, 7.5f - static_cast<float>(step) + 2);  // 3.5, where all are right, at the last step
    save(where, net, step, 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
}

TEST_CASE("watches the folder of another process") {
  const folder logs;
  std::fflush(stdout);  // the child would print it again
  const pid_t child = fork();
  if (child == 0) {
    setenv(folder_variable, logs.path.c_str(), 1);
    if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(3);
    execl("/proc/self/exe", "tests", "--no-skip", "--test-case=saves in a process of its own", static_cast<char*>(nullptr));
    _exit(3);
  }
  REQUIRE(child > 0);
  small_evaluation e;
  std::vector<std::string> seen;
  bool ended = false;
  const std::string end = "model.ckpt-" + std::to_string(checkpoints_of_training) + ".safetensors";
  const auto last = evaluation_loop(e.net, logs.path, "", e.metrics, e.eval_op(),
                                    {.final_op = [&](const std::string& path) { seen.push_back(std::filesystem::path(path).filename().string()); },
                                     .output = nullptr,
                                     .eval_interval_secs = 0,
                                     .timeout = 0.05,
                                     .timeout_fn =
                                         [&] {  // done when that process has ended and nothing new came since
                                           const bool done = ended;
                                           int status = 0;
                                           if (!ended && waitpid(child, &status, WNOHANG) == child) ended = true;
                                           return done;
                                         },
                                     .seconds_to_sleep = 0.002});
  REQUIRE(last);
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.back() == end);
  CHECK(last->at<"eval/Accuracy">() == 1);
}
