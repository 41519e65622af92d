#include "slim/summary/summary_saver.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "slim/summary/event_reader.hpp"
#include "tests/data/files.hpp"

using namespace slim::summaries;

namespace {

struct written {
  scratch_directory place;
  event_writer writer{place.path("logs")};
  summary_set set;

  written() {
    set.add("x", [](const std::string& tag, std::vector<summary_value>& to) { to.push_back({tag, 1.0f}); });
  }
  std::string steps() const {
    event_reader reader(writer.path());
    event happened;
    std::string text;
    while (reader.next(happened)) text += std::to_string(happened.step) + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("by steps: the first one, then every n-th after it") {
  written to;
  summary_saver saver(to.set, to.writer, {.save_steps = 10, .save_secs = 0});
  for (int step = 3; step <= 25; ++step) CHECK(saver.after_step(step) == (step % 10 == 3));
  CHECK(to.steps() == "3 13 23 ");
  saver.save(25);
  saver.save(25);  // of the same step: once
  CHECK(to.steps() == "3 13 23 25 ");
}

TEST_CASE("by seconds: the first step, then when the time has passed") {
  written to;
  summary_saver saver(to.set, to.writer, {.save_secs = 0.05});
  CHECK(saver.after_step(1));
  CHECK_FALSE(saver.after_step(2));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  CHECK(saver.after_step(3));
  CHECK(to.steps() == "1 3 ");
}

TEST_CASE("an empty set writes nothing; two kinds of rhythm exclude each other") {
  written to;
  const summary_set empty;
  summary_saver saver(empty, to.writer);
  saver.after_step(1);
  CHECK(to.steps().empty());
  CHECK_THROWS_WITH_AS(summary_saver(to.set, to.writer, {.save_steps = 10}),
                       "summary_saver: expected either save_steps or save_secs, found 10 and 600; set the other to 0", slim::error);
  CHECK_THROWS_AS(summary_saver(to.set, to.writer, {.save_steps = 0, .save_secs = 0}), slim::error);
}
