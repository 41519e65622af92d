#pragma once
#include "slim/core/begin.hpp"
// The matrix type in which metrics return tables.

#include <Eigen/Core>

namespace slim::metrics {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace slim::metrics

#include "slim/core/end.hpp"
