#include "slim/learning/train.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "slim/data/batches.hpp"
#include "slim/slim.hpp"
#include "slim/summary/run.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

inline constexpr auto net = scope("net", fully_connected(8, "fc1") >> dropout(0.5, "drop") >> fully_connected(3, "fc2", activation_fn = none));
using net_model = model<net, input<4>>;

data::labelled_images examples(int count) {
  data::labelled_images all{count, 1, 1, 4, 3, laws::numbers<float>(count * 4, 3), {}};
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) all.labels.push_back((all.images[i * 4] > 0) + (all.images[i * 4 + 1] > 0));
  return all;
}
const data::labelled_images set = examples(50);

// A folder that is gone afterwards.
struct temporary_folder {
  std::string path = (std::filesystem::temp_directory_path() / ("slim_train_" + std::to_string(getpid()) + "_" + std::to_string(made()++))).string();
  temporary_folder() { std::filesystem::remove_all(path); }
  ~temporary_folder() { std::filesystem::remove_all(path); }
  static int& made() {
    static int count = 0;
    return count;
  }
};

template <class... Options>
auto train_op_of(net_model& m, const Options&... options) {
  return learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{0.01}, options...);
}

// What a training of `m` prints, and the loss it returns.
struct outcome {
  double loss;
  std::string text;
};
template <class... Options>
outcome run(net_model& m, learning::train_settings settings, const Options&... options) {
  data::batches batches(set, 8, 5);
  auto op = train_op_of(m, options...);
  settings.output = std::tmpfile();
  const double loss = learning::train(op, batches, settings);
  std::rewind(settings.output);
  std::string text;
  for (int c = std::fgetc(settings.output); c != EOF; c = std::fgetc(settings.output)) text += static_cast<char>(c);
  std::fclose(settings.output);
  return {loss, text};
}

bool same(const net_model& a, const net_model& b) {
  return std::memcmp(a.parameters().data(), b.parameters().data(), a.parameters().size_bytes()) == 0;
}
bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("train is the loop of steps that one would write") {
  net_model trained{seed(1)}, by_hand{seed(1)};
  const outcome result = run(trained, {.log_every_n_steps = 5, .number_of_steps = 12});
  auto op = train_op_of(by_hand);
  data::batches batches(set, 8, 5);
  double loss = 0;
  for (int i = 0; i < 12; ++i) {
    const auto batch = batches.next();
    loss = static_cast<double>(op(batch.images, batch.labels));
  }
  CHECK(result.loss == loss);
  CHECK(same(trained, by_hand));
  CHECK(result.text.starts_with("global step 5: loss = "));
  CHECK(contains(result.text, "\nglobal step 10: loss = "));
  CHECK(result.text.ends_with(" sec/step)\nStopping Training.\n"));
}

TEST_CASE("stopped and started again gives the bits of one run, with accumulation and averages, too") {
  const auto check = [](auto... options) {
    temporary_folder folder;
    net_model straight{seed(1)}, first{seed(1)}, second{seed(99)};
    run(straight, {.number_of_steps = 20}, options...);
    run(first, {.logdir = folder.path, .number_of_steps = 9}, options...);
    bool initialized = false;
    const outcome resumed = run(second, {.logdir = folder.path, .number_of_steps = 20, .init_fn = [&] { initialized = true; }}, options...);
    CHECK(same(second, straight));
    CHECK(!initialized);
    CHECK(resumed.text.starts_with("Restoring parameters from " + folder.path + "/model.ckpt-9.safetensors\nglobal step 10: "));
    CHECK(resumed.text.ends_with("Stopping Training.\nFinished training! Saving model to disk.\n"));

    net_model third{seed(7)};
    const outcome again = run(third, {.logdir = folder.path, .number_of_steps = 20}, options...);
    CHECK(std::isnan(again.loss));  // nothing was left to do
    CHECK(same(third, straight));
    CHECK(!contains(again.text, "Saving"));
  };
  check();
  check(learning::accumulate_gradients{3}, learning::moving_average{0.9});
}

