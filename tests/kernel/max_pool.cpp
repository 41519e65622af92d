#include "slim/kernel/max_pool.hpp"
#include "slim/kernel/reduce_max.hpp"

#include "tests/kernel/pool_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// Few distinct values, so that windows have equal maxima.
template <class T>
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
    std::vector<T> expected(static_cast<std::size_t>(output_size(c))), expected_cells(expected.size());
    for_each_window(c, [&](auto out, const auto& cells) {
      const auto largest = std::max_element(cells.begin(), cells.end(), [&](auto a, auto b) { return x[a] < x[b]; });
      expected[out] = x[*largest];
      expected_cells[out] = static_cast<T>(static_cast<double>(largest - cells.begin()));
    });
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> y(expected.size(), T(NAN));
      const recorder<T> calls(y.data(), output_size(c) / c.geometry.channels, c.geometry.channels);
      max_pool(c.geometry, c.batch, x.data(), y.data(), calls.hook(), threads);
      CHECK(y == expected);
      CHECK(calls.exact(y));
      std::vector<T> again(expected.size(), T(NAN)), cells(expected.size(), T(NAN));
      const recorder<T> other_calls(again.data(), output_size(c) / c.geometry.channels, c.geometry.channels);
      max_pool_with_cells(c.geometry, c.batch, x.data(), again.data(), cells.data(), other_calls.hook(), threads);
      CHECK(again == expected);
      CHECK(cells == expected_cells);
      CHECK(other_calls.exact(again));
    }
  }
}

TEST_CASE_TEMPLATE("max pool hands on what is not a number, wherever it stands in the window", T, SLIM_TEST_SCALARS) {
  for (const pool_case& c : pool_cases) {
    CAPTURE(&c - pool_cases);
    auto x = values<T>(input_size(c), 1);
    for (std::size_t i = 0; i < x.size(); i += 7) x[i] = T(NAN);
    std::vector<T> y(static_cast<std::size_t>(output_size(c))), again(y.size()), found(y.size());
    max_pool(c.geometry, c.batch, x.data(), y.data(), {}, 2);
    max_pool_with_cells(c.geometry, c.batch, x.data(), again.data(), found.data(), {}, 2);
    for_each_window(c, [&](auto out, const auto& cells) {
      const bool none = std::any_of(cells.begin(), cells.end(), [&](auto cell) { return std::isnan(static_cast<double>(x[cell])); });
      CHECK(std::isnan(static_cast<double>(y[out])) == none);
      CHECK(std::isnan(static_cast<double>(again[out])) == none);
      CHECK((found[out] == T(-1)) == none);  // no gradient goes there
    });
  }
}

TEST_CASE_TEMPLATE("max pool gradient goes to the first maximum and adds up over overlapping windows", T, SLIM_TEST_SCALARS) {
  for (const pool_case& c : pool_cases) {
    CAPTURE(&c - pool_cases);
    const auto x = ties<T>(input_size(c)), dy = values<T>(output_size(c), 2);
    std::vector<T> y(dy.size()), from(dy.size()), first;
    std::vector<double> expected(x.size());
    for_each_window(c, [&](auto out, const auto& cells) {
      auto best = cells[0];
      for (auto cell : cells) best = x[cell] > x[best] ? cell : best;
      expected[best] += static_cast<double>(dy[out]);
    });
    max_pool_with_cells(c.geometry, c.batch, x.data(), y.data(), from.data(), {}, 1);
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> dx(expected.size(), T(NAN));
      const recorder<T> calls(dx.data(), input_size(c) / c.geometry.channels, c.geometry.channels);
      max_pool_gradient(c.geometry, c.batch, from.data(), dy.data(), dx.data(), calls.hook(), threads);
      CHECK(distance(dx, expected) <= tolerance<T>);
      CHECK(calls.exact(dx));
      if (threads == 1) first = dx;
      CHECK(dx == first);
    }
  }
}

TEST_CASE_TEMPLATE("reduce_max takes the largest along an axis, and hands on what is not a number", T, SLIM_TEST_SCALARS) {
  struct {
    long outer, count, inner;
  } const cases[] = {{1, 1, 1}, {7, 3, 1}, {300, 37, 1}, {3, 5000, 1}, {4, 6, 5}, {2, 3, 67}, {500, 4, 3}};
  for (const auto& c : cases) {
    auto x = values<T>(c.outer * c.count * c.inner, 5);
    std::vector<T> expected;
    for (long o = 0; o < c.outer; ++o)
      for (long i = 0; i < c.inner; ++i) {
        T most = x[static_cast<std::size_t>(o * c.count * c.inner + i)];
        for (long k = 0; k < c.count; ++k) most = std::max(most, x[static_cast<std::size_t>((o * c.count + k) * c.inner + i)]);
        expected.push_back(most);
      }
    for (int threads = 1; threads <= 2; ++threads) {
      std::vector<T> y(expected.size());
      reduce_max(c.outer, c.count, c.inner, x.data(), y.data(), threads);
      CHECK(y == expected);
    }
    for (long place = 0; place < c.count; place += 1 + c.count / 9) {
      x = values<T>(c.outer * c.count * c.inner, 5);
      x[static_cast<std::size_t>(place * c.inner)] = std::numeric_limits<float>::quiet_NaN();
      std::vector<T> y(expected.size());
      reduce_max(c.outer, c.count, c.inner, x.data(), y.data(), 1);
      CHECK(std::isnan(static_cast<double>(y[0])));
    }
  }
}
