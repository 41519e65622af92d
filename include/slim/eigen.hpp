#pragma once
#include "slim/core/begin.hpp"
// Results and variables of a model in expressions of Eigen. Eigen matrices are batches, and take results, without this header.

#include <Eigen/Core>

#include "slim/tensor/matrix_view.hpp"

namespace slim {

/// The numbers of a view as an Eigen map, a vector when it has one column: as_eigen(net.variable<"fc/weights">()).setZero().
template <class T, long Columns, long Rows>
auto as_eigen(const matrix_view<T, Columns, Rows>& view) {
  using matrix = Eigen::Matrix<std::remove_const_t<T>, static_cast<int>(Rows), static_cast<int>(Columns), Columns == 1 ? Eigen::ColMajor : Eigen::RowMajor>;
  return Eigen::Map<std::conditional_t<std::is_const_v<T>, const matrix, matrix>>(view.data(), view.rows(), view.cols());
}

}  // namespace slim

#include "slim/core/end.hpp"
