#pragma once
#include "slim/core/begin.hpp"
// Random orders, and places in them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "slim/core/error.hpp"
#include "slim/tensor/random.hpp"

namespace slim::data {

/// Puts the items into a random order, each of the possible ones equally likely (Fisher and Yates).
template <class Item>
void shuffle(std::span<Item> items, random_stream random) {
  for (std::size_t left = items.size(); left > 1; --left) {
    const std::size_t chosen = random.below(static_cast<std::uint32_t>(left));
    if (chosen != left - 1) std::swap(items[left - 1], items[chosen]);
  }
}

/// Throws slim::error unless `number` is a place in an order to go on from: what `seek` of every source does first.
inline void expect_place(const char* source, std::int64_t number) {
  if (number < 0) throw error{source, ": seek: expected 0 or a later place, found ", number, "; give the number of batches, or examples, that were taken"};
}

}  // namespace slim::data

#include "slim/core/end.hpp"
