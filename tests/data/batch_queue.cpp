#include "slim/data/batch_queue.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "slim/tensor/random.hpp"

using slim::data::batch_options;
using slim::data::batch_queue;
using slim::data::labelled_batch;
using slim::data::shuffle_batch;

namespace {

struct numbered_item {
  int value = 0, epoch = 0;
};

// The items 0, 1, ... count - 1, ten to an epoch.
struct numbers {
  int count, position = 0;
  std::optional<numbered_item> next() {
    if (position == count) return std::nullopt;
    const int value = position++;
    return numbered_item{value, value / 10};
  }
  void seek(std::int64_t step) { position = static_cast<int>(std::min<std::int64_t>(step, count)); }
};

// The image is (value, number, a random number of this example); odd items take longer; item 77 is damaged.
void make_example(const numbered_item& item, std::uint64_t number, std::span<float> image, int& label) {
  if (item.value == 77) throw slim::error("item 77: expected a good one, found a damaged one; mend it");
  if (item.value % 2 == 1) std::this_thread::sleep_for(std::chrono::microseconds(100));
  image[0] = static_cast<float>(item.value);
  image[1] = static_cast<float>(number);
  image[2] = slim::random_stream(1, 0, number).uniform();
  label = item.value;
}

template <class Queue>
std::vector<std::vector<float>> all_of(Queue& queue, int at_most = 1 << 30) {
  std::vector<std::vector<float>> result;
  for (int i = 0; i < at_most; ++i) {
    const labelled_batch next = queue.next();
    if (next.size == 0) break;
    REQUIRE(next.labels.size() == static_cast<std::size_t>(next.size));
    REQUIRE(next.images.size() == 3 * next.labels.size());
    result.emplace_back(next.images.begin(), next.images.end());
  }
  return result;
}

}  // namespace

TEST_CASE("batches in order, the same with any number of threads") {
  std::vector<std::vector<float>> expected;
  for (int num_threads : {1, 2, 5}) {
    auto queue = batch_queue(numbers{70}, 3, make_example, {.batch_size = 4, .num_threads = num_threads, .capacity = 12});
    const auto found = all_of(queue);
    if (expected.empty()) expected = found;
    CHECK(found == expected);
  }
  REQUIRE(expected.size() == 17);  // two of 70 are left over
  for (std::size_t i = 0; i < 17; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      CHECK(expected[i][3 * j] == static_cast<float>(4 * i + j));
      CHECK(expected[i][3 * j + 1] == static_cast<float>(4 * i + j));
    }
  }
}

TEST_CASE("the last batch may be smaller") {
  auto queue = batch_queue(numbers{10}, 3, make_example, {.batch_size = 4, .allow_smaller_final_batch = true});
  CHECK(queue.next().size == 4);
  CHECK(queue.next().labels[3] == 7);
  const labelled_batch last = queue.next();
  CHECK(last.size == 2);
  CHECK(last.labels[1] == 9);
  CHECK(queue.next().size == 0);
}

TEST_CASE("shards of batches are the batches, and a shard without an example makes one that does not count") {
  const batch_options given{.batch_size = 5, .num_threads = 2, .allow_smaller_final_batch = true};
  for (const int count : {1, 2, 3, 7}) {
    numbers all{22};
    batch_queue whole(all, 3, make_example, given);
    std::vector<numbers> sources(static_cast<std::size_t>(count), numbers{22});
    std::vector<std::unique_ptr<batch_queue<numbers&, decltype(&make_example)>>> shards;
    for (int s = 0; s < count; ++s) {
      batch_options own = given;
      own.shard = {s, count};
      shards.push_back(std::make_unique<batch_queue<numbers&, decltype(&make_example)>>(sources[static_cast<std::size_t>(s)], 3, &make_example, own));
    }
    for (;;) {
      const labelled_batch expected = whole.next();
      std::vector<float> images;
      for (const auto& shard : shards) {
        const labelled_batch part = shard->next();
        REQUIRE((part.size > 0) == (expected.size > 0));
        if (part.counted != 0) images.insert(images.end(), part.images.begin(), part.images.end());
        else CHECK(part.size == 1);
      }
      CHECK(std::ranges::equal(images, expected.images));
      if (expected.size == 0) break;
    }
  }
  numbers some{5};
  batch_options wrong;
  wrong.shard = {2, 2};
  CHECK_THROWS_AS((batch_queue(some, 3, make_example, wrong)), const slim::error&);
}

