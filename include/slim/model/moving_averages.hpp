#pragma once
#include "slim/core/begin.hpp"
// Exponential moving averages of all variables of a model. TF-Slim section 7.3.

#include <algorithm>
#include <cstdint>
#include <span>

#include "slim/kernel/parallel.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim::learning {

/// Shadow values beside the parameters of a model, those that are not trained included. Empty until it is given values to start from.
template <class T>
class moving_averages {
public:
  moving_averages() = default;
  explicit moving_averages(std::span<const T> start) : shadow(static_cast<long>(start.size())) { std::copy(start.begin(), start.end(), shadow.data()); }

  /// shadow ← shadow − (1 − d)·(shadow − value) with d = min(decay, (1 + step)/(10 + step)): `step` counts the updates of the values.
  void follow(std::span<const T> values, double decay, std::int64_t step, int threads) {
    const double young = (1.0 + static_cast<double>(step)) / (10.0 + static_cast<double>(step));
    const T rate = static_cast<T>(1 - (young < decay ? young : decay));
    constexpr long block = 8192;
    const long count = shadow.size();
    kernel::parallel_for((count + block - 1) / block, 4.0 * block, threads, [&](long task) {
      const long last = std::min((task + 1) * block, count);
      for (long i = task * block; i < last; ++i) shadow.data()[i] -= rate * (shadow.data()[i] - values[static_cast<std::size_t>(i)]);
    });
  }

  std::span<T> values() { return {shadow.data(), static_cast<std::size_t>(shadow.size())}; }
  std::span<const T> values() const { return {shadow.data(), static_cast<std::size_t>(shadow.size())}; }

private:
  aligned_buffer<T> shadow;
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
