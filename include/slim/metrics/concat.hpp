#pragma once
#include "slim/core/begin.hpp"
// All batches after each other. TF-Slim section 9.2.

#include <optional>
#include <vector>

#include "slim/metrics/matrix.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// Concatenation of all batches along `axis` (0: examples, 1: values); beyond `max_size` along it the rest is dropped.
/// Throws slim::error for another axis, a negative size, or batches that differ along the other axis.
class streaming_concat {
public:
  static constexpr const char* name = "streaming_concat";
  using view = Eigen::Map<const matrix, Eigen::Unaligned, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;

  explicit streaming_concat(int axis = 0, std::optional<long> max_size = {}) : along(axis), limit(max_size) {
    if (axis != 0 && axis != 1)
      throw error(std::string(name) + ": axis: expected 0 (examples) or 1 (values), found " + std::to_string(axis) + "; choose one of them");
    if (max_size && *max_size < 0)
      throw error(std::string(name) + ": max_size: expected at least 0, found " + std::to_string(*max_size) + "; leave it out for no limit");
  }

  /// Both results are valid until the next update or reset.
  view update(const values& batch) {
    const long count = along == 0 ? batch.rows() : batch.columns(), across = along == 0 ? batch.columns() : batch.rows();
    if (length > 0 && across != width)
      throw error(std::string(name) + ": values: expected " + std::to_string(width) + (along == 0 ? " columns" : " rows") + " as before, found " +
                  std::to_string(across) + "; only the extent along the axis may differ");
    if (length == 0) width = across;
    for (long i = 0; i < count && !(limit && length >= *limit); ++i, ++length)
      for (long j = 0; j < across; ++j) kept.push_back(along == 0 ? batch(i, j) : batch(j, i));
    return value();
  }
  view value() const {
    if (along == 0) return view(kept.data(), length, width, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(width, 1));
    return view(kept.data(), width, length, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(1, width));
  }
  void reset() {
    kept.clear();
    length = width = 0;
  }

private:
  int along;
  std::optional<long> limit;
  long length = 0, width = 0;  // along and across the axis
  std::vector<double> kept;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