TEST_CASE("the epoch is that of the first item") {
  auto queue = batch_queue(numbers{40}, 3, make_example, {.batch_size = 4});
  for (int epoch : {0, 0, 0, 1, 1, 2, 2, 2, 3, 3}) CHECK(queue.next().epoch == epoch);
}

TEST_CASE("seek resumes as if nothing had happened") {
  const batch_options options{.batch_size = 4, .num_threads = 3};
  auto whole = batch_queue(numbers{70}, 3, make_example, options), resumed = batch_queue(numbers{70}, 3, make_example, options);
  auto shuffled = shuffle_batch(numbers{70}, 3, make_example, 20, 5, options);
  auto resumed_shuffled = shuffle_batch(numbers{70}, 3, make_example, 20, 5, options);
  const auto run = all_of(whole), shuffled_run = all_of(shuffled);
  CHECK(run != shuffled_run);
  for (int step : {0, 3, 16, 17}) {
    resumed.seek(step);
    CHECK(all_of(resumed) == std::vector(run.begin() + step, run.end()));
    resumed_shuffled.seek(step);
    CHECK(all_of(resumed_shuffled) == std::vector(shuffled_run.begin() + step, shuffled_run.end()));
  }
}

TEST_CASE("shuffled batches hold every item once") {
  auto queue = shuffle_batch(numbers{60}, 3, make_example, 30, 1, {.batch_size = 5, .num_threads = 2});
  std::vector<int> seen(60);
  for (labelled_batch next = queue.next(); next.size > 0; next = queue.next())
    for (int label : next.labels) ++seen[static_cast<std::size_t>(label)];
  CHECK(seen == std::vector<int>(60, 1));
}

TEST_CASE("a damaged item comes after the batches before it") {
  for (int num_threads : {1, 4}) {
    auto queue = batch_queue(numbers{100}, 3, make_example, {.batch_size = 4, .num_threads = num_threads, .capacity = 100});
    CHECK(all_of(queue, 19).size() == 19);
    for (int i = 0; i < 2; ++i) CHECK_THROWS_WITH_AS(queue.next(), "item 77: expected a good one, found a damaged one; mend it", slim::error);
    queue.seek(20);
    CHECK(queue.next().labels[0] == 80);
  }
}

TEST_CASE("destruction while the threads work") {
  for (int i = 0; i < 20; ++i) {
    auto queue = batch_queue(numbers{70}, 3, make_example, {.batch_size = 4, .num_threads = 3});
    if (i % 2 == 0) queue.next();
  }
}

TEST_CASE("options out of range are refused") {
  CHECK_THROWS_WITH_AS(batch_queue(numbers{7}, 3, make_example, {.batch_size = 0}),
                       "batch_queue: batch_size: expected at least 1, found 0; choose a larger one", slim::error);
  CHECK_THROWS_WITH_AS(batch_queue(numbers{7}, 3, make_example, {.num_threads = 0}), "ordered_workers: num_threads: expected at least 1, found 0; choose more",
                       slim::error);
  CHECK_THROWS_WITH_AS(batch_queue(numbers{7}, 3, make_example, {.capacity = 0}), "bounded_queue: capacity: expected at least 1, found 0; choose a larger one",
                       slim::error);
  for (const int capacity : {-5, 1, 4, 5, 2147483647})
    CHECK(batch_options{.batch_size = 4, .capacity = capacity}.batches_ahead() == (capacity < 1 ? capacity : capacity <= 4 ? 1 : capacity == 5 ? 2 : 1 << 29));
}
