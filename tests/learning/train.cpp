#include "slim/learning/train.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "slim/data/batches.hpp"
#include "slim/data/prefetch_queue.hpp"
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

// What was written; closes the file.
std::string text_of(std::FILE* file) {
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
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
  return {loss, text_of(settings.output)};
}

bool same(const net_model& a, const net_model& b) { return std::memcmp(a.parameters().data(), b.parameters().data(), a.parameters().size_bytes()) == 0; }
bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

template <class Action>
std::string complaint(Action action) {
  try {
    action();
  } catch (const error& problem) {
    return problem.what();
  }
  return "none";
}

// Batches whose reader does as `before` says before each: sleep, throw.
template <class Before>
struct reader {
  Before before;
  int given = 0;
  data::batches source{set, 8, 5};
  auto next() { return before(++given), source.next(); }
  void seek(std::int64_t batch) { source.seek(given = static_cast<int>(batch)); }
};
template <class Before>
reader(Before) -> reader<Before>;

// What is left of a child that does `work` and must end within some seconds: its exit status, or minus the signal that ended it.
template <class Work, class Meanwhile>
int end_of_child(Work work, Meanwhile meanwhile) {
  std::fflush(stdout);  // the child would print it again
  const pid_t child = fork();
  if (child == 0) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGSEGV, SIGABRT}) std::signal(signal, SIG_DFL);  // the test program has handlers
    alarm(20);
    work();
    _exit(0);
  }
  meanwhile(child);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
void wait_for_file(const std::string& path) {
  for (int i = 0; i < 5000 && !std::filesystem::exists(path); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

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
    CHECK(again.loss == resumed.loss);  // nothing was left to do
    CHECK(contains(again.text, "Nothing to train: global step 20 has reached number_of_steps = 20.\n"));
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
                                 .train_step_fn =
                                     [&](const auto& train_step) {
                                       learning::train_step_result done = train_step();
                                       if (++calls == 3) done.should_stop = true;
                                       return done;
                                     },
                                 .number_of_steps = 100});
  CHECK(calls == 3);
  CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-3.safetensors");
}

TEST_CASE("a signal ends training with a checkpoint, and what was done about it before is back afterwards") {
  constexpr auto own = +[](int) {};
  auto* const before = std::signal(SIGTERM, own);
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
  CHECK((std::signal(SIGTERM, before) == own));
}

TEST_CASE("a signal ends training with a checkpoint while the reader is slow, a second one at once") {
  const auto slow_training = [](const std::string& folder) {
    net_model m{seed(1), capacity(8), 1};
    auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{0.01}, capacity(8), 1);
    reader slow{[&](int batch) {
      if (batch == 4) std::ofstream(folder + "/waits"), std::this_thread::sleep_for(std::chrono::seconds(30));
    }};
    learning::train(op, slow, {.logdir = folder, .log_every_n_steps = 0, .save_summaries_secs = 0, .output = std::tmpfile()});
  };
  for (const int signal : {SIGTERM, SIGHUP}) {
    temporary_folder folder;
    CHECK(end_of_child([&] { slow_training(folder.path); }, [&](pid_t child) { wait_for_file(folder.path + "/waits"), kill(child, signal); }) == -signal);
    CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-3.safetensors");
    net_model straight{seed(1)}, resumed{seed(2)};
    run(straight, {.number_of_steps = 6});
    run(resumed, {.logdir = folder.path, .number_of_steps = 6});  // nobody holds the folder any more
    CHECK(same(straight, resumed));
  }
  temporary_folder folder;
  const auto start = std::chrono::steady_clock::now();
  CHECK(end_of_child([&] { slow_training(folder.path); },
                     [&](pid_t child) {
                       wait_for_file(folder.path + "/waits");
                       kill(child, SIGTERM);
                       std::this_thread::sleep_for(std::chrono::milliseconds(50));
                       kill(child, SIGINT);
                     }) == -SIGINT);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-0.safetensors");
}

