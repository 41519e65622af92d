#include "slim/evaluation/checkpoints.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "tests/evaluation/small_evaluation.hpp"

using namespace evaluation_tests;
using namespace slim::evaluation;

TEST_CASE("wait_for_new_checkpoint gives up before another sleep would pass the timeout") {
  const folder logs;
  std::optional<std::string> found;
  const auto start = std::chrono::steady_clock::now();
  const std::string log = written([&](std::FILE* file) { found = wait_for_new_checkpoint(logs.path + "/later", {}, 0.02, 0.05, file); });
  CHECK_FALSE(found);
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(20));
  CHECK(log == "Waiting for new checkpoint at " + logs.path + "/later\n");
  CHECK_FALSE(wait_for_new_checkpoint(logs.path, {}, 1, 0, nullptr));  // no sleep at all
  CHECK_FALSE(wait_for_new_checkpoint(logs.path, {}, 1, std::numeric_limits<double>::quiet_NaN(), nullptr));
}

TEST_CASE("wait_for_new_checkpoint returns the latest unless it is the one that is known") {
  const folder logs;
  small_model net{seed(1)};
  const std::string first = save(logs.path, net, 10);
  std::optional<std::string> found;
  const std::string log = written([&](std::FILE* file) { found = wait_for_new_checkpoint(logs.path, {}, 1, {}, file); });
  CHECK(found == first);
  CHECK(log == "Waiting for new checkpoint at " + logs.path + "\nFound new checkpoint at " + first + "\n");
  CHECK_FALSE(wait_for_new_checkpoint(logs.path, first, 0.01, 0.02, nullptr));
  save(logs.path, net, 20);
  const std::string third = save(logs.path, net, 30);
  CHECK(wait_for_new_checkpoint(logs.path, first, 1, {}, nullptr) == third);
}

TEST_CASE("checkpoints_iterator skips what was replaced meanwhile and ends at a timeout") {
  const folder logs;
  small_model net{seed(1)};
  save(logs.path, net, 1);
  std::optional<std::string> last;
  const std::string log = written([&](std::FILE* file) {
    checkpoints_iterator checkpoints(logs.path, {.timeout = 0.03, .seconds_to_sleep = 0.01, .output = file});
    CHECK(checkpoints.next() == logs.path + "/model.ckpt-1.safetensors");
    save(logs.path, net, 2);
    save(logs.path, net, 3);
    CHECK(checkpoints.next() == logs.path + "/model.ckpt-3.safetensors");
    CHECK_FALSE(checkpoints.next());
  });
  CHECK(contains(log, "Timed-out waiting for a checkpoint.\n"));
}

TEST_CASE("checkpoints_iterator asks timeout_fn whether to go on") {
  const folder logs;
  small_model net{seed(1)};
  int asked = 0;
  checkpoints_iterator checkpoints(logs.path, {.timeout = 0,
                                               .timeout_fn =
                                                   [&] {
                                                     if (++asked == 2) save(logs.path, net, 7);
                                                     return asked == 4;
                                                   },
                                               .seconds_to_sleep = 0.001,
                                               .output = nullptr});
  CHECK(checkpoints.next() == logs.path + "/model.ckpt-7.safetensors");
  CHECK(asked == 2);
  CHECK_FALSE(checkpoints.next());
  CHECK(asked == 4);
}

TEST_CASE("checkpoints_iterator keeps the interval between starts") {
  const folder logs;
  small_model net{seed(1)};
  save(logs.path, net, 1);
  checkpoints_iterator checkpoints(logs.path, {.min_interval_secs = 0.2, .timeout = 5, .seconds_to_sleep = 0.001, .output = nullptr});
  REQUIRE(checkpoints.next());
  const auto start = std::chrono::steady_clock::now();
  save(logs.path, net, 2);
  REQUIRE(checkpoints.next());
  CHECK(std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(150));
}
