#include "slim/kernel/box.hpp"
#include "slim/kernel/channels.hpp"
#include "slim/kernel/gather.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("copy_channels moves one range of channels and leaves the others alone", T, SLIM_TEST_SCALARS) {
  const long rows = 3000, from = 70, to = 90, from_first = 3, to_first = 11, count = 61;
  const auto source = values<T>(rows * from, 1), before = values<T>(rows * to, 2);
  auto expected = before;
  for (long row = 0; row < rows; ++row)
    for (long c = 0; c < count; ++c)
      expected[static_cast<std::size_t>(row * to + to_first + c)] = source[static_cast<std::size_t>(row * from + from_first + c)];
  for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
    auto destination = before;
    copy_channels(rows, source.data(), from, from_first, destination.data(), to, to_first, count, threads);
    CHECK(destination == expected);
  }
}

TEST_CASE_TEMPLATE("copy_box cuts a box out, and puts one into a larger one", T, float, double) {
  struct {
    slim::shape source, result, first;
  } const cases[] = {{{3, 7, 2, 5}, {2, 7, 1, 5}, {1, 0, 1, 0}},
                     {{3, 7, 2, 5}, {3, 4, 2, 2}, {0, 3, 0, 2}},
                     {{3, 2, 2, 1}, {5, 2, 4, 3}, {-2, 0, -1, -1}},
                     {{4, 5}, {4, 9}, {0, -3}},
                     {{4, 3}, {6, 3}, {-1, 0}},
                     {{6}, {6}, {0}},
                     {{3, 4}, {4, 3}, {-1, 2}}};
  for (const auto& c : cases)
    for (const long examples : {1L, 3L, 200L}) {
      const auto x = values<T>(examples * c.source.size(), 1);
      std::vector<T> expected;
      for (long i = 0; i < examples * c.result.size(); ++i) {
        long rest = i, from = 0, stride = 1;
        bool inside = true;
        for (int axis = c.source.rank - 1; axis >= 0; --axis) {
          const long at = rest % c.result[axis] + c.first[axis];
          inside = inside && at >= 0 && at < c.source[axis];
          from += at * stride, stride *= c.source[axis], rest /= c.result[axis];
        }
        expected.push_back(inside ? x[static_cast<std::size_t>(from + rest * stride)] : T(7));
      }
      for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
        auto y = values<T>(examples * c.result.size(), 2);
        copy_box(box_geometry_of(examples, c.source, c.result, c.first), T(7), x.data(), y.data(), threads);
        CHECK(y == expected);
      }
    }
}

TEST_CASE_TEMPLATE("rows are gathered and added by their numbers, in order, for every thread count", T, float, double) {
  for (const long width : {1L, 3L, 70L, 2500L})
    for (const long count : {1L, 13L, 4000L}) {
      if (width * count > 1000000) continue;
      const long rows = 11;
      const auto table = values<T>(rows * width, 1), dy = values<T>(count * width, 2);
      std::vector<T> ids, gathered, added(static_cast<std::size_t>(rows * width));
      for (long i = 0; i < count; ++i) {
        const long row = i * i % rows;
        ids.push_back(static_cast<T>(row));
        for (long k = 0; k < width; ++k) {
          gathered.push_back(table[static_cast<std::size_t>(row * width + k)]);
          added[static_cast<std::size_t>(row * width + k)] += dy[static_cast<std::size_t>(i * width + k)];
        }
      }
      for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
        auto y = values<T>(count * width, 3), sums = values<T>(rows * width, 4);
        gather_rows(count, rows, width, table.data(), ids.data(), T(-1), y.data(), threads);
        scatter_add_rows(count, rows, width, dy.data(), ids.data(), sums.data(), threads);
        CHECK(y == gathered);
        CHECK(sums == added);
      }
      for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
        std::vector<std::int32_t> scratch(static_cast<std::size_t>(row_sum_workspace(count)));
        std::vector<T> sums(static_cast<std::size_t>(rows * width));
        std::vector<int> calls(static_cast<std::size_t>(rows * width));
        for_each_row_sum(count, rows, width, dy.data(), ids.data(), scratch.data(), threads, [&](long i, long row, long first, long last, const T* sum) {
          for (long k = first; k < last; ++k)
            sums[static_cast<std::size_t>(row * width + k)] = sum[k - first], ++calls[static_cast<std::size_t>(row * width + k)];
          if (std::find(ids.begin(), ids.end(), static_cast<T>(row)) - ids.begin() != i) calls[static_cast<std::size_t>(row * width)] = -1;
        });
        CHECK(sums == added);
        for (long k = 0; k < rows * width; ++k)
          CHECK(calls[static_cast<std::size_t>(k)] == (std::find(ids.begin(), ids.end(), static_cast<T>(k / width)) != ids.end()));
      }
      ids[0] = T(11);  // there is no such row: nothing is read or written outside
      std::vector<T> y(static_cast<std::size_t>(count * width)), sums(static_cast<std::size_t>(rows * width));
      gather_rows(count, rows, width, table.data(), ids.data(), T(-1), y.data(), 1);
      std::vector<std::int32_t> scratch(static_cast<std::size_t>(row_sum_workspace(count)));
      for_each_row_sum(count, rows, width, dy.data(), ids.data(), scratch.data(), 1,
                       [&](long i, long row, long, long, const T*) { CHECK((i > 0 && row < rows)); });
      scatter_add_rows(count, rows, width, dy.data(), ids.data(), sums.data(), 1);
      CHECK(y[0] == T(-1));
      CHECK((count > 1 || sums == std::vector<T>(static_cast<std::size_t>(rows * width))));
    }
}
