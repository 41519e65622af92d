#include "slim/kernel/matmul_weights_gradient.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("a weights gradient in pieces covers each element once and equals its definition, for every thread count", T, SLIM_TEST_SCALARS) {
  struct product {
    long rows, inner, columns;
  };
  for (const product& m : {product{1, 1, 1},
                           {1, 700, 333},
                           {3, 50, 4100},
                           {4, 129, 64},
                           {5, 17, 16},
                           {16, 33, 1000},
                           {17, 128, 130},
                           {40, 512, 65},
                           {600, 70, 90},
                           {1100, 8, 700}}) {
    CAPTURE(m.rows);
    const auto a = values<T>(m.rows * m.inner, 1), dc = values<T>(m.rows * m.columns, 2);
    std::vector<double> expected(static_cast<std::size_t>(m.inner * m.columns));
    for (long n = 0; n < m.rows; ++n)
      for (long i = 0; i < m.inner; ++i)
        for (long j = 0; j < m.columns; ++j)
          expected[static_cast<std::size_t>(i * m.columns + j)] +=
              static_cast<double>(a[static_cast<std::size_t>(n * m.inner + i)]) * static_cast<double>(dc[static_cast<std::size_t>(n * m.columns + j)]);
    std::vector<T> first;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> gradient(expected.size(), T(NAN));
      std::vector<int> visits(expected.size()), announcements(expected.size());
      const auto announce = [&](long row, long column, long columns) {
        for (long c = column; c < column + columns; ++c) ++announcements.at(static_cast<std::size_t>(row * m.columns + c));
      };
      matmul_weights_gradient_in_pieces<T>(m.rows, m.inner, m.columns, a.data(), dc.data(), threads, announce,
                                           [&](const T* piece, long distance, long row, long last_row, long column, long last_column) {
                                             for (long r = row; r < last_row; ++r)
                                               for (long c = column; c < last_column; ++c) {
                                                 const auto at = static_cast<std::size_t>(r * m.columns + c);
                                                 gradient[at] = piece[(r - row) * distance + c - column];
                                                 ++visits[at];
                                               }
                                           });
      CHECK(std::all_of(visits.begin(), visits.end(), [](int count) { return count == 1; }));
      // Few rows leave no time to prefetch in.
      CHECK(std::all_of(announcements.begin(), announcements.end(), [&](int count) { return count == (m.rows > few_rows); }));
      CHECK(distance(gradient, expected) <= tolerance<T>);
      if (threads == 1) first = gradient;
      CHECK(gradient == first);
    }
  }
}
