#pragma once
// Shared by the kernel tests: deterministic data, a relative RMS distance, and a recorder that checks the epilogue contract.

#include "slim/kernel/epilogue.hpp"

#include <atomic>
#include <cmath>
#include <cstdint>
#include <vector>

namespace slim::kernel::test {

/// `size` values in [-1, 1) that depend on `seed` only.
template <class T>
std::vector<T> values(long size, unsigned seed) {
  std::vector<T> result(static_cast<std::size_t>(size));
  std::uint64_t state = 0x9e3779b97f4a7c15u * (seed + 1);
  for (T& value : result) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<T>(static_cast<double>(state >> 40) / 8388608.0 - 1.0);
  }
  return result;
}

/// √(Σ(found − expected)² / Σ expected²); infinite when something is not a number.
template <class T>
double distance(const std::vector<T>& found, const std::vector<double>& expected) {
  double error = 0, norm = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double difference = static_cast<double>(found[i]) - expected[i];
    error += difference * difference;
    norm += expected[i] * expected[i];
  }
  const double result = norm > 0 ? std::sqrt(error / norm) : error;
  return std::isnan(result) || found.size() != expected.size() ? HUGE_VAL : result;
}

/// Largest `distance` allowed for a kernel in `T`.
template <class T>
inline constexpr double tolerance = sizeof(T) == 4 ? 1e-6 : 5e-15;

/// An epilogue that counts its calls per element and keeps what it found there.
template <class T>
struct recorder {
  const T* result;
  long rows, columns;
  std::vector<std::atomic<int>> calls;
  std::vector<T> seen;
  std::atomic<bool> outside{false};

  recorder(const T* of, long height, long width)
      : result(of), rows(height), columns(width), calls(static_cast<std::size_t>(height * width)), seen(calls.size()) {}

  epilogue<T> hook() const { return {&record, this}; }

  static void record(const void* context, long row_begin, long row_end, long column_begin, long column_end) {
    auto& self = *static_cast<recorder*>(const_cast<void*>(context));
    if (row_begin < 0 || row_end > self.rows || column_begin < 0 || column_end > self.columns) {
      self.outside = true;
      return;
    }
    for (long row = row_begin; row < row_end; ++row)
      for (long column = column_begin; column < column_end; ++column) {
        const auto at = static_cast<std::size_t>(row * self.columns + column);
        ++self.calls[at];
        self.seen[at] = self.result[at];
      }
  }

  /// Every element exactly once, in range, and complete at the time of the call.
  bool exact(const std::vector<T>& finished) const {
    for (const auto& count : calls)
      if (count != 1) return false;
    return !outside && seen == finished;
  }
};

}  // namespace slim::kernel::test
