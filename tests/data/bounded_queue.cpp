#include "slim/data/bounded_queue.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <thread>
#include <vector>

using slim::data::bounded_queue;

TEST_CASE("items come in the order of their numbers, however the workers finish") {
  bounded_queue<int> queue(4);
  *queue.reserve(1) = 11;
  queue.publish(1);
  *queue.reserve(0) = 10;
  CHECK(queue.fraction_full() == 0.25);
  queue.publish(0);
  CHECK(*queue.take() == 10);
  CHECK(*queue.take() == 11);
  queue.end(2);
  CHECK(queue.take() == nullptr);
  CHECK(queue.take() == nullptr);
  CHECK(queue.reserve(2) == nullptr);
}

TEST_CASE("workers stay at most the capacity ahead, and the item taken last is left alone") {
  bounded_queue<int> queue(2);
  std::atomic<int> reserved = 0;
  std::jthread worker([&] {
    for (std::uint64_t number = 0; int* place = queue.reserve(number); ++number) {
      ++reserved;
      *place = static_cast<int>(number);
      queue.publish(number);
    }
  });
  for (int i = 0; i < 100; ++i) {
    const int* taken = queue.take();
    std::this_thread::sleep_for(std::chrono::microseconds(200));
    CHECK(*taken == i);
    CHECK(reserved <= i + 3);
  }
  queue.close();
}

TEST_CASE("an end before others counts; its exception comes after the items before it") {
  bounded_queue<int> queue(8);
  queue.end(5);
  queue.end(1, std::make_exception_ptr(slim::error("x: y: expected 1, found 2; do 3")));
  queue.end(3);
  *queue.reserve(0) = 7;
  queue.publish(0);
  CHECK(*queue.take() == 7);
  for (int i = 0; i < 2; ++i) CHECK_THROWS_WITH_AS(queue.take(), "x: y: expected 1, found 2; do 3", slim::error);
}
