#pragma once
#include "slim/core/begin.hpp"
// Which examples of a batch one of several processes works on.

#include <cstddef>
#include <string>

#include "slim/core/error.hpp"

namespace slim::data {

/// Part `index` of `count` parts of every batch: {train_op.others().rank(), train_op.others().size()}.
struct batch_shard {
  int index = 0, count = 1;

  /// Examples [first, first + size) of a batch. A step needs an example: a part without one has the first of the batch, and `counted` is 0 then, else −1: all
  /// count.
  struct part {
    std::size_t first, size;
    int counted;
  };
  constexpr part of(std::size_t examples) const {
    const std::size_t i = static_cast<std::size_t>(index), n = static_cast<std::size_t>(count), first = examples * i / n, size = examples * (i + 1) / n - first;
    return size > 0 ? part{first, size, -1} : part{0, 1, 0};
  }
  /// Throws slim::error unless there is such a part.
  void check(const char* where) const {
    if (count < 1 || index < 0 || index >= count)
      throw error(std::string(where) + ": shard: expected one of at least 1, counted from 0, found " + std::to_string(index) + " of " + std::to_string(count) +
                  "; give the rank and the number of ranks");
  }
};

}  // namespace slim::data

#include "slim/core/end.hpp"
