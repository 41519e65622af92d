#include "slim/data/shuffling_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <vector>

using slim::data::shuffling_queue;

namespace {

struct numbers {
  int count, position = 0;
  std::optional<int> next() { return position < count ? std::optional(position++) : std::nullopt; }
  void seek(std::int64_t step) { position = static_cast<int>(step); }
};

template <class Queue>
std::vector<int> all_of(Queue& queue) {
  std::vector<int> result;
  while (const auto item = queue.next()) result.push_back(*item);
  return result;
}

}  // namespace

TEST_CASE("a permutation, the same for the same seed, in which no item comes more than the window too early") {
  shuffling_queue first(numbers{1000}, 15, 1), again(numbers{1000}, 15, 1), other(numbers{1000}, 15, 2), stream(numbers{1000}, 15, 1, 1);
  const auto order = all_of(first);
  CHECK(order == all_of(again));
  CHECK(order != all_of(other));
  CHECK(order != all_of(stream));
  for (int i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] <= i + 15);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (int i = 0; i < 1000; ++i) CHECK(sorted[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("every item of the window is equally likely") {
  int first[5] = {};
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    shuffling_queue queue(numbers{100}, 4, seed);
    ++first[*queue.next()];
  }
  for (int count : first) CHECK(count == doctest::Approx(1000).epsilon(0.12));  // four standard deviations
}

TEST_CASE("without a window the order stays; an empty source stays empty") {
  shuffling_queue straight(numbers{5}, 0, 1), empty(numbers{0}, 10, 1);
  CHECK(all_of(straight) == std::vector{0, 1, 2, 3, 4});
  CHECK_FALSE(empty.next());
  CHECK_FALSE(empty.next());
}

TEST_CASE("seek resumes as if nothing had happened") {
  shuffling_queue whole(numbers{100}, 20, 7);
  const auto order = all_of(whole);
  for (int start : {0, 1, 37, 95, 100}) {
    whole.seek(start);
    CHECK(all_of(whole) == std::vector(order.begin() + start, order.end()));
  }
}

TEST_CASE("a negative window is refused") {
  CHECK_THROWS_WITH_AS(shuffling_queue(numbers{3}, -1, 1), "shuffling_queue: min_after_dequeue: expected at least 0, found -1; choose how many items to mix",
                       slim::error);
}
