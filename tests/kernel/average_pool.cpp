#include "slim/kernel/average_pool.hpp"

#include "tests/kernel/pool_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("average pool divides by the number of real cells, forward and backward", T, SLIM_TEST_SCALARS) {
  for (const pool_case& c : pool_cases) {
    CAPTURE(&c - pool_cases);
    const auto x = values<T>(input_size(c), 1), dy = values<T>(output_size(c), 2);
    std::vector<double> expected(dy.size()), expected_gradient(x.size());
    for_each_window(c, [&](auto out, const auto& cells) {
      for (auto cell : cells) {
        expected[out] += static_cast<double>(x[cell]) / static_cast<double>(cells.size());
        expected_gradient[cell] += static_cast<double>(dy[out]) / static_cast<double>(cells.size());
      }
    });
    std::vector<T> first, first_gradient;
    for (int threads = 1; threads <= 3; ++threads) {
      std::vector<T> y(expected.size(), T(NAN)), dx(expected_gradient.size(), T(NAN));
      const recorder<T> calls(y.data(), output_size(c) / c.geometry.channels, c.geometry.channels);
      average_pool(c.geometry, c.batch, x.data(), y.data(), calls.hook(), threads);
      CHECK(distance(y, expected) <= tolerance<T>);
      CHECK(calls.exact(y));
      const recorder<T> gradient_calls(dx.data(), input_size(c) / c.geometry.channels, c.geometry.channels);
      average_pool_gradient(c.geometry, c.batch, dy.data(), dx.data(), gradient_calls.hook(), threads);
      CHECK(distance(dx, expected_gradient) <= tolerance<T>);
      CHECK(gradient_calls.exact(dx));
      if (threads == 1) first = y, first_gradient = dx;
      CHECK(y == first);
      CHECK(dx == first_gradient);
    }
  }
}
