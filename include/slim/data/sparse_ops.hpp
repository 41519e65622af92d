#pragma once
#include "slim/core/begin.hpp"
// Between dense and sparse items. TF-Slim sections 2.8 (dense_to_sparse) and 11.4.

#include <algorithm>

#include "slim/data/item.hpp"

namespace slim::data {

namespace detail {

inline const item& expect_dense(const char* function, const item& given) {
  if (given.is_sparse()) throw error(std::string(function) + ": expected a dense item, found a sparse one; see to_dense");
  return given;
}

/// Calls visit(flat place, value) for each value that is not `ignored`; without one 0 and "" are.
template <class Visit>
void for_each_used(const item& dense, const std::optional<scalar>& ignored, Visit visit) {
  std::visit(
      [&](const auto& values) {
        using value_type = typename std::decay_t<decltype(values)>::value_type;
        const value_type hole = ignored ? convert<value_type>(*ignored) : value_type();
        for (std::size_t i = 0; i < values.size(); ++i)
          if (values[i] != hole) visit(static_cast<std::int64_t>(i), values[i]);
      },
      dense.values);
}

}  // namespace detail

/// All values of a dense item that are not `eos_token`, with their places.
inline item dense_to_sparse(const item& dense, const std::optional<scalar>& eos_token = {}) {
  detail::expect_dense("dense_to_sparse", dense);
  item result{dense.shape, detail::no_values(dense.type()), std::vector<std::int64_t>()};
  const std::size_t rank = dense.shape.size();
  detail::for_each_used(dense, eos_token, [&](std::int64_t flat, const auto& value) {
    std::get<std::vector<std::decay_t<decltype(value)>>>(result.values).push_back(value);
    result.indices->resize(result.indices->size() + rank);
    for (std::size_t back = 1; back <= rank; ++back) {
      const std::int64_t extent = dense.shape[rank - back];
      *(result.indices->end() - static_cast<std::ptrdiff_t>(back)) = flat % extent;
      flat /= extent;
    }
  });
  return result;
}

/// Rows of indicators [..., classes] → for each row the numbers of its classes that are not `ignore_value`, packed to the left: a sparse item
/// [..., most classes of a row] of int64.
inline item indicators_to_sparse_ids(const item& indicators, const std::optional<scalar>& ignore_value = {}) {
  detail::expect_dense("indicators_to_sparse_ids", indicators);
  if (indicators.shape.empty()) throw error("indicators_to_sparse_ids: expected rows of indicators, found a single value; give them an axis of classes");
  item result = dense_to_sparse(indicators, ignore_value);
  const std::size_t rank = result.shape.size(), count = result.indices->size() / rank;
  std::vector<std::int64_t> ids(count);
  std::int64_t most = 0, in_row = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = result.indices->begin() + static_cast<std::ptrdiff_t>(i * rank), last = at + static_cast<std::ptrdiff_t>(rank) - 1;
    in_row = i > 0 && std::equal(at, last, at - static_cast<std::ptrdiff_t>(rank)) ? in_row + 1 : 0;
    ids[i] = *last;
    *last = in_row;
    most = std::max(most, in_row + 1);
  }
  result.values = std::move(ids);
  result.shape.back() = most;
  return result;
}

/// For each index on `row_axis` the highest used index on `col_axis` and one more; 0 where nothing is used. Throws slim::error for places outside of the
/// shape and axes that are not there.
inline std::vector<std::int64_t> sparse_row_envelope(const item& sparse, int row_axis = 0, int col_axis = 1) {
  const int rank = static_cast<int>(sparse.shape.size());
  if (!sparse.is_sparse()) throw error("sparse_row_envelope: expected a sparse item, found a dense one; see dense_to_sparse");
  for (const int axis : {row_axis, col_axis})
    if (axis < 0 || axis >= rank)
      throw error("sparse_row_envelope: expected axes from 0 to " + std::to_string(rank - 1) + ", found " + std::to_string(axis) + "; check the shape");
  detail::flat_places(sparse);  // throws for places outside
  std::vector<std::int64_t> envelope(static_cast<std::size_t>(detail::size_of({sparse.shape[static_cast<std::size_t>(row_axis)]})));
  for (std::size_t i = 0; i < static_cast<std::size_t>(sparse.size()); ++i) {
    const std::int64_t* const at = sparse.indices->data() + i * sparse.shape.size();
    std::int64_t& end = envelope[static_cast<std::size_t>(at[row_axis])];
    end = std::max(end, at[col_axis] + 1);
  }
  return envelope;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
