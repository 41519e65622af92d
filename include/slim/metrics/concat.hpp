#pragma once
#include "slim/core/begin.hpp"
// All batches after each other. TF-Slim section 9.2.

#include <optional>
#include <vector>

#include "slim/metrics/matrix.hpp"
#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// Concatenation of all batches along `axis`, negative from the last; beyond `max_size` along it the rest is dropped. Batches are examples x values, axes 0 and
/// 1, or of any shape that update is told. Throws slim::error for an axis that they do not have, a negative size, or batches that differ along another axis.
class streaming_concat {
public:
  static constexpr const char* name = "streaming_concat";
  using view = Eigen::Map<const matrix, Eigen::Unaligned, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;

  explicit streaming_concat(int axis = 0, std::optional<long> max_size = {}) : asked(axis), limit(max_size) {
    if (max_size && *max_size < 0)
      throw error(std::string(name) + ": max_size: expected at least 0, found " + std::to_string(*max_size) + "; leave it out for no limit");
  }

  /// Both results are valid until the next update or reset.
  view update(const values& batch) {
    update(batch, {batch.rows(), batch.columns()});
    return value();
  }
  view value() const {
    if (extents.size() != 2) {
      if (!extents.empty())
        throw error(std::string(name) + ": value: expected batches of examples x values, found " + text_of(extents) + "; read numbers() and shape()");
      return view(nullptr, 0, 0, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(0, 1));
    }
    return view(kept.data(), extents[0], extents[1],
                along == 0 ? Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(inner, 1) : Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>(1, outer));
  }

  /// A batch of this shape, its numbers in row-major order.
  void update(const values& batch, const std::vector<long>& shape) {
    const long rank = static_cast<long>(shape.size()), axis = asked < 0 ? asked + rank : asked;
    if (axis < 0 || axis >= rank)
      throw error(std::string(name) + ": axis: expected one of " + std::to_string(rank) + ", -" + std::to_string(rank) + " to " + std::to_string(rank - 1) +
                  ", found " + std::to_string(asked) + "; the batch has the shape " + text_of(shape));
    long size = 1;
    for (const long extent : shape) size *= extent;
    if (size != batch.size())
      throw error(std::string(name) + ": values: expected " + std::to_string(size) + " numbers for the shape " + text_of(shape) + ", found " +
                  std::to_string(batch.size()) + "; give the shape of the whole batch");
    if (!extents.empty()) {
      std::vector<long> needed = extents;
      if (needed.size() == shape.size()) needed[static_cast<std::size_t>(axis)] = shape[static_cast<std::size_t>(axis)];
      if (needed != shape)
        throw error(std::string(name) + ": values: expected the shape " + text_of(needed) + " as before, found " + text_of(shape) +
                    "; only the extent along the axis may differ");
    } else {
      along = axis, extents = shape, extents[static_cast<std::size_t>(axis)] = 0;
      outer = inner = 1;
      for (long i = 0; i < rank; ++i) (i < axis ? outer : inner) *= i == axis ? 1 : shape[static_cast<std::size_t>(i)];
    }
    long& length = extents[static_cast<std::size_t>(axis)];
    const long count = shape[static_cast<std::size_t>(axis)], columns = batch.columns();
    for (long i = 0; i < count && !(limit && length >= *limit); ++i, ++length)
      for (long o = 0; o < outer; ++o)
        for (long n = 0, from = (o * count + i) * inner; n < inner; ++n, ++from) kept.push_back(batch(from / columns, from % columns));
  }
  /// The extents of all batches together; empty before the first.
  const std::vector<long>& shape() const { return extents; }
  /// All numbers in row-major order.
  std::vector<double> numbers() const {
    std::vector<double> all;
    const long length = extents.empty() ? 0 : extents[static_cast<std::size_t>(along)];
    for (long o = 0; o < outer; ++o)
      for (long i = 0; i < length; ++i)
        for (long n = 0; n < inner; ++n) all.push_back(kept[static_cast<std::size_t>((i * outer + o) * inner + n)]);
    return all;
  }

  void reset() {
    kept.clear();
    extents.clear();
  }

private:
  static std::string text_of(const std::vector<long>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
  }

  int asked;
  std::optional<long> limit;
  long along = 0, outer = 1, inner = 1;  // the axis; elements of the axes in front of it and behind it
  std::vector<long> extents;
  std::vector<double> kept;  // for each place along the axis all others
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
