#pragma once
#include "slim/core/begin.hpp"
// Extents of arrays from counts that are int, as all counts of the library are, without a conversion that -Wsign-conversion finds.

#include <cstddef>

namespace slim {

/// The extent of an array for `count` items, at least one: an empty array is not possible.
constexpr std::size_t room_for(long count) { return count > 0 ? static_cast<std::size_t>(count) : 1; }

}  // namespace slim

#include "slim/core/end.hpp"