TEST_CASE("stop_signals: trainings share the handlers, give them back, and leave alone what is ignored") {
  using learning::stop_signals;
  const auto ends_with = [](auto work) { return end_of_child(work, [](pid_t) {}); };
  CHECK(ends_with([] {
          auto a = std::make_unique<stop_signals>(), b = std::make_unique<stop_signals>();
          a.reset();
          std::raise(SIGTERM);
          _exit(stop_signals::caught() == SIGTERM ? 7 : 8);  // b still trains
        }) == 7);
  CHECK(ends_with([] {
          auto a = std::make_unique<stop_signals>(), b = std::make_unique<stop_signals>();
          a.reset(), b.reset();
          std::raise(SIGINT);
        }) == -SIGINT);
  CHECK(ends_with([] {
          std::signal(SIGHUP, SIG_IGN);
          {
            const stop_signals s;
            std::raise(SIGHUP);
          }
          _exit(stop_signals::caught() == 0 && std::signal(SIGHUP, SIG_DFL) == SIG_IGN ? 7 : 8);
        }) == 7);
  CHECK(ends_with([] {
          const stop_signals s;
          std::raise(SIGTERM), std::raise(SIGHUP);  // as a supervisor sends them
          std::raise(SIGPIPE), std::raise(SIGXFSZ);
          _exit(stop_signals::caught() == SIGTERM ? 7 : 8);
        }) == 7);
  CHECK(ends_with([] {
          { const stop_signals s; }
          std::raise(SIGPIPE);
        }) == -SIGPIPE);
}

TEST_CASE("a file that may not grow is an error that names it, not the end of the program") {
  temporary_folder folder;
  CHECK(end_of_child(
            [&] {
              const rlimit small{500, 500};
              setrlimit(RLIMIT_FSIZE, &small);
              net_model m{seed(1), capacity(8), 1};
              auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::adam{0.01}, capacity(8), 1);
              data::batches batches(set, 8, 5);
              const std::string text =
                  complaint([&] { learning::train(op, batches, {.logdir = folder.path, .log_every_n_steps = 0, .number_of_steps = 2, .output = stderr}); });
              _exit(contains(text, "File too large") ? 7 : 8);
            },
            [](pid_t) {}) == 7);
}

TEST_CASE("a reader that throws ends training with a checkpoint of the last good step, also inside of a step") {
  const auto check = [](auto... options) {
    temporary_folder folder;
    net_model straight{seed(1)}, stopped{seed(1)}, resumed{seed(2)};
    run(straight, {.number_of_steps = 9}, options...);
    {
      auto op = train_op_of(stopped, options...);
      reader broken{[](int batch) {
        if (batch == 8) throw std::runtime_error("no such disk");
      }};
      std::FILE* const file = std::tmpfile();
      CHECK_THROWS_WITH_AS(learning::train(op, broken, {.logdir = folder.path, .number_of_steps = 20, .output = file}), "no such disk", std::runtime_error);
      std::fclose(file);
      CHECK(op.batches() == 7);
    }
    run(resumed, {.logdir = folder.path, .number_of_steps = 9}, options...);
    CHECK(same(resumed, straight));
  };
  check();
  check(learning::accumulate_gradients{3});
}

TEST_CASE("a folder that holds checkpoints never starts from nothing in silence") {
  temporary_folder folder;
  net_model straight{seed(1)}, first{seed(1)};
  run(straight, {.number_of_steps = 8});
  for (const int steps : {2, 4, 6}) run(first, {.logdir = folder.path, .number_of_steps = steps});
  const std::string index = folder.path + "/checkpoint";
  std::ifstream file(index);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  const auto resumes = [&](const std::string& what, auto damage) {
    CAPTURE(what);
    temporary_folder copy;
    std::filesystem::copy(folder.path, copy.path);
    damage(copy.path + "/checkpoint");
    net_model m{seed(2)};
    const outcome result = run(m, {.logdir = copy.path, .number_of_steps = 8});
    CHECK(contains(result.text, copy.path));
    CHECK(contains(result.text, "Restoring parameters from " + copy.path + "/model.ckpt-6.safetensors\n"));
    CHECK(result.text.starts_with("read checkpoint: "));
    CHECK(same(m, straight));
    const checkpoint::checkpoint_index now = checkpoint::checkpoint_index::read(copy.path);  // knows the older ones as well
    REQUIRE(now.all.size() == 5);
    CHECK(now.all.front().file == "model.ckpt-0.safetensors");
    CHECK(now.all.back().file == "model.ckpt-8.safetensors");
  };
  const auto write = [](const std::string& path, const std::string& content) { std::ofstream(path) << content; };
  resumes("empty", [&](const std::string& path) { write(path, ""); });
  resumes("missing", [&](const std::string& path) { std::filesystem::remove(path); });
  for (std::size_t length = 1; length + 1 < whole.size(); length += 23) resumes("cut", [&](const std::string& path) { write(path, whole.substr(0, length)); });
  resumes("zeros", [&](const std::string& path) { write(path, std::string(whole.size(), '\0')); });
  resumes("a loop", [&](const std::string& path) { std::filesystem::remove(path), std::filesystem::create_symlink("checkpoint", path); });
  resumes("of other files", [&](const std::string& path) {
    write(path,
          "model_checkpoint_path: \"model.ckpt-90.safetensors\"\nall_model_checkpoint_paths: \"model.ckpt-90.safetensors\"\n"
          "all_model_checkpoint_timestamps: 1.0\nlast_preserved_timestamp: 1.0\n");
  });

  // Where nothing can be read it is an error, and the folder stays as it is.
  const auto refuses = [&](auto damage) {
    temporary_folder copy;
    std::filesystem::copy(folder.path, copy.path);
    damage(copy.path);
    const auto files = [&] { return std::distance(std::filesystem::directory_iterator(copy.path), std::filesystem::directory_iterator()); };
    const auto before = files();
    net_model m{seed(2)};
    const std::string text = complaint([&] { run(m, {.logdir = copy.path, .number_of_steps = 8}); });
    CHECK(contains(text, copy.path));
    CHECK(contains(text, "to begin anew, use another logdir or remove what is in this one"));
    CHECK(files() == before);
  };
  refuses([](const std::string& where) {
    for (const int step : {0, 2, 4, 6}) std::filesystem::remove(where + "/model.ckpt-" + std::to_string(step) + ".safetensors");
  });
  refuses([](const std::string& where) {
    for (const int step : {0, 2, 4, 6}) std::filesystem::resize_file(where + "/model.ckpt-" + std::to_string(step) + ".safetensors", 50);
  });
}