TEST_CASE("init_fn runs once, before the first step") {
  net_model m{seed(1)};
  auto op = train_op_of(m);
  data::batches batches(set, 8, 5);
  long at = -1;
  learning::train(op, batches, {.log_every_n_steps = 0, .number_of_steps = 2, .init_fn = [&] { at = op.step(); }, .output = std::tmpfile()});
  CHECK(at == 0);
}

TEST_CASE("train_step_fn does more than the step and can end training") {
  temporary_folder folder;
  net_model m{seed(1)};
  int calls = 0;
  const outcome result = run(m, {.logdir = folder.path,
                                 .train_step_fn = [&](const auto& train_step) {
                                   learning::train_step_result result = train_step();
                                   if (++calls == 3) result.should_stop = true;
                                   return result;
                                 },
                                 .number_of_steps = 100});
  CHECK(calls == 3);
  CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-3.safetensors");
}

TEST_CASE("a signal ends training with a checkpoint, and what was done about it before is back afterwards") {
  auto* const before = std::signal(SIGTERM, SIG_IGN);
  temporary_folder folder;
  net_model m{seed(1)};
  int calls = 0;
  const outcome result = run(m, {.logdir = folder.path, .train_step_fn = [&](const auto& train_step) {
                                   if (++calls == 4) std::raise(SIGTERM);
                                   return train_step();
                                 }});
  CHECK(calls == 4);
  CHECK(contains(result.text, "Caught signal 15. Stopping Training.\nFinished training! Saving model to disk.\n"));
  CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-4.safetensors");
  CHECK(learning::stop_signals::caught() == SIGTERM);
  CHECK((std::signal(SIGTERM, before) == SIG_IGN));
}

TEST_CASE("the end of the input ends training") {
  struct {
    int left = 3;
    data::batches source{set, 8};
    data::labelled_batch next() { return left-- > 0 ? source.next() : data::labelled_batch{}; }
  } finite;
  net_model m{seed(1)};
  auto op = train_op_of(m);
  std::FILE* file = std::tmpfile();
  learning::train(op, finite, {.log_every_n_steps = 0, .output = file});
  CHECK(op.step() == 3);
  std::fclose(file);
}

TEST_CASE("batches may be tuples, for networks of several inputs") {
  static constexpr auto two = [](tensor x, tensor y) { return losses::sum_of_squares(fully_connected(2, "fc", activation_fn = none)(x), y); };
  model<two, input<3>, input<2>> m{seed(1)};
  auto op = learning::create_train_op(m, optimizers::gradient_descent{0.1});
  struct {
    std::vector<float> x{1, 2, 3}, y{1, -1};
    auto next() { return std::tie(x, y); }
  } pairs;
  std::FILE* file = std::tmpfile();
  const double first = learning::train(op, pairs, {.log_every_n_steps = 0, .number_of_steps = 1, .output = file});
  const double last = learning::train(op, pairs, {.log_every_n_steps = 0, .number_of_steps = 30, .output = file});
  CHECK(last < 0.01 * first);
  std::fclose(file);
}

TEST_CASE("summaries of losses, gradients and the rate, and those of one's own") {
  temporary_folder folder;
  net_model m{seed(1)};
  run(m, {.logdir = folder.path, .number_of_steps = 25, .save_summaries_steps = 10}, learning::summarize_gradients{});
  const auto runs = summaries::read_runs(folder.path);
  REQUIRE(runs.size() == 1);
  const summaries::run& written = runs.begin()->second;
  REQUIRE(written.scalars.contains("total_loss"));
  std::vector<std::int64_t> steps;
  for (const auto& point : written.scalars.at("total_loss")) steps.push_back(point.step);
  CHECK(steps == std::vector<std::int64_t>{1, 11, 21, 25});
  CHECK(written.scalars.contains("global_step/sec"));
  CHECK(written.scalars.contains("net/fc1/weights/gradient_norm"));
  CHECK(written.histograms.contains("net/fc2/biases/gradient"));

  temporary_folder other;
  summaries::summary_set own;
  add_scalar_summary(own, summaries::observed("seven", [] { return 7.0f; }));
  net_model n{seed(1)};
  run(n, {.logdir = other.path, .number_of_steps = 2, .summary_op = &own});
  CHECK(summaries::read_runs(other.path).begin()->second.scalars.at("seven")[0].content == 7.0f);
}

