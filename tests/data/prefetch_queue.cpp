#include "slim/data/prefetch_queue.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "slim/data/batches.hpp"
#include "slim/data/digits.hpp"
#include "slim/data/one_hot_labels.hpp"

using slim::data::batches;
using slim::data::prefetch;

namespace {

template <class Batch>
bool same(const Batch& a, const Batch& b) {
  return a.size == b.size && a.epoch == b.epoch && std::vector(a.images.begin(), a.images.end()) == std::vector(b.images.begin(), b.images.end()) &&
         std::vector(a.labels.begin(), a.labels.end()) == std::vector(b.labels.begin(), b.labels.end());
}

// Batches that own their memory: the numbers 0, 1, 2, ...; the one numbered `bad` cannot be read.
struct counter {
  std::int64_t position = 0, bad = -1;

  std::vector<std::int64_t> next() {
    if (position == bad) throw slim::error("counter: number: expected another, found " + std::to_string(bad) + "; choose another");
    return {position++};
  }
  void seek(std::int64_t step) { position = step; }
};

// Tuples that point at memory which is filled again.
struct spans {
  int position = 0;
  std::vector<int> squares = std::vector<int>(3);

  std::tuple<int, std::array<float, 2>, std::span<const int>> next() {
    squares.assign(3, position * position);
    const float half = static_cast<float>(position) / 2;
    return {position++, {half, -half}, squares};
  }
};

// Ends after three batches.
struct short_source {
  int left = 3;
  std::vector<float> image{1, 2};
  std::vector<int> label{1};
  slim::data::labelled_batch next() {
    if (left == 0) return {};
    --left;
    return {image, label, 1, 0};
  }
};

}  // namespace

TEST_CASE("prefetched batches are those of the source, in its order, also after seek") {
  const auto set = slim::data::digits(50, 1);
  batches plain(set, 8, 3), source(set, 8, 3);
  auto queue = prefetch(source, 4);
  CHECK(queue.batches_per_epoch() == 7);
  for (int i = 0; i < 40; ++i) CHECK(same(queue.next(), plain.next()));
  for (int step : {5, 0, 33}) {
    plain.seek(step);
    queue.seek(step);
    for (int i = 0; i < 10; ++i) CHECK(same(queue.next(), plain.next()));
  }
}

TEST_CASE("a batch stays valid while later ones are made") {
  const auto set = slim::data::digits(64, 1);
  batches plain(set, 8);
  auto queue = prefetch(batches(set, 8), 1);
  for (int i = 0; i < 20; ++i) {
    const auto batch = queue.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // the worker has time to fill whatever it may fill
    CHECK(same(batch, plain.next()));
  }
}

TEST_CASE("so do batches of one-hot labels, and tuples of spans") {
  const auto set = slim::data::digits(64, 1);
  auto plain = one_hot_labels(batches(set, 8), 10, 0.1);
  auto queue = prefetch(one_hot_labels(batches(set, 8), 10, 0.1), 1);
  CHECK(queue.batches_per_epoch() == batches(set, 8).batches_per_epoch());
  auto tuples = prefetch(spans{}, 1);
  for (int i = 0; i < 20; ++i) {
    const auto batch = queue.next();
    const auto [number, halves, squares] = tuples.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(same(batch, plain.next()));
    CHECK(number == i);
    CHECK(halves[1] == -static_cast<float>(i) / 2);
    CHECK(std::vector(squares.begin(), squares.end()) == std::vector<int>(3, i * i));
  }
}

TEST_CASE("batches with memory of their own") {
  auto queue = prefetch(counter{});
  for (std::int64_t i = 0; i < 100; ++i) CHECK(queue.next() == std::vector{i});
  queue.seek(7);
  CHECK(queue.next() == std::vector<std::int64_t>{7});
}

TEST_CASE("the end of the source is a batch of size 0") {
  auto queue = prefetch(short_source{}, 2);
  for (int i = 0; i < 3; ++i) CHECK(queue.next().size == 1);
  CHECK(queue.next().size == 0);
  CHECK(queue.next().size == 0);
}

TEST_CASE("an exception of the source comes after the batches before it, and seek leads past it") {
  auto queue = prefetch(counter{0, 5}, 8);
  for (std::int64_t i = 0; i < 5; ++i) CHECK(queue.next() == std::vector{i});
  for (int i = 0; i < 2; ++i) CHECK_THROWS_WITH_AS(queue.next(), "counter: number: expected another, found 5; choose another", slim::error);
  queue.seek(6);
  CHECK(queue.next() == std::vector<std::int64_t>{6});
}

TEST_CASE("the queue fills while nobody takes") {
  auto queue = prefetch(counter{}, 4);
  for (int i = 0; i < 5000 && queue.fraction_full() < 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(queue.fraction_full() == 1);
}

TEST_CASE("a capacity that is not positive is refused") {
  CHECK_THROWS_WITH_AS(prefetch(counter{}, 0), "bounded_queue: capacity: expected at least 1, found 0; choose a larger one", slim::error);
}
