#pragma once
#include "slim/core/begin.hpp"
// Batches made by a background thread while the training step computes.

#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

#include "slim/data/labelled_batch.hpp"
#include "slim/data/ordered_workers.hpp"

namespace slim::data {

namespace detail {

/// Memory for a batch between two threads: a copy, unless the batch only points at the memory of its source.
template <class Batch>
struct batch_buffer {
  Batch batch{};
  void assign(const Batch& other) { batch = other; }
  const Batch& view() const { return batch; }
};
template <>
struct batch_buffer<labelled_batch> : labelled_batch_buffer {};

template <class Batch>
bool is_end(const Batch& batch) {
  if constexpr (requires { batch.size == 0; }) return batch.size == 0;
  return false;
}

}  // namespace detail

/// Takes batches from `source.next()` in a thread of its own, at most `capacity` ahead of the consumer. The batches and their order
/// are those of the source; an exception in the source reaches the consumer in its place in that order. TF-Slim's prefetch_queue.
/// `Source` may be a reference; until this object is gone nobody else may use the source.
template <class Source>
class prefetch_queue {
public:
  using batch_type = std::remove_cvref_t<decltype(std::declval<Source&>().next())>;

  /// Starts the thread. Throws slim::error if the capacity is not positive.
  explicit prefetch_queue(Source&& from, int batches_ahead = 8) : source(std::forward<Source>(from)), capacity(batches_ahead) { worker(); }

  /// The next batch, valid until the next call; after the end of the source a batch of size 0. Waits only if the source is slower
  /// than the consumer. Throws what the source has thrown.
  batch_type next() {
    const auto* const taken = worker().take();
    return taken == nullptr ? batch_type{} : batch_type(taken->view());
  }

  /// Makes the next batch the one numbered `step`, see `batches::seek`.
  void seek(std::int64_t step) {
    running.reset();  // the source is used by one thread at a time
    source.seek(step);
    worker();
  }

  int batches_per_epoch() const
    requires requires(const Source& from) { from.batches_per_epoch(); }
  {
    return source.batches_per_epoch();
  }

  /// The share of the capacity that is ready, in 0 .. 1: near 0 if training waits for data.
  double fraction_full() const { return running ? running->fraction_full() : 0; }

private:
  using buffer = detail::batch_buffer<batch_type>;

  ordered_workers<buffer>& worker() {
    if (running) return *running;
    const auto draw = [this](buffer& into) {
      const auto& batch = source.next();
      into.assign(batch);
      return !detail::is_end(batch);
    };
    return running.emplace(capacity, 1, draw, [](buffer&) {});
  }

  Source source;
  int capacity;
  std::optional<ordered_workers<buffer>> running;
};

/// prefetch(batches, depth): `depth` batches of any source with `next()` made ahead by a background thread. Refers to a named
/// source, keeps a temporary one.
template <class Source>
prefetch_queue<Source> prefetch(Source&& source, int depth = 8) {
  return prefetch_queue<Source>(std::forward<Source>(source), depth);
}

}  // namespace slim::data

#include "slim/core/end.hpp"