TEST_CASE("two trainings in one folder: the second is refused and told who holds it") {
  temporary_folder folder;
  net_model m{seed(1)}, other{seed(2)};
  std::string text;
  run(m, {.logdir = folder.path,
          .train_step_fn =
              [&](const auto& train_step) {
                text = complaint([&] { run(other, {.logdir = folder.path, .number_of_steps = 1}); });
                return train_step();
              },
          .number_of_steps = 1});
  CHECK(contains(text, "train: " + folder.path + ": expected no other training in this folder, found that of process " + std::to_string(getpid()) + " on "));
  run(other, {.logdir = folder.path, .number_of_steps = 2});  // afterwards it is free
  CHECK(!std::filesystem::exists(folder.path + "/.training-lock"));
}

TEST_CASE("a folder that is removed while training comes back, and that is said") {
  temporary_folder folder;
  net_model m{seed(1)}, straight{seed(1)}, resumed{seed(3)};
  int calls = 0;
  const outcome result = run(m, {.logdir = folder.path,
                                 .train_step_fn =
                                     [&](const auto& train_step) {
                                       if (++calls == 3) std::filesystem::remove_all(folder.path);
                                       return train_step();
                                     },
                                 .number_of_steps = 5,
                                 .save_summaries_steps = 1,
                                 .trace_every_n_steps = 1});
  CHECK(contains(result.text, "the folder of this training was removed"));
  CHECK(summaries::read_runs(folder.path).begin()->second.scalars.at("total_loss").back().step == 5);
  run(straight, {.number_of_steps = 7});
  run(resumed, {.logdir = folder.path, .number_of_steps = 7});
  CHECK(same(resumed, straight));
}

TEST_CASE("another optimizer in a folder with checkpoints is refused with the way to go on, not resumed from an older stage") {
  temporary_folder folder;
  net_model m{seed(1)};
  run(m, {.logdir = folder.path, .number_of_steps = 2});
  data::batches batches(set, 8, 5);
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::momentum{0.01});
  const std::string text = complaint([&] { learning::train(op, batches, {.logdir = folder.path, .number_of_steps = 4, .output = std::tmpfile()}); });
  CHECK(contains(text, "missing 'net/fc1/weights/Momentum'"));
  CHECK(contains(text, "for init_fn checkpoint::assign_from_checkpoint_fn(\"" + folder.path + "\", ...)"));
  // Stages whose states are mixed up in one folder: the newest decides.
  checkpoint::saver{}.save(folder.path, m, op);
  checkpoint::saver{}.save_variables(folder.path, 3, variables_of(m), state_of(op));
  CHECK(contains(complaint([&] { run(m, {.logdir = folder.path, .number_of_steps = 4}); }), "surplus 'net/fc1/weights/Momentum'"));
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

