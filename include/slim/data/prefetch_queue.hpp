#pragma once
#include "slim/core/begin.hpp"
// Batches made by a background thread while the training step computes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "slim/data/batch_end.hpp"
#include "slim/data/labelled_batch.hpp"
#include "slim/data/ordered_workers.hpp"

namespace slim::data {

namespace detail {

/// Whether a batch, or a part of one, can be kept while its source goes on: numbers and what frees memory by a copy, spans by one of what they point at.
template <class Part>
inline constexpr bool can_be_kept = std::is_arithmetic_v<Part> || !std::is_trivially_destructible_v<Part>;
template <class T, std::size_t Size>
inline constexpr bool can_be_kept<std::array<T, Size>> = can_be_kept<T>;
template <class T>
inline constexpr bool can_be_kept<std::span<const T>> = true;
template <class... Parts>
inline constexpr bool can_be_kept<std::tuple<Parts...>> = (can_be_kept<Parts> && ...);
template <class Label>
inline constexpr bool can_be_kept<basic_labelled_batch<Label>> = true;

/// A batch, or a part of one, between two threads, with memory of its own for what it points at.
template <class Part>
struct batch_buffer {
  Part part{};
  void assign(const Part& other) { part = other; }
  const Part& view() const { return part; }
};
template <class T>
struct batch_buffer<std::span<const T>> {
  std::vector<T> numbers;
  void assign(std::span<const T> other) { numbers.assign(other.begin(), other.end()); }
  std::span<const T> view() const { return numbers; }
};
template <class... Parts>
struct batch_buffer<std::tuple<Parts...>> {
  std::tuple<batch_buffer<Parts>...> parts;
  void assign(const std::tuple<Parts...>& other) {
    std::apply([&](auto&... own) { std::apply([&](const auto&... given) { (own.assign(given), ...); }, other); }, parts);
  }
  std::tuple<Parts...> view() const {
    return std::apply([](const auto&... own) { return std::tuple<Parts...>(own.view()...); }, parts);
  }
};
template <class Label>
struct batch_buffer<basic_labelled_batch<Label>> : basic_labelled_batch_buffer<Label> {};

}  // namespace detail

/// Takes batches from `source.next()` in a thread of its own, at most `capacity` ahead of the consumer. The batches and their order
/// are those of the source, with memory of their own; an exception in the source reaches the consumer in its place in that order. TF-Slim's prefetch_queue.
/// `Source` may be a reference; until this object is gone nobody else may use the source.
template <class Source>
class prefetch_queue {
public:
  using batch_type = std::remove_cvref_t<decltype(std::declval<Source&>().next())>;

  /// Starts the thread. Throws slim::error if the capacity is not positive.
  explicit prefetch_queue(Source&& from, int batches_ahead = 8) : own(new state{std::forward<Source>(from), batches_ahead}) {
    static_assert(detail::can_be_kept<batch_type>,
                  "prefetch: this batch points at memory that its source fills again meanwhile: return vectors, arrays, a labelled_batch or a tuple of spans");
    own->worker();
  }

  /// The next batch, valid until the next call; after the end of the source a batch of size 0. Waits only if the source is slower
  /// than the consumer. Throws what the source has thrown.
  batch_type next() {
    const auto* const taken = own->worker().take();
    return taken == nullptr ? batch_type{} : batch_type(taken->view());
  }

  /// Makes the next batch the one numbered `step`, see `batches::seek`.
  void seek(std::int64_t step)
    requires requires(Source& of) { of.seek(step); }
  {
    own->running.reset();  // the source is used by one thread at a time
    own->source.seek(step);
    own->worker();
  }

  int batches_per_epoch() const
    requires requires(const Source& from) { from.batches_per_epoch(); }
  {
    return std::as_const(own->source).batches_per_epoch();
  }

  /// The share of the capacity that is ready, in 0 .. 1: near 0 if training waits for data.
  double fraction_full() const { return own->running ? own->running->fraction_full() : 0; }

private:
  using buffer = detail::batch_buffer<batch_type>;

  /// What the thread works on, where it stays when the queue is moved.
  struct state {
    Source source;
    int capacity;
    std::optional<ordered_workers<buffer>> running = {};

    ordered_workers<buffer>& worker() {
      if (running) return *running;
      const auto draw = [this](buffer& into) {
        const auto& batch = source.next();
        into.assign(batch);
        return !ends_input(batch);
      };
      return running.emplace(capacity, 1, draw, [](buffer&) {});
    }
  };

  std::unique_ptr<state> own;
};

/// prefetch(batches, depth): `depth` batches of any source with `next()` made ahead by a background thread. Refers to a named
/// source, keeps a temporary one.
template <class Source>
prefetch_queue<Source> prefetch(Source&& source, int depth = 8) {
  return prefetch_queue<Source>(std::forward<Source>(source), depth);
}

}  // namespace slim::data

#include "slim/core/end.hpp"
