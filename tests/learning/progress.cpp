#include "slim/learning/progress.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

using slim::learning::progress;

namespace {

// What `run` writes to the file given to it.
template <class Run>
std::string written(Run run) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  run(file);
  std::rewind(file);
  std::string text;
  for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) text += static_cast<char>(c);
  std::fclose(file);
  return text;
}

bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a file gets exactly TF-Slim's log lines") {
  const std::string text = written([](std::FILE* file) {
    progress report(6, 2, file);  // finds out by itself that this is no terminal
    for (int step = 1; step <= 6; ++step) report.step(step, 1.0 / step, 0.25);
  });
  CHECK(text ==
        "global step 2: loss = 0.5000 (0.250 sec/step)\n"
        "global step 4: loss = 0.2500 (0.250 sec/step)\n"
        "global step 6: loss = 0.1667 (0.250 sec/step)\n");
}

TEST_CASE("zero turns the log lines off") {
  CHECK(written([](std::FILE* file) {
          progress report(3, 0, file);
          for (int step = 1; step <= 3; ++step) report.step(step, 1, 0.5);
        }).empty());
}

TEST_CASE("a terminal gets a bar that every log line and the end clear") {
  const std::string clear = "\r\x1b[2K";
  const std::string text = written([](std::FILE* file) {
    progress report(4, 2, file, true);
    for (int step = 1; step <= 4; ++step) report.step(step, 2, 0.5);
  });
  const std::string half(15, '#'), rest(15, '.'), log = "global step 2: loss = 2.0000 (0.500 sec/step)\n";
  CHECK(contains(text, clear + log + clear + "[" + half + rest + "]  50%  2/4  2.0 steps/s  0:00:01 left"));
  CHECK(contains(text, "100%  4/4"));
  CHECK(text.substr(text.size() - clear.size()) == clear);
}

TEST_CASE("the bar is not redrawn for every quick step") {
  const std::string text = written([](std::FILE* file) {
    progress report(10'000, 0, file, true);
    for (int step = 1; step <= 1000; ++step) report.step(step, 1, 0.001);
  });
  int drawings = 0;
  for (char c : text) drawings += c == '[';
  CHECK(drawings / 2 >= 9);  // an escape sequence and a bar each
  CHECK(drawings / 2 <= 11);
}

TEST_CASE("steps beyond the announced end and an unknown end are fine") {
  CHECK(contains(written([](std::FILE* file) {
                   progress report(2, 0, file, true);
                   report.step(5, 1, 1);
                 }),
                 "100%  2/2"));
  CHECK(written([](std::FILE* file) {
          progress report(0, 1, file, true);
          report.step(5, 1, 1);
        }) == "global step 5: loss = 1.0000 (1.000 sec/step)\n");
}
