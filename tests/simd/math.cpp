#include "slim/simd/math.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace simd = slim::simd;

namespace {

template <class T>
T hyperbolic_tangent(T x) {
  return simd::hyperbolic_tangent(simd::broadcast(x)).get(0);
}

}  // namespace

TEST_CASE_TEMPLATE("tanh: a few units in the last place everywhere, odd, at most 1", T, SLIM_TEST_SCALARS) {
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
  CHECK(std::isnan(static_cast<double>(hyperbolic_tangent(std::numeric_limits<T>::quiet_NaN()))));
  CHECK(hyperbolic_tangent(T(0)) == T(0));
  CHECK(std::signbit(static_cast<double>(hyperbolic_tangent(-T(0)))));
}

namespace {

/// The largest relative error of `word` against `exact` in double, over arguments from `least` to `most`, each in every lane.
template <class T, class Word, class Exact>
double worst_error(double least, double most, Word word, Exact exact) {
  double worst = 0;
  constexpr int steps = 4000;
  for (int i = 0; i <= steps; ++i) {
    const T argument = static_cast<T>(least + (most - least) * i / steps);
    const auto found = word(simd::broadcast(argument));
    const double expected = exact(static_cast<double>(argument));
    for (long lane = 0; lane < simd::width<T>; ++lane)
      worst = std::max(worst, std::abs(static_cast<double>(found.get(static_cast<std::size_t>(lane))) - expected) / std::max(std::abs(expected), 1e-30));
  }
  return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("exp, log, erf: a few units in the last place, and the limits", T, SLIM_TEST_SCALARS) {
  const double close = sizeof(T) == 4 ? 5e-7 : 2e-15;
  const double infinity = std::numeric_limits<double>::infinity();
  const auto of = [](auto word, double x) { return static_cast<double>(word(simd::broadcast(static_cast<T>(x))).get(0)); };
  const auto exponential = [](const auto& x) { return simd::exponential(x); };
  const auto logarithm = [](const auto& x) { return simd::logarithm(x); };
  const auto error_function = [](const auto& x) { return simd::error_function(x); };
  CHECK(worst_error<T>(-80, 80, exponential, [](double x) { return std::exp(x); }) < 40 * close);  // the argument's own rounding counts 80 times
  CHECK(worst_error<T>(-1, 1, exponential, [](double x) { return std::exp(x); }) < close);
  CHECK(worst_error<T>(1e-3, 1000, logarithm, [](double x) { return std::log(x); }) < close);
  CHECK(worst_error<T>(-4, -0.01, error_function, [](double x) { return std::erf(x); }) < 4 * close);
  CHECK(worst_error<T>(0.01, 4, error_function, [](double x) { return std::erf(x); }) < 4 * close);
  if constexpr (sizeof(T) == 4) {  // one unit in the last place, up to the largest, and down to the smallest number
    constexpr double unit = 0x1p-23;
    CHECK(worst_error<T>(-60, 88.72, exponential, [](double x) { return std::exp(x); }) < unit);
    for (const auto& [from, to] : {std::pair(1e-30, 1e-3), {1e-3, 0.9}, {1.1, 1e30}})
      CHECK(worst_error<T>(from, to, logarithm, [](double x) { return std::log(x); }) < unit);
    for (const double x : {88.7228, -87.4, -90.0, -95.5, -103.2})
      CHECK(of(exponential, x) == doctest::Approx(std::exp(static_cast<double>(static_cast<float>(x)))).epsilon(1e-6).scale(x < 0 ? 1e-39 : 1));
    CHECK(of(exponential, 88.8) == infinity);
    CHECK(of(exponential, -104.5) == 0);
  }
  CHECK(of(exponential, 0) == 1);
  CHECK(of(exponential, infinity) == infinity);
  CHECK(of(exponential, -infinity) == 0);
  CHECK(of(exponential, 2000) == infinity);
  CHECK(of(exponential, -2000) == 0);
  CHECK(std::isnan(of(exponential, NAN)));
  CHECK(of(logarithm, 1) == 0);
  for (const double small : {1e-37, 1e-40, 1e-44, 1e-307, 1e-310, 5e-324})
    if (static_cast<double>(static_cast<T>(small)) > 0)
      CHECK(of(logarithm, small) == doctest::Approx(std::log(static_cast<double>(static_cast<T>(small)))).epsilon(1e-6));
  CHECK(of(logarithm, 0) == -infinity);
  CHECK(of(logarithm, infinity) == infinity);
  CHECK(std::isnan(of(logarithm, -1)));
  CHECK(std::isnan(of(logarithm, NAN)));
  const auto logarithm_of_one_plus = [](const auto& x) { return simd::logarithm_of_one_plus(x); };
  for (const auto& [from, to] : {std::pair(-0.9, -0.1), {-0.1, -1e-9}, {-1e-9, 1e-9}, {1e-9, 0.1}, {0.1, 3.0}, {3.0, 1e6}})
    CHECK(worst_error<T>(from, to, logarithm_of_one_plus, [](double x) { return std::log1p(x); }) < close);
  CHECK(of(logarithm_of_one_plus, 0) == 0);
  CHECK(of(logarithm_of_one_plus, 1e-30) == static_cast<double>(static_cast<T>(1e-30)));
  CHECK(of(logarithm_of_one_plus, -1) == -infinity);
  CHECK(of(logarithm_of_one_plus, infinity) == infinity);
  CHECK(std::isnan(of(logarithm_of_one_plus, -2)));
  CHECK(std::isnan(of(logarithm_of_one_plus, NAN)));
  CHECK(of(error_function, 0) == 0);
  CHECK(of(error_function, 10) == 1);
  CHECK(of(error_function, -10) == -1);
  CHECK(of(error_function, infinity) == 1);
  CHECK(of(error_function, -infinity) == -1);
  CHECK(std::isnan(of(error_function, NAN)));
}

TEST_CASE_TEMPLATE("sin and cos: a few units in the last place; pow is the C library's", T, SLIM_TEST_SCALARS) {
  const double close = sizeof(T) == 4 ? 5e-7 : 2e-15;
  const auto sine = [](const auto& x) { return simd::sine(x); };
  const auto cosine = [](const auto& x) { return simd::cosine(x); };
  // Around their zeros the difference counts, elsewhere the relative one.
  const auto difference = [](const auto& word, double most, double (*exact)(double)) {
    double worst = 0;
    for (double x = -most; x <= most; x += most / 3001) {
      const T argument = static_cast<T>(x);
      worst = std::max(worst, std::abs(static_cast<double>(word(simd::broadcast(argument)).get(simd::width<T> - 1)) - exact(static_cast<double>(argument))));
    }
    return worst;
  };
  CHECK(worst_error<T>(0.01, 3, sine, [](double x) { return std::sin(x); }) < close);
  CHECK(worst_error<T>(-1.5, 1.5, cosine, [](double x) { return std::cos(x); }) < close);
  for (const double most : {7.0, 100.0, 3000.0}) {
    CHECK(difference(sine, most, [](double x) { return std::sin(x); }) < close);
    CHECK(difference(cosine, most, [](double x) { return std::cos(x); }) < close);
  }
  for (const double none : {static_cast<double>(NAN), HUGE_VAL, -HUGE_VAL}) {
    CHECK(std::isnan(static_cast<double>(sine(simd::broadcast(static_cast<T>(none))).get(0))));
    CHECK(std::isnan(static_cast<double>(cosine(simd::broadcast(static_cast<T>(none))).get(0))));
  }
  for (const double x : {-3.0, -0.5, 0.0, 0.3, 2.0, 40.0})
    for (const double y : {-2.0, -0.5, 0.0, 1.0, 2.5, 3.0}) {
      const T base = static_cast<T>(x), exponent = static_cast<T>(y);
      const double found = static_cast<double>(simd::power(simd::broadcast(base), simd::broadcast(exponent)).get(0));
      const double expected = static_cast<double>(static_cast<T>(std::pow(static_cast<double>(base), static_cast<double>(exponent))));
      CHECK((found == expected || (std::isnan(found) && std::isnan(expected))));
    }
}

TEST_CASE_TEMPLATE("iota counts lanes; uniform depends on key and element only, whatever the width", T, SLIM_TEST_SCALARS) {
  const auto counted = simd::iota<T>();
  constexpr std::uint32_t key = 12345, first = 1000;
  const auto drawn = simd::uniform<T>(key, first);
  for (long lane = 0; lane < simd::width<T>; ++lane) {
    CHECK(static_cast<double>(counted.get(static_cast<std::size_t>(lane))) == static_cast<double>(lane));
    const double expected = static_cast<double>(simd::mix((first + static_cast<std::uint32_t>(lane)) * 0x9E3779B9u ^ key) >> 8) / 16777216.0;
    CHECK(static_cast<double>(drawn.get(static_cast<std::size_t>(lane))) == expected);
  }
}

TEST_CASE_TEMPLATE("larger_or_none is the larger one, and what is not a number on either side", T, SLIM_TEST_SCALARS) {
  const auto of = [](double x, double y) {
    return static_cast<double>(simd::larger_or_none(simd::broadcast(static_cast<T>(x)), simd::broadcast(static_cast<T>(y))).get(0));
  };
  CHECK(of(1, 2) == 2);
  CHECK(of(2, 1) == 2);
  for (const double number : {-1.0, 0.0, static_cast<double>(INFINITY), static_cast<double>(-INFINITY)}) {
    CHECK(std::isnan(of(NAN, number)));
    CHECK(std::isnan(of(number, NAN)));
  }
}
