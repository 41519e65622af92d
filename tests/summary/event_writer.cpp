#include "slim/summary/event_writer.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>

#include "slim/summary/event_reader.hpp"
#include "slim/summary/image.hpp"
#include "tests/data/files.hpp"

using namespace slim::summaries;

namespace {

std::string output_of(const std::string& command) {
  std::FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int c; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  CHECK(pclose(pipe) == 0);
  return text;
}

}  // namespace

TEST_CASE("Google's protobuf reads what was written") {
  const scratch_directory place;
  std::string path;
  {
    event_writer writer(place.path("deep/logs"));
    path = writer.path();
    writer.start_session(1);
    writer.add_scalar("loss", 1, 0.25f);
    const float values[] = {-1.5f, 0.0f, 0.5f, 0.5f};
    writer.add_histogram("weights", 2, values);
    const float picture[] = {0, 1, 2, 4};
    writer.add_image("picture", 3, encode_png(picture, {2, 2, 1}));
    writer.add(5'000'000'000, {{"a", 1.0f}, {"b", -2.0f}});
    writer.flush();
  }
  CHECK(path.rfind(place.path("deep/logs/events.out.tfevents."), 0) == 0);
  // The system's Python, which has the system's protobuf.
  const std::string python = std::filesystem::exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
  const std::string text = output_of(python + " '" TEST_SOURCE_ROOT "/tests/summary/read_events.py' '" + path + "'");
  // Of each row of the picture the filter type, 0 for none, and its pixels.
  CHECK(text ==
        "step 0 brain.Event:2 now\n"
        "step 1 start now\n"
        "step 1 now\n"
        "  loss 0.25\n"
        "step 2 now\n"
        "  weights histogram -1.5 0.5 4 -0.5 2.75 | -1.62496:0 -1.47723:1 0:0 1e-12:1 0.470692:0 0.517762:2 1.79769e+308:0\n"
        "step 3 now\n"
        "  picture image 2 2 1 00003f007fff\n"
        "step 5000000000 now\n"
        "  a 1\n"
        "  b -2\n");
}

TEST_CASE("every run writes a file of its own, in the order of the names") {
  const scratch_directory place;
  std::string first, second;
  {
    event_writer one(place.path("logs"));
    first = one.path();
    one.add_scalar("loss", 1, 1);
  }
  const std::string content = content_of(first);
  {
    event_writer two(place.path("logs"));
    second = two.path();
    two.add_scalar("loss", 2, 2);
  }
  CHECK(first < second);
  CHECK(content_of(first) == content);
}

TEST_CASE("an event is in the file when the call returns") {
  const scratch_directory place;
  event_writer writer(place.path("logs"));
  for (int step = 1; step <= 3; ++step) {
    writer.add_scalar("loss", step, 1);
    event_reader reader(writer.path());
    event last;
    while (reader.next(last)) {}
    CHECK(last.step == step);
    CHECK(reader.problem().empty());
  }
}

TEST_CASE("what a killed program had written can be read") {
  const scratch_directory place;
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    event_writer writer(place.path("logs"));
    for (int step = 1;; ++step) {
      writer.add_scalar("loss", step, static_cast<float>(step));
      if (step == 1000) std::raise(SIGKILL);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  const auto entry = *std::filesystem::directory_iterator(place.path("logs"));
  event_reader reader(entry.path().string());
  event happened;
  int events = 0;
  while (reader.next(happened)) CHECK(std::get<float>(happened.values.at(0).content) == static_cast<float>(++events));
  CHECK(events == 1000);
}

TEST_CASE("a full disk throws and leaves whole events, and writing goes on when there is room again") {
  const scratch_directory place;
  event_writer writer(place.path("logs"));
  writer.add_scalar("loss", 1, 1);
  const auto size = std::filesystem::file_size(writer.path());

  std::signal(SIGXFSZ, SIG_IGN);  // so that write fails in place of the program
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  rlimit full = before;
  full.rlim_cur = size + 20;  // half an event
  setrlimit(RLIMIT_FSIZE, &full);
  std::string message;
  try {
    writer.add_scalar("loss", 2, 2);
  } catch (const slim::error& problem) {
    message = problem.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_DFL);

  CHECK(message == "write events: " + writer.path() + ": expected room for an event, found File too large; check the path, its rights and the free space");
  CHECK(std::filesystem::file_size(writer.path()) == size);
  writer.add_scalar("loss", 3, 3);
  event_reader reader(writer.path());
  event happened;
  std::string steps;
  while (reader.next(happened)) steps += std::to_string(happened.step) + " ";
  CHECK(steps == "1 3 ");
}

TEST_CASE("a folder that cannot be made is refused") {
  const scratch_directory place;
  const std::string file = place.write("file", "in the way");
  CHECK_THROWS_WITH_AS(event_writer(file + "/logs"),
                       ("write events: " + file +
                        "/logs: expected a folder that can be created, found Not a directory; check the path, "
                        "its rights and the free space")
                           .c_str(),
                       slim::error);
}
