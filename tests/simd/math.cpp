#include "slim/simd/math.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace simd = slim::simd;

namespace {

template<class T>
T hyperbolic_tangent(T x) { return simd::hyperbolic_tangent<T>(simd::broadcast(x)).get(0); }

}  // namespace

TEST_CASE_TEMPLATE("tanh: a few units in the last place everywhere, odd, at most 1", T, float, double) {
  double worst = 0;
  for (double x = 1e-30; x < 30; x *= 1.0007) {
    const T argument = static_cast<T>(x), found = hyperbolic_tangent(argument);
    const double expected = std::tanh(static_cast<double>(argument));
    worst = std::max(worst, std::abs(static_cast<double>(found) - expected) / expected);
    if (!(found <= T(1)) || hyperbolic_tangent(-argument) != -found) FAIL_CHECK(x);
  }
  CHECK(worst < (sizeof(T) == 4 ? 4e-7 : 1e-15));
  CHECK(hyperbolic_tangent(std::numeric_limits<T>::infinity()) == T(1));
  CHECK(hyperbolic_tangent(-std::numeric_limits<T>::infinity()) == T(-1));
  CHECK(std::isnan(hyperbolic_tangent(std::numeric_limits<T>::quiet_NaN())));
  CHECK(hyperbolic_tangent(T(0)) == T(0));
  CHECK(std::signbit(hyperbolic_tangent(-T(0))));
}
