#pragma once
#include "slim/core/begin.hpp"
// The label or prediction ids of each example, as sets.

#include <algorithm>
#include <type_traits>
#include <vector>

#include "slim/metrics/values.hpp"

namespace slim::metrics {

/// A view of id sets: a table with the same number of ids for each example, or a vector of vectors for different numbers (TF-Slim's dense and
/// sparse labels). An id below 0 or beyond the classes never matches, but counts as a label. Valid as long as what it was made from.
class label_sets {
public:
  template <class Dense>
    requires std::is_convertible_v<const Dense&, values>
  label_sets(const Dense& table) : dense(table), count(dense.rows()) {}

  template <class Id, class A, class B>
    requires std::is_integral_v<Id>
  label_sets(const std::vector<std::vector<Id, A>, B>& rows) : dense(0), ragged(&rows), count(static_cast<long>(rows.size())) {
    read = [](const void* all, long row, std::vector<long>& ids) {
      const auto& chosen = (*static_cast<const std::vector<std::vector<Id, A>, B>*>(all))[static_cast<std::size_t>(row)];
      ids.assign(chosen.begin(), chosen.end());
    };
  }

  long rows() const { return count; }

  /// Throws slim::error for a table with an id that is no whole number.
  void check(const char* metric, const values& weight) const {
    if (ragged == nullptr) check_whole_ids(metric, dense, weight);
  }

  /// Puts the different ids of example `row` into `ids`, sorted.
  void set_of(long row, std::vector<long>& ids) const {
    ordered(row, ids);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  }

  /// Puts the ids of example `row` into `ids` as they are given.
  void ordered(long row, std::vector<long>& ids) const {
    if (ragged != nullptr) return read(ragged, row, ids);
    ids.clear();
    for (long j = 0; j < dense.columns(); ++j) {
      const double id = dense(row, j);
      ids.push_back(id >= 0 && id < 0x1p53 ? static_cast<long>(id) : -1);
    }
  }

private:
  values dense;
  const void* ragged = nullptr;
  long count;
  void (*read)(const void*, long, std::vector<long>&) = nullptr;
};

}  // namespace slim::metrics

#include "slim/core/end.hpp"
