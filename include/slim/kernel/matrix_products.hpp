#pragma once
#include "slim/core/begin.hpp"
// Products of many pairs of matrices that lie one behind the other.

#include "slim/kernel/matmul.hpp"

namespace slim::kernel::inline SLIM_LEVEL {

/// Which operand of a product is transposed.
enum class transposed : unsigned char { none, left, right };

/// c (rows × columns) = a · b for each of `count` pairs, over `inner`: a is rows × inner, or inner × rows where it is transposed, b inner × columns, or
/// columns × inner. Threads share the pairs, or where there are few of them each product.
template <class T>
void multiply_pairs(transposed which, long count, long rows, long inner, long columns, const T* a, const T* b, T* c, int threads) {
  const auto one = [&](long pair, int forked) {
    const T *const left = a + pair * rows * inner, *const right = b + pair * inner * columns;
    T* const result = c + pair * rows * columns;
    if (which == transposed::none) matmul<T>(rows, inner, columns, left, right, {}, result, {}, forked);
    else if (which == transposed::right) matmul_data_gradient<T>(rows, columns, inner, left, right, result, {}, forked);
    else matmul_weights_gradient<T>(inner, rows, columns, left, right, result, forked);
  };
  if (count < threads) {
    for (long pair = 0; pair < count; ++pair) one(pair, threads);
  } else {
    parallel_for(count, 2.0 * static_cast<double>(rows * inner) * static_cast<double>(columns), threads, [&](long pair) { one(pair, 1); });
  }
}

}  // namespace slim::kernel::inline SLIM_LEVEL

#include "slim/core/end.hpp"
