#pragma once
#include "slim/core/begin.hpp"
// The hand-over between the worker threads of an input pipeline and their consumer.

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <limits>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"

namespace slim::data {

/// Hands items from worker threads to one consumer in the order of their numbers 0, 1, 2, ..., in whatever order the workers
/// finish: several threads give the same sequence as one. At most `capacity` items are finished or in work ahead of the consumer.
/// The items live in the queue and are filled again and again, so the memory inside them is allocated only once.
template <class Item>
class bounded_queue {
public:
  /// Throws slim::error if the capacity is not positive.
  explicit bounded_queue(int capacity) : ahead(static_cast<std::uint64_t>(capacity)) {
    if (capacity < 1) {
      throw error("bounded_queue: capacity: expected at least 1, found " + std::to_string(capacity) + "; choose a larger one");
    }
    places.resize(static_cast<std::size_t>(capacity) + 1);  // one more: the item that the consumer looks at
  }
  bounded_queue(const bounded_queue&) = delete;
  bounded_queue& operator=(const bounded_queue&) = delete;

  /// Waits for the place of item `number` (by a worker, each number once). nullptr: this item is not wanted any more, stop.
  Item* reserve(std::uint64_t number) {
    std::unique_lock lock(mutex);
    place_free.wait(lock, [&] { return number >= end_number || number < wanted + ahead; });
    return number >= end_number ? nullptr : &place_of(number).item;
  }

  /// Item `number` is complete (by the worker that reserved it).
  void publish(std::uint64_t number) {
    {
      const std::lock_guard lock(mutex);
      place_of(number).complete = true;
    }
    item_complete.notify_one();
  }

  /// There is no item `number` and none after it: because the data ends here, or because of an exception, which the consumer gets
  /// when it has taken all items before.
  void end(std::uint64_t number, std::exception_ptr reason = nullptr) {
    {
      const std::lock_guard lock(mutex);
      if (number >= end_number) return;
      end_number = number;
      problem = std::move(reason);
    }
    place_free.notify_all();
    item_complete.notify_one();
  }

  /// Waits for the next item (by the consumer). It is valid until the next call; nullptr at the end, again and again.
  Item* take() {
    Item* taken = nullptr;
    {
      std::unique_lock lock(mutex);
      item_complete.wait(lock, [&] { return wanted >= end_number || place_of(wanted).complete; });
      if (wanted >= end_number) {
        if (problem) std::rethrow_exception(problem);
        return nullptr;
      }
      taken = &place_of(wanted).item;
      place_of(wanted).complete = false;
      ++wanted;
    }
    place_free.notify_all();
    return taken;
  }

  /// Nothing more will be taken: wakes and stops the workers.
  void close() { end(0); }

  /// The share of the capacity that waits complete for the consumer, in 0 .. 1: near 0 if the workers are the bottleneck.
  double fraction_full() const {
    const std::lock_guard lock(mutex);
    std::uint64_t complete = 0;
    for (const place& each : places) complete += each.complete;
    return static_cast<double>(complete) / static_cast<double>(ahead);
  }

private:
  struct place {
    Item item{};
    bool complete = false;
  };

  place& place_of(std::uint64_t number) { return places[number % places.size()]; }

  const std::uint64_t ahead;
  std::vector<place> places;
  mutable std::mutex mutex;
  std::condition_variable place_free, item_complete;
  std::uint64_t wanted = 0;  ///< the number of the item that the consumer takes next
  std::uint64_t end_number = std::numeric_limits<std::uint64_t>::max();
  std::exception_ptr problem;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