TEST_CASE("a damaged newest checkpoint: training goes on from the one before") {
  temporary_folder folder;
  net_model straight{seed(1)}, first{seed(1)}, second{seed(2)};
  run(straight, {.number_of_steps = 12});
  run(first, {.logdir = folder.path, .number_of_steps = 4});
  run(first, {.logdir = folder.path, .number_of_steps = 8});
  std::filesystem::resize_file(folder.path + "/model.ckpt-8.safetensors", 100);
  const outcome result = run(second, {.logdir = folder.path, .number_of_steps = 12});
  CHECK(contains(result.text, "Restoring parameters from " + folder.path + "/model.ckpt-4.safetensors\n"));
  CHECK(same(second, straight));
}

TEST_CASE("a loss that is not finite leaves the checkpoints alone") {
  temporary_folder folder;
  net_model m{seed(1)};
  run(m, {.logdir = folder.path, .number_of_steps = 3});
  const auto spoil = [&] { m.parameters()[0] = std::nanf(""); };
  const auto spoiled_step = [&](const auto& train_step) { return spoil(), train_step(); };
  CHECK_THROWS_AS(run(m, {.logdir = folder.path, .train_step_fn = spoiled_step, .number_of_steps = 9}), error);
  CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-3.safetensors");
}

TEST_CASE("arguments that make no sense") {
  net_model m{seed(1)};
  summaries::summary_set own;
  CHECK_THROWS_WITH_AS(run(m, {.number_of_steps = 0}),
                       "train: number_of_steps: expected a positive number, found 0; leave it out to go on until the input ends", error);
  CHECK_THROWS_WITH_AS(run(m, {.number_of_steps = 1, .summary_op = &own}),
                       "train: summary_op: expected a logdir for it, found none; give one or leave the summaries out", error);
}

TEST_CASE("trace_every_n_steps writes timelines of steps, their parts and the operations in them") {
  static constexpr auto deep = scope("deep", conv2d(4, {3, 3}, "conv") >> flatten("flat") >> fully_connected(3, "logits", activation_fn = none));
  model<deep, input<4, 4, 1>> m{seed(1)};
  data::labelled_images images{12, 4, 4, 1, 3, laws::numbers<float>(12 * 16, 3), {}};
  for (int i = 0; i < 12; ++i) images.labels.push_back(i % 3);
  data::batches batches(images, 4, 1);
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{});
  temporary_folder folder;
  learning::train_settings settings{.logdir = folder.path, .log_every_n_steps = 0, .number_of_steps = 5, .trace_every_n_steps = 2};
  settings.output = std::tmpfile();
  learning::train(op, batches, settings);
  std::fclose(settings.output);

  const auto path = [&](int step) { return folder.path + "/tf_trace-" + std::to_string(step) + ".json"; };
  for (int step = 1; step <= 5; ++step) CHECK(std::filesystem::exists(path(step)) == (step % 2 == 0));
  std::ifstream file(path(4));
  const nlohmann::json trace = nlohmann::json::parse(file);
  std::map<std::string, int> categories;
  double train_start = 0, train_end = 0, busy = 0;
  bool convolution = false;
  for (const auto& event : trace.at("traceEvents")) {
    ++categories[event.at("cat")];
    CHECK(event.at("ph") == "X");
    const double start = event.at("ts"), length = event.at("dur");
    CHECK(length >= 0);
    if (event.at("name") == "train_op") train_start = start, train_end = start + length;
    if (event.at("cat") == "operation") busy += length, convolution = convolution || event.at("name") == "convolution deep/conv";
  }
  CHECK(categories["step"] == 2);
  CHECK(categories["operation"] == decltype(op)::program.sizes.steps);
  CHECK(convolution);
  CHECK(busy <= train_end - train_start);

  learning::train_settings nowhere{.number_of_steps = 1, .trace_every_n_steps = 1};
  CHECK_THROWS_WITH_AS(learning::train(op, batches, nowhere),
                       "train: trace_every_n_steps: expected a logdir for the traces, found none; give one or leave them out", error);
}
