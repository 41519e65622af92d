#pragma once
#include "slim/core/begin.hpp"
// A sequence in an order that is random within a window.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/shuffle.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data {

/// TensorFlow's RandomShuffleQueue made repeatable: each item is drawn from the next `min_after_dequeue` + 1 items of the source, all
/// equally likely, so that after the draw as many as promised remain; at the end of the source the rest is drawn.
/// `source.next()` returns an optional, empty at the end. The order is a function of (seed, stream) alone.
template <class Source>
class shuffling_queue {
public:
  using item_type = typename std::remove_cvref_t<decltype(std::declval<Source&>().next())>::value_type;

  /// Throws slim::error if min_after_dequeue is negative.
  shuffling_queue(Source&& from, int min_after_dequeue, std::uint64_t shuffle_seed, std::uint64_t stream = 0)
      : source(std::forward<Source>(from)), remaining(static_cast<std::size_t>(min_after_dequeue)), start(shuffle_seed, 0, stream) {
    if (min_after_dequeue < 0) {
      throw error("shuffling_queue: min_after_dequeue: expected at least 0, found " + std::to_string(min_after_dequeue) + "; choose how many items to mix");
    }
    random = start;
  }

  std::optional<item_type> next() {
    while (!ended && window.size() <= remaining) {
      if (auto item = source.next()) {
        window.push_back(std::move(*item));
      } else {
        ended = true;
      }
    }
    if (window.empty()) return std::nullopt;
    item_type& chosen = window[random.below(static_cast<std::uint32_t>(window.size()))];
    std::optional<item_type> drawn(std::move(chosen));
    if (&chosen != &window.back()) chosen = std::move(window.back());
    window.pop_back();
    return drawn;
  }

  /// Makes the next item the one numbered `position`, counted from 0. Draws all items before it again.
  void seek(std::int64_t position) {
    expect_place("shuffling_queue", position);
    source.seek(0);
    window.clear();
    ended = false;
    random = start;
    for (std::int64_t i = 0; i < position && next(); ++i) {}
  }

private:
  Source source;
  std::size_t remaining;
  random_stream start, random;
  std::vector<item_type> window;
  bool ended = false;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
