#pragma once
#include "slim/core/begin.hpp"
// Batches that worker threads decode and preprocess ahead of the training step.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/batch_shard.hpp"
#include "slim/data/labelled_batch.hpp"
#include "slim/data/ordered_workers.hpp"
#include "slim/data/shuffling_queue.hpp"

namespace slim::data {

struct batch_options {
  int batch_size = 32;                     ///< examples
  int num_threads = 1;                     ///< that make batches
  int capacity = 32;                       ///< examples made ahead, rounded up to whole batches
  bool allow_smaller_final_batch = false;  ///< at the end of the source; otherwise examples that fill no batch are dropped
  batch_shard shard = {};                  ///< makes only this part of each batch; batch_size is that of all

  int batches_ahead() const { return capacity < 1 ? capacity : (capacity - 1) / batch_size + 1; }
};

/// Takes items from `source.next()` (an optional, empty at the end) and calls make_example(item, number, image, label), in several
/// threads at once, to fill the place of the example in its batch. `number` counts all examples from 0, and only it should decide
/// about random changes: then the batches do not depend on the number of threads. Batches go on across epochs; `epoch` is that of the
/// first item if items have one. TensorFlow's train.batch.
template <class Source, class MakeExample>
class batch_queue {
public:
  /// `image_size`: values of one image. Starts the threads. Throws slim::error if an option is out of range.
  batch_queue(Source&& from, std::size_t image_size, MakeExample make, const batch_options& given = {})
      : own(new state{std::forward<Source>(from), std::move(make), image_size, given}) {
    if (given.batch_size < 1) throw error("batch_queue: batch_size: expected at least 1, found " + std::to_string(given.batch_size) + "; choose a larger one");
    given.shard.check("batch_queue");
    own->workers();
  }

  /// The next batch, valid until the next call; size 0 at the end. Throws what the source or make_example have thrown.
  labelled_batch next() {
    const place* const taken = own->workers().take();
    return taken == nullptr ? labelled_batch{} : taken->batch.view();
  }

  /// Makes the next batch the one numbered `step`, counted from 0.
  void seek(std::int64_t step) {
    own->running.reset();  // the source is used by one thread at a time
    own->drawn = static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(own->options.batch_size);
    own->source.seek(static_cast<std::int64_t>(own->drawn));
    own->workers();
  }

  /// The share of the capacity that is ready, in 0 .. 1: near 0 if training waits for data.
  double fraction_full() const { return own->running ? own->running->fraction_full() : 0; }

private:
  using item_type = typename std::remove_cvref_t<decltype(std::declval<Source&>().next())>::value_type;

  struct place {
    std::vector<item_type> items;
    std::uint64_t first_number = 0;
    labelled_batch_buffer batch;
  };

  /// What the threads work on, where it stays when the queue is moved.
  struct state {
    Source source;
    MakeExample make_example;
    std::size_t image_values;
    batch_options options;
    std::uint64_t drawn = 0;
    std::optional<ordered_workers<place>> running = {};

    bool draw(place& into) {
      const std::size_t size = static_cast<std::size_t>(options.batch_size);
      into.items.clear();
      into.first_number = drawn;
      while (into.items.size() < size) {
        auto item = source.next();
        if (!item) break;
        into.items.push_back(std::move(*item));
      }
      drawn += into.items.size();
      return into.items.size() == size || (options.allow_smaller_final_batch && !into.items.empty());
    }

    void make(place& into) const {
      const auto [first, size, counted] = options.shard.of(into.items.size());
      into.batch.counted = counted;
      into.batch.size = static_cast<int>(size);
      if constexpr (requires { into.items.front().epoch; }) into.batch.epoch = into.items.front().epoch;
      into.batch.images.resize(size * image_values);
      into.batch.labels.resize(size);
      for (std::size_t i = 0; i < size; ++i)
        make_example(into.items[first + i], into.first_number + first + i, std::span(into.batch.images).subspan(i * image_values, image_values),
                     into.batch.labels[i]);
    }

    ordered_workers<place>& workers() {
      if (running) return *running;
      return running.emplace(options.batches_ahead(), options.num_threads, [this](place& into) { return draw(into); }, [this](place& into) { make(into); });
    }
  };

  std::unique_ptr<state> own;
};

/// batch_queue queue(source, image_size, make_example, options): refers to a named source, keeps a temporary one.
template <class Source, class MakeExample>
batch_queue(Source&& source, std::size_t image_size, MakeExample make_example, const batch_options& options = {}) -> batch_queue<Source, MakeExample>;

/// The same with the items drawn from a window of min_after_dequeue + 1, see shuffling_queue. TensorFlow's train.shuffle_batch.
template <class Source, class MakeExample>
batch_queue<shuffling_queue<Source>, MakeExample> shuffle_batch(Source&& source, std::size_t image_size, MakeExample make_example, int min_after_dequeue,
                                                                std::uint64_t seed, const batch_options& options = {}) {
  return {shuffling_queue<Source>(std::forward<Source>(source), min_after_dequeue, seed), image_size, std::move(make_example), options};
}

}  // namespace slim::data

#include "slim/core/end.hpp"
