#pragma once
#include "slim/core/begin.hpp"
// Random orders.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

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

}  // namespace slim::data

#include "slim/core/end.hpp"