TEST_CASE("empty parts are the end of batches without a size, also behind a thread") {
  struct images_and_labels {
    std::vector<float> images;
    std::vector<int> labels;
  };
  struct of_structs {
    int left = 3;
    images_and_labels next() { return left-- > 0 ? images_and_labels{{1, 2, 3, 4}, {1}} : images_and_labels{}; }
  };
  struct of_tuples {
    int left = 3;
    std::tuple<std::vector<float>, std::vector<int>> next() {
      return left-- > 0 ? std::tuple(std::vector<float>{1, 2, 3, 4}, std::vector<int>{1}) : std::tuple(std::vector<float>{}, std::vector<int>{});
    }
  };
  const auto trained_by = [](auto&& source) {
    net_model m{seed(1)};
    auto op = train_op_of(m);
    learning::train(op, source, {.output = nullptr});
    return op.step();
  };
  CHECK(trained_by(of_structs{}) == 3);
  CHECK(trained_by(of_tuples{}) == 3);
  CHECK(trained_by(data::prefetch(of_tuples{}, 1)) == 3);
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

TEST_CASE("the events of a run that goes on tell from which step on those before are void") {
  temporary_folder folder;
  std::vector<std::int64_t> starts;
  for (const int last : {5, 9}) {
    net_model m{seed(1)};
    run(m, {.logdir = folder.path, .number_of_steps = last});
  }
  std::set<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path))
    if (entry.path().string().find(".tfevents.") != std::string::npos) files.insert(entry.path().string());
  for (const std::string& file : files) {
    summaries::event_reader events(file);
    summaries::event first;
    REQUIRE(events.next(first));
    CHECK(first.session_start);
    starts.push_back(first.step);
  }
  CHECK(starts == std::vector<std::int64_t>{1, 6});
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

TEST_CASE("bad batches are passed over, counted and said; a run that is resumed knows of them") {
  struct sometimes_damaged {
    data::batches source{set, 8, 5};
    std::vector<float> damaged = {};
    std::int64_t given = 0;
    data::labelled_batch next() {
      data::labelled_batch batch = source.next();
      if (++given % 3 != 0) return batch;
      damaged.assign(batch.images.begin(), batch.images.end());
      damaged[1] = std::nanf("");
      batch.images = damaged;
      return batch;
    }
    void seek(std::int64_t batch) { source.seek(batch), given = batch; }
  };
  temporary_folder folder;
  std::FILE* file = std::tmpfile();
  const auto trained = [&](net_model& m, const std::string& logdir, int steps) {
    sometimes_damaged batches;
    auto op = train_op_of(m, learning::skip_not_finite{});
    learning::train(op, batches, {.logdir = logdir, .log_every_n_steps = 0, .number_of_steps = steps, .output = file});
    return op.skipped();
  };
  net_model straight{seed(1)}, in_parts{seed(1)};
  CHECK(trained(straight, "", 9) == 4);
  trained(in_parts, folder.path, 4);
  CHECK(trained(in_parts, folder.path, 9) == 4);
  CHECK(same(straight, in_parts));
  CHECK(contains(text_of(file), "global step 3: a batch with loss = nan was passed over and changed nothing (1 so far).\n"));
}

TEST_CASE("early stopping keeps the best checkpoint, ends the run and is remembered") {
  const double values[] = {5, 3, std::nan(""), 2.95, 2, 2.5, 1.95, 2.1};  // with min_delta = 0.1 the fifth is the best
  temporary_folder folder;
  net_model best{seed(1)}, m{seed(1)}, kept{seed(2)};
  int measured = 0;
  const auto train_to = [&](int steps, int patience) {
    return run(m, {.logdir = folder.path,
                   .number_of_steps = steps,
                   .early_stopping = {.evaluate = [&] { return values[measured++]; }, .every_n_steps = 2, .patience = patience, .min_delta = 0.1}});
  };
  train_to(6, 3);
  const outcome resumed = train_to(100, 2);  // the third measurement, before, counts: with the fourth they are two
  CHECK(measured == 4);
  CHECK(contains(resumed.text, "Early stopping: 2.95 at global step 8; the best is 3 at global step 4, 2 of 2 measurements ago. Stopping Training.\n"));
  CHECK(contains(train_to(100, 2).text, "Nothing to train: early stopping has ended this run at global step 8.\n"));
  train_to(100, 3);  // whoever has more patience goes on
  CHECK(measured == 8);
  run(best, {.number_of_steps = 10});
  auto op = train_op_of(kept);
  CHECK(checkpoint::restore(folder.path + "/best", kept, op) == folder.path + "/best/model.ckpt-10.safetensors");
  CHECK(op.step() == 10);
  CHECK(same(kept, best));
  int measurements = 0;  // each train_step_fn does two steps, three steps lie between measurements
  temporary_folder other;
  run(m, {.logdir = other.path,
          .train_step_fn = [](const auto& train_step) { return train_step(), train_step(); },
          .number_of_steps = 30,
          .early_stopping = {.evaluate = [&] { return ++measurements; }, .every_n_steps = 3, .patience = 100}});
  CHECK(measurements == 10);
  CHECK(complaint([&] { run(m, {.early_stopping = {.evaluate = [] { return 0.0; }}}); }) ==
        "train: early_stopping: expected a logdir for the best checkpoint, found none; give one");
}

