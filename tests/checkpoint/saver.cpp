#include "slim/checkpoint/saver.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "slim/checkpoint/restore.hpp"
#include "tests/checkpoint/scratch.hpp"
#include "tests/checkpoint/small_training.hpp"

using namespace checkpoint_tests;
using checkpoint::latest_checkpoint;
using checkpoint::saver;

namespace {

/// Steps whose weights and state are both in the folder, and nothing else but the index.
std::vector<int> complete_steps(const scratch& s) {
  std::vector<int> steps;
  std::set<std::string> files = s.files(), known{"checkpoint"};
  for (int step = 0; step < 200; ++step) {
    const std::string weights = checkpoint::detail::weights_file(step);
    if (files.count(weights) == 0) continue;
    const std::string state = checkpoint::detail::training_file(weights, checkpoint::safetensors(s.path(weights)).about("slim.checkpoint"));
    known.insert(weights), known.insert(state);
    if (files.count(state) == 1) steps.push_back(step);
  }
  CHECK(files == known);
  return steps;
}

struct counter {
  std::int64_t value = 0;
  template <class Visit>
  void for_each_state(Visit&& visit) {
    visit(variable_reference("counter", {}, &value));
  }
};

}  // namespace

TEST_CASE("a checkpoint is the weights, the state of training, and an index") {
  scratch s;
  small_training<> t;
  t.run_to(3);
  CHECK_FALSE(latest_checkpoint(s.folder));
  CHECK(saver{}.save(s.folder, t.net, t.train) == s.path("model.ckpt-3.safetensors"));
  CHECK(*latest_checkpoint(s.folder) == s.path("model.ckpt-3.safetensors"));
  CHECK(complete_steps(s) == std::vector<int>{3});
  const checkpoint::safetensors weights(s.path("model.ckpt-3.safetensors"));
  CHECK(weights.tensors().size() == 6);
  CHECK(weights.about("global_step") == "3");
  CHECK(describe(*weights.find("net/fc1/weights")) == "F32 [20, 24]");
  CHECK(weights.find("net/fc1/BatchNorm/moving_mean") != nullptr);
  CHECK(s.read("checkpoint").starts_with("model_checkpoint_path: \"model.ckpt-3.safetensors\"\nall_model_checkpoint_paths: \"model.ckpt-3.safetensors\"\n"));
}

TEST_CASE("equal runs write equal files") {
  scratch a, b;
  for (const scratch* s : {&a, &b}) {
    small_training<> t;
    t.run_to(2);
    saver{}.save(s->folder, t.net, t.train);
  }
  std::set<std::string> files = a.files();
  CHECK(files == b.files());
  files.erase("checkpoint");  // has times
  for (const std::string& file : files) CHECK(a.read(file) == b.read(file));
}

TEST_CASE("the newest checkpoints stay, old ones go, also when another process goes on") {
  scratch s;
  small_training<> t;
  for (int step = 1; step <= 7; ++step) {
    t.run_to(step);
    saver{.max_to_keep = 3}.save(s.folder, t.net, t.train);
  }
  CHECK(complete_steps(s) == std::vector<int>{5, 6, 7});
  saver{.max_to_keep = 3}.save(s.folder, t.net, t.train);  // the same step again
  CHECK(complete_steps(s) == std::vector<int>{5, 6, 7});
  t.run_to(8);
  saver{.max_to_keep = 1}.save(s.folder, t.net, t.train);
  CHECK(complete_steps(s) == std::vector<int>{8});
  for (int step = 9; step <= 16; ++step) {
    t.run_to(step);
    saver{.max_to_keep = 0}.save(s.folder, t.net, t.train);
  }
  CHECK(complete_steps(s).size() == 9);
  for (int step = 17; step <= 22; ++step) {
    t.run_to(step);
    saver{}.save(s.folder, t.net, t.train);
  }
  CHECK(complete_steps(s) == std::vector<int>{18, 19, 20, 21, 22});
}

TEST_CASE("one checkpoint of each span of time stays for ever") {
  scratch s;
  small_training<> t;
  constexpr double seconds = 0.25;
  const saver keeping{.max_to_keep = 1, .keep_every_n_hours = seconds / 3600};
  for (int step = 1; step <= 6; ++step) {
    t.run_to(step);
    keeping.save(s.folder, t.net, t.train);
    if (step == 1 || step == 3) std::this_thread::sleep_for(std::chrono::duration<double>(1.2 * seconds));
  }
  // Saved at 0, 0.3, 0.3, 0.6, 0.6, 0.6 s or a little later.
  const auto steps = complete_steps(s);
  CHECK(std::find(steps.begin(), steps.end(), 1) == steps.end());
  CHECK(std::find(steps.begin(), steps.end(), 2) != steps.end());
  CHECK(std::find(steps.begin(), steps.end(), 4) != steps.end());
  CHECK(steps.back() == 6);
  CHECK(checkpoint::checkpoint_index::read(s.folder).all.size() == 1);
}

TEST_CASE("other content for a step that is saved already replaces it whole") {
  scratch s;
  small_training<> t;
  t.run_to(2);
  saver{}.save(s.folder, t.net, t.train);
  const std::set<std::string> before = s.files();
  t.net.variable<"net/logits/biases">()[0] += 1;
  saver{}.save(s.folder, t.net, t.train);
  CHECK(s.files() != before);
  CHECK(complete_steps(s) == std::vector<int>{2});
}

