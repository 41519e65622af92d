#include "slim/kernel/team_size.hpp"

#include <doctest/doctest.h>

#include <vector>

using slim::kernel::most_threads, slim::kernel::team_size;

namespace {

constexpr long long millisecond = 1'000'000;

/// A thread that runs loops of a millisecond, on a machine without surprises: all of its `threads` get as much done as `speed` undisturbed ones.
struct simulation {
  team_size size = {};
  int threads = 2;
  double speed = 2;
  int disturbed = 0;
  bool suspicious = false;
  long long now = 0, in_full_teams = 0;
  std::vector<long long> pauses = {};

  int team() {
    const int most = size.most([this] { return now; });
    return most < threads ? most : threads;
  }

  void loop() {
    const int team = this->team();
    const bool measured = size.measures();
    const long long begin = now;
    now += millisecond;
    if (team == threads) in_full_teams += millisecond;
    if (measured) size.add({team, begin, now, static_cast<long long>(millisecond * speed), disturbed});
    else if (suspicious && team == threads) size.suspect();
    if (team == threads && this->team() < threads) pauses.push_back(now);
    if (team < threads && this->team() == threads) pauses.back() = now - pauses.back();
  }

  void run(long long milliseconds) {
    for (const long long end = now + milliseconds * millisecond; now < end;) loop();
  }
};

}  // namespace

TEST_CASE("undisturbed threads all work, and nobody asks for the time") {
  simulation quiet;
  quiet.run(1000);
  CHECK(quiet.pauses.empty());
  team_size fresh;
  CHECK(fresh.most([]() -> long long { throw 1; }) == most_threads);
}

TEST_CASE("long waits alone limit nothing: tasks may be as long") {
  simulation one{.speed = 1.7, .suspicious = true};
  one.run(1000);
  CHECK(one.pauses.empty());
  one.suspicious = false;
  one.run(20);
  CHECK(!one.size.measures());
}

TEST_CASE("beside other programs one thread works, with ever rarer attempts to have more") {
  simulation busy{.speed = 0.5, .disturbed = 1, .suspicious = true};
  busy.run(12);
  CHECK(busy.team() == 1);
  busy.run(10'000);
  REQUIRE(busy.pauses.size() > 10);
  for (std::size_t i = 0; i < 10; ++i) CHECK(busy.pauses[i] == (i < 3 ? 10 * millisecond << 2 * i : 500 * millisecond));
  CHECK(busy.in_full_teams < busy.now / 30);
  // Alone again, all are back in a fraction of a second, and later trouble begins with short pauses again.
  const long long before = busy.now;
  busy.speed = 1.9, busy.disturbed = 0;
  while (busy.team() == 1) busy.loop();
  CHECK(busy.now - before <= 500 * millisecond);
  const std::size_t pauses = busy.pauses.size();
  busy.run(1000);
  CHECK(busy.pauses.size() == pauses);
  busy.speed = 0.5;
  busy.run(30);
  CHECK(busy.pauses.at(pauses) == 10 * millisecond);
}

TEST_CASE("of many threads only as many are given up as are disturbed") {
  simulation eight{.threads = 8, .speed = 3, .disturbed = 1, .suspicious = true};
  eight.run(35);
  REQUIRE(eight.pauses.size() == 2);
  CHECK(eight.team() == 7);
  // Two more neighbours: the seven are measured, too.
  eight.size.suspect();
  eight.disturbed = 3;
  eight.run(10);
  CHECK(eight.team() == 4);
  // What five could not have done either is left as it is.
  simulation enough{.threads = 8, .speed = 5.5, .disturbed = 3, .suspicious = true};
  enough.run(1000);
  CHECK(enough.pauses.empty());
  // At least one works.
  simulation all{.threads = 8, .speed = 0.5, .disturbed = 8, .suspicious = true};
  all.run(12);
  CHECK(all.team() == 1);
}
