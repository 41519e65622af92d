#pragma once
#include "slim/core/begin.hpp"
// How a source of batches says that it has come to its end.

#include <iterator>
#include <tuple>

namespace slim::data {

/// Whether a batch is the end of its source: its size is 0 or, where it has none, all its parts are empty.
template <class Batch>
constexpr bool ends_input(const Batch& batch) {
  constexpr auto empty = []<class... Parts>(const Parts&... parts) {
    if constexpr (sizeof...(Parts) > 0 && requires { (std::size(parts), ...); }) return (... && (std::size(parts) == 0));
    else return false;
  };
  if constexpr (requires { batch.size == 0; }) return batch.size == 0;
  else if constexpr (requires { batch.images, batch.labels; }) return empty(batch.images, batch.labels);
  else if constexpr (requires { std::tuple_size<Batch>::value; }) return std::apply(empty, batch);
  else return false;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