TEST_CASE("what a killed process leaves is removed, what a running one writes is not, nor what others put there") {
  scratch s;
  small_training<> t;
  t.run_to(1);
  s.write(".model.ckpt-1.safetensors.123-0.slim-temporary", "half");
  s.write("model.ckpt-9.training-0123456789abcdef.safetensors", "state that no weights belong to");
  s.write("notes.txt", "mine");
  s.write("model.ckpt-8.safetensors", "not in the index");
  {
    checkpoint::atomic_file running(s.path("other"));
    running.write("abc", 3);
    saver{}.save(s.folder, t.net, t.train);
    running.commit();
  }
  CHECK(s.read("other") == "abc");
  CHECK(s.read("notes.txt") == "mine");
  const std::set<std::string> files = s.files();
  CHECK(files.size() == 6);  // weights, state, index, and three of others
  CHECK(files.count("model.ckpt-8.safetensors") == 1);
  CHECK(*latest_checkpoint(s.folder) == s.path("model.ckpt-1.safetensors"));
}

TEST_CASE("a checkpoint whose process died before the index named it is the latest, and goes in its turn") {
  scratch s;
  small_training<> t;
  const saver two{.max_to_keep = 2};
  const auto save_at = [&](int step) {
    t.run_to(step);
    two.save(s.folder, t.net, t.train);
  };
  save_at(1);
  const std::string index = s.read("checkpoint");
  save_at(2);
  s.write("checkpoint", index);
  CHECK(*latest_checkpoint(s.folder) == s.path("model.ckpt-2.safetensors"));
  save_at(3);
  CHECK(complete_steps(s) == std::vector<int>{2, 3});
  save_at(4);
  CHECK(complete_steps(s) == std::vector<int>{3, 4});
  CHECK(s.files().size() == 5);

  CHECK(checkpoint::checkpoint_index::read(s.folder).all.size() == 2);
}

TEST_CASE("after going back to an earlier step the checkpoints that stay for ever are not the latest") {
  scratch s;
  const saver keeping{.max_to_keep = 1, .keep_every_n_hours = 0};
  small_training<> t, back;
  for (int step : {3, 4}) {
    t.run_to(step);
    keeping.save(s.folder, t.net, t.train);
  }
  for (int step : {1, 2}) {
    back.run_to(step);
    keeping.save(s.folder, back.net, back.train);
    CHECK(*latest_checkpoint(s.folder) == s.path(checkpoint::detail::weights_file(step)));
  }
  CHECK(complete_steps(s) == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("anything with for_each_state is saved with the training") {
  scratch s;
  small_training<> t;
  counter mine{42};
  t.run_to(1);
  saver{}.save(s.folder, t.net, t.train, mine);
  mine.value = 0;
  checkpoint::restore(s.folder, t.net, t.train, mine);
  CHECK(mine.value == 42);
  CHECK(contains(complaint([&] { checkpoint::restore(s.folder, t.net, t.train); }), "surplus 'counter'"));
  CHECK(contains(complaint([&] { saver{}.save(s.folder, t.net, t.train, mine, mine); }), "found 'counter' again"));
}

TEST_CASE("an index that cannot be trusted is not followed") {
  scratch s;
  small_training<> t;
  const auto complain = [&](const std::string& content) {
    s.write("checkpoint", content);
    const std::string text = complaint([&] { latest_checkpoint(s.folder); });
    CHECK(complaint([&] { saver{}.save(s.folder, t.net, t.train); }) == text);
    return text;
  };
  CHECK(
      contains(complain("all_model_checkpoint_paths: \"../../etc/passwd\"\n"), "line 1: expected a name \"model.ckpt-<step>.safetensors\", found 'all_model"));
  CHECK(contains(complain("model_checkpoint_path: \"model.ckpt-1\"\n"), "expected a name"));
  CHECK(contains(complain("model_checkpoint_path: \"model.ckpt--1.safetensors\"\n"), "expected a name"));
  CHECK(contains(complain("\x7f"
                          "ELF"),
                 "line 1: expected a field of a checkpoint index"));
  CHECK(contains(complain("last_preserved_timestamp: soon\n"), "expected a time in seconds"));
  CHECK(contains(complain("all_model_checkpoint_timestamps: 1\n"), "expected no more times than checkpoints"));
  s.write("checkpoint", "");
  CHECK_FALSE(latest_checkpoint(s.folder));
  const std::string cut = "model_checkpoint_path: \"model.ckpt-1.safetensors\"\nall_model_checkpoint_paths: \"model.ckpt-1.safetensors\"\n";
  CHECK(contains(complain(cut), "expected a whole index, found one that is cut off"));
  s.write("checkpoint", cut + "all_model_checkpoint_timestamps: 1.0\nlast_preserved_timestamp: 1.0\n");
  CHECK_FALSE(latest_checkpoint(s.folder));  // the file is not there
  CHECK_FALSE(latest_checkpoint(s.path("no folder")));
}

TEST_CASE("where nothing can be written the reason is told") {
  scratch s;
  small_training<> t;
  const std::string file = s.write("file", "");
  CHECK(contains(complaint([&] { saver{}.save(file + "/logs", t.net, t.train); }), "expected to create this folder, found Not a directory"));
  CHECK(contains(complaint([&] { saver{}.save_variables(s.folder, -1, variables_of(t.net), {}); }), "expected a global step of 0 or more, found -1"));
  CHECK(s.files() == std::set<std::string>{"file"});
}