TEST_CASE("a measurement of early stopping that fails is made when the run goes on, also when it was the last") {
  const auto stopping = [](auto evaluate) { return learning::early_stopping{.evaluate = evaluate, .every_n_steps = 4, .patience = 100}; };
  for (const int last : {8, 11, 20}) {
    net_model m{seed(1)}, again{seed(1)};
    temporary_folder folder;
    int measured = 0;
    CHECK_THROWS_WITH_AS(run(m, {.logdir = folder.path, .number_of_steps = last, .early_stopping = stopping([&]() -> double {
                                                                                   if (++measured == 2) throw error("the validation set is gone");
                                                                                   return 10 - measured;
                                                                                 })}),
                         "the validation set is gone", error);
    CHECK(checkpoint::latest_checkpoint(folder.path) == folder.path + "/model.ckpt-8.safetensors");
    int made_up = 0;
    const learning::train_settings settings{.logdir = folder.path, .number_of_steps = last, .early_stopping = stopping([&] { return 5.0 - ++made_up; })};
    CHECK(contains(run(again, settings).text, "Early stopping: 4 at global step 8, the best so far.\n"));
    CHECK(made_up == last / 4 - 1);
    CHECK_FALSE(contains(run(again, settings).text, "Early stopping:"));  // it is in the checkpoint
  }
}

TEST_CASE("a measurement is the best once its checkpoint is written") {
  net_model m{seed(1)}, again{seed(1)};
  temporary_folder folder;
  int measured = 0;
  const learning::train_settings settings{
      .logdir = folder.path, .number_of_steps = 8, .early_stopping = {.evaluate = [&] { return 10.0 - ++measured; }, .every_n_steps = 4}};
  std::filesystem::create_directories(folder.path);
  std::ofstream(folder.path + "/best") << "a file";
  CHECK(contains(complaint([&] { run(m, settings); }), "/best: expected to create this folder"));
  CHECK(contains(complaint([&] { run(again, settings); }), "/best: expected to create this folder"));
  std::filesystem::remove(folder.path + "/best");
  CHECK(contains(run(again, settings).text, "Early stopping: 7 at global step 4, the best so far.\n"));
  CHECK(checkpoint::latest_checkpoint(folder.path + "/best") == folder.path + "/best/model.ckpt-8.safetensors");
}

TEST_CASE("arguments that make no sense") {
  net_model m{seed(1)};
  summaries::summary_set own;
  CHECK_THROWS_WITH_AS(run(m, {.number_of_steps = 0}),
                       "train: number_of_steps: expected a positive number, found 0; leave it out to go on until the input ends", error);
  CHECK_THROWS_WITH_AS(run(m, {.number_of_steps = 1, .summary_op = &own}),
                       "train: summary_op: expected a logdir for it, found none; give one or leave the summaries out", error);
  CHECK(complaint([&] { run(m, {.logdir = "x", .number_of_steps = 1, .save_summaries_secs = -1}); }) ==
        "train: save_summaries_secs: expected 0 or more, found -1; 0 turns the summaries off");
  CHECK(complaint([&] { run(m, {.logdir = "x", .number_of_steps = 1, .save_interval_secs = std::numeric_limits<double>::quiet_NaN()}); }) ==
        "train: save_interval_secs: expected 0 or more, found nan; 0 saves at the end only");
  CHECK(complaint([&] { run(m, {.log_every_n_steps = -3, .number_of_steps = 1}); }) ==
        "train: log_every_n_steps: expected 0 or more, found -3; 0 turns the log lines off");
  CHECK(complaint([&] { run(m, {.logdir = "x", .number_of_steps = 1, .early_stopping = {.patience = 3}}); }) ==
        "train: early_stopping: expected an evaluate beside its other options, found none; give what it measures");
}

TEST_CASE("a training without output says nothing, and trains as any other") {
  net_model quiet{seed(1)}, other{seed(1)};
  data::batches batches(set, 8, 5);
  auto op = train_op_of(quiet);
  run(other, {.number_of_steps = 2});
  learning::train(op, batches, {.number_of_steps = 2, .output = nullptr});
  CHECK(same(quiet, other));
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
