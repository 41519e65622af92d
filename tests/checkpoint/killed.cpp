// Training that is killed again and again, also while it saves, ends with the bits of training that was left alone.
#include <doctest/doctest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "slim/checkpoint/folder_lock.hpp"
#include "slim/checkpoint/restore.hpp"
#include "tests/checkpoint/scratch.hpp"
#include "tests/checkpoint/small_training.hpp"

using namespace checkpoint_tests;

namespace {

constexpr long last_step = 60;
constexpr const char* folder_variable = "SLIM_TEST_KILLED_FOLDER";

/// This program again, running only the test case below that trains.
pid_t start_training(const std::string& folder) {
  std::fflush(stdout);  // the child would print it again
  const pid_t child = fork();
  if (child != 0) return child;
  setenv(folder_variable, folder.c_str(), 1);
  if (std::freopen("/dev/null", "w", stdout) == nullptr) _exit(3);
  execl("/proc/self/exe", "tests", "--no-skip", "--test-case=trains in a process of its own", static_cast<char*>(nullptr));
  _exit(3);
}

}  // namespace

TEST_CASE("trains in a process of its own" * doctest::skip()) {
  const char* const folder = std::getenv(folder_variable);
  if (folder == nullptr) return;  // part of the next test case
  small_training<> t;
  if (checkpoint::latest_checkpoint(folder)) checkpoint::restore(folder, t.net, t.train);
  t.run_to(last_step, [&] { checkpoint::saver{.max_to_keep = 2}.save(folder, t.net, t.train); });
}

TEST_CASE("training that is killed at random moments ends with the same bits") {
  scratch s;
  small_training<> straight;
  straight.run_to(last_step);

  random_stream random(static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count()));
  int kills = 0, leftovers = 0;
  long before = 0;
  for (bool finished = false; !finished;) {
    REQUIRE(kills < 1000);
    const pid_t child = start_training(s.folder);
    REQUIRE(child > 0);
    // Until it has saved once more, and then some: from one step to a dozen.
    const std::string seen = s.files().count("checkpoint") == 1 ? s.read("checkpoint") : "";
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0 && (s.files().count("checkpoint") == 0 || s.read("checkpoint") == seen))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(20'000)));
    if (kill(child, SIGKILL) == 0) waitpid(child, &status, 0);
    finished = WIFEXITED(status);
    if (finished) {
      CHECK(WEXITSTATUS(status) == 0);
    } else {
      ++kills;
      for (const std::string& file : s.files()) leftovers += file.ends_with(".slim-temporary");
    }
    // Whatever the moment was, there is a checkpoint, it is good, and none of before is lost.
    small_training<> witness(9);
    REQUIRE(complaint([&] { checkpoint::restore(s.folder, witness.net, witness.train); }) == "none");
    CHECK((finished || witness.train.step() > before));
    before = witness.train.step();
  }
  MESSAGE(kills << " kills, " << leftovers << " temporary files left by them");
  CHECK(kills > 0);

  small_training<> resumed(9);
  checkpoint::restore(s.folder, resumed.net, resumed.train);
  CHECK(resumed.train.step() == last_step);
  CHECK(same_bits(resumed.weights(), straight.weights()));
  for (const std::string& file : s.files()) CHECK_FALSE(file.ends_with(".slim-temporary"));
}

TEST_CASE("a child that outlives a killed training does not keep its folder") {
  scratch s;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t trainer = fork();
  if (trainer == 0) {
    const checkpoint::folder_lock lock(s.folder, stderr);
    if (fork() == 0) {  // it says itself that it has left the folder to its parent
      const pid_t reader = getpid();
      if (write(ends[1], &reader, sizeof reader) != sizeof reader) _exit(3);
    }
    for (;;) pause();
  }
  pid_t reader = 0;
  REQUIRE(read(ends[0], &reader, sizeof reader) == sizeof reader);
  CHECK(contains(complaint([&] { checkpoint::folder_lock(s.folder, stderr); }), "found that of process " + std::to_string(trainer)));
  kill(trainer, SIGKILL);
  waitpid(trainer, nullptr, 0);
  CHECK(kill(reader, 0) == 0);  // it lives
  CHECK(complaint([&] { checkpoint::folder_lock(s.folder, stderr); }) == "none");
  kill(reader, SIGKILL);
  close(ends[0]), close(ends[1]);
}
