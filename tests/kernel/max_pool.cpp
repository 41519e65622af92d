#include "slim/kernel/max_pool.hpp"

#include "tests/kernel/pool_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// Few distinct values, so that windows have equal maxima.
template<class T>
std::vector<T> ties(long size) {
  auto result = values<T>(size, 1);
  for (T& value : result) value = static_cast<T>(std::floor(static_cast<double>(value) * 3));
  return result;
}

}  // namespace

TEST_CASE_TEMPLATE("max pool takes the largest real cell", T, SLIM_TEST_SCALARS) {
  for (const pool_case& c : pool_cases) {
    CAPTURE(&c - pool_cases);
    const auto x = ties<T>(input_size(c));
    std::vector<T> expected(static_cast<std::size_t>(output_size(c)));
    for_each_window(c, [&](auto out, const auto& cells) {
      T largest = x[cells[0]];
      for (auto cell : cells) largest = std::max(largest, x[cell]);
      expected[out] = largest;
    });
    for (int threads = 1; threads <= 3; ++threads) {
      std::vector<T> y(expected.size(), T(NAN));
      const recorder<T> calls(y.data(), output_size(c) / c.geometry.channels, c.geometry.channels);
      max_pool(c.geometry, c.batch, x.data(), y.data(), calls.hook(), threads);
      CHECK(y == expected);
      CHECK(calls.exact(y));
    }
  }
}

TEST_CASE_TEMPLATE("max pool gradient goes to the first maximum and adds up over overlapping windows", T, SLIM_TEST_SCALARS) {
  for (const pool_case& c : pool_cases) {
    CAPTURE(&c - pool_cases);
    const auto x = ties<T>(input_size(c)), dy = values<T>(output_size(c), 2);
    std::vector<T> y(dy.size()), first;
    std::vector<double> expected(x.size());
    for_each_window(c, [&](auto out, const auto& cells) {
      auto best = cells[0];
      for (auto cell : cells) best = x[cell] > x[best] ? cell : best;
      y[out] = x[best];
      expected[best] += static_cast<double>(dy[out]);
    });
    for (int threads = 1; threads <= 3; ++threads) {
      std::vector<T> dx(expected.size(), T(NAN));
      const recorder<T> calls(dx.data(), input_size(c) / c.geometry.channels, c.geometry.channels);
      max_pool_gradient(c.geometry, c.batch, x.data(), y.data(), dy.data(), dx.data(), calls.hook(), threads);
      CHECK(distance(dx, expected) <= tolerance<T>);
      CHECK(calls.exact(dx));
      if (threads == 1) first = dx;
      CHECK(dx == first);
    }
  }
}
