#pragma once
#include "slim/core/begin.hpp"
// Sorting by a number: compiled once for whatever is sorted, where std::stable_sort is compiled again for each type that it moves.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace slim {

/// The positions of `keys` from the lowest key to the highest; of equal ones the first comes first.
inline std::vector<std::size_t> stable_order(const std::vector<std::int64_t>& keys) {
  std::vector<std::pair<std::int64_t, std::size_t>> pairs;
  for (const std::int64_t key : keys) pairs.emplace_back(key, pairs.size());
  std::sort(pairs.begin(), pairs.end());
  std::vector<std::size_t> order;
  for (const auto& pair : pairs) order.push_back(pair.second);
  return order;
}

}  // namespace slim

#include "slim/core/end.hpp"
