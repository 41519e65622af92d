#pragma once
#include "slim/core/begin.hpp"
// Worker threads that make a sequence ahead of its consumer, always the same sequence.

#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/bounded_queue.hpp"

namespace slim::data {

/// Makes items in two parts: `draw(item)` takes what item number 0, 1, 2, ... needs from a source, in this order and never in two
/// threads at once, and returns false at the end; `make(item)` does the work, for several items at the same time. What the consumer
/// takes therefore does not depend on the number of threads. An exception in either part reaches the consumer in its place in the
/// order. Destruction stops the threads.
template <class Item>
class ordered_workers {
public:
  /// Throws slim::error if the capacity (items ahead of the consumer) or the number of threads is not positive.
  template <class Draw, class Make>
  ordered_workers(int capacity, int num_threads, Draw draw, Make make) : queue(capacity) {
    if (num_threads < 1) {
      throw error("ordered_workers: num_threads: expected at least 1, found " + std::to_string(num_threads) + "; choose more");
    }
    try {
      for (int i = 0; i < num_threads; ++i) threads.emplace_back([this, draw, make] { work(draw, make); });
    } catch (...) {
      queue.close();  // or the threads that did start would wait for ever
      throw;
    }
  }
  ordered_workers(const ordered_workers&) = delete;
  ordered_workers& operator=(const ordered_workers&) = delete;
  ~ordered_workers() { queue.close(); }

  /// The next item, valid until the next call; nullptr at the end.
  Item* take() { return queue.take(); }

  double fraction_full() const { return queue.fraction_full(); }

private:
  template <class Draw, class Make>
  void work(const Draw& draw, const Make& make) {
    for (;;) {
      std::unique_lock lock(drawing);
      const std::uint64_t number = drawn++;
      Item* const item = queue.reserve(number);
      if (item == nullptr) return;
      std::exception_ptr problem;  // handed over after the catch block, so that from then on the exception is the consumer's alone
      bool more = false;
      try {
        more = draw(*item);
        if (more) {
          lock.unlock();
          make(*item);
        }
      } catch (...) {
        problem = std::current_exception();
      }
      if (problem || !more) return queue.end(number, std::move(problem));
      queue.publish(number);
    }
  }

  bounded_queue<Item> queue;
  std::mutex drawing;
  std::uint64_t drawn = 0;
  std::vector<std::jthread> threads;  // last: they end before what they use goes
};

}  // namespace slim::data

#include "slim/core/end.hpp"
