#include "slim/kernel/matrix_products.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

struct matmul_case {
  long rows, inner, columns;
};

const matmul_case matmul_cases[] = {{1, 1, 1},    {1, 33, 17},   {2, 100, 10},   {3, 5, 200},     {5, 1300, 33}, {6, 17, 16},
                                    {7, 250, 70}, {9, 1100, 20}, {32, 310, 129}, {33, 64, 2500},  {67, 5, 31},   {130, 40, 3},
                                    {4, 3, 5000}, {32, 200, 10}, {1, 700, 1000}, {128, 1200, 65}, {600, 7, 9}};

/// visit(a index, b index, c index) for every product of c = a·b.
template <class Visit>
void for_each_product(const matmul_case& m, Visit visit) {
  for (long i = 0; i < m.rows; ++i)
    for (long e = 0; e < m.inner; ++e)
      for (long j = 0; j < m.columns; ++j)
        visit(static_cast<std::size_t>(i * m.inner + e), static_cast<std::size_t>(e * m.columns + j), static_cast<std::size_t>(i * m.columns + j));
}

template <class T>
std::vector<double> zeros(long size) {
  return std::vector<double>(static_cast<std::size_t>(size));
}

}  // namespace

TEST_CASE_TEMPLATE("matmul equals its definition, for every thread count, and finishes each element once", T, SLIM_TEST_SCALARS) {
  for (const matmul_case& m : matmul_cases) {
    CAPTURE(&m - matmul_cases);
    const auto a = values<T>(m.rows * m.inner, 1), b = values<T>(m.inner * m.columns, 2);
    auto expected = zeros<T>(m.rows * m.columns);
    for_each_product(m, [&](auto ia, auto ib, auto ic) { expected[ic] += static_cast<double>(a[ia]) * static_cast<double>(b[ib]); });

    std::vector<T> first;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> c(expected.size(), T(NAN));
      const recorder<T> calls(c.data(), m.rows, m.columns);
      matmul(m.rows, m.inner, m.columns, a.data(), b.data(), {}, c.data(), calls.hook(), threads);
      std::vector<T> packed(static_cast<std::size_t>(packed_matrix_elements<T>(m.inner, m.columns))), again(c.size());
      for (const long most : {m.rows, std::max(m.rows, few_rows), m.rows + few_rows}) {  // exactly, a few, many
        pack_matrix(most, m.inner, m.columns, b.data(), packed.data(), threads);
        matmul(m.rows, m.inner, m.columns, a.data(), b.data(), packed_matrix<T>{packed.data(), most}, again.data(), epilogue<T>{}, threads);
        CHECK(again == c);
      }
      CHECK(distance(c, expected) <= tolerance<T>);
      CHECK(calls.exact(c));
      if (threads == 1) first = c;
      CHECK(c == first);
    }
  }
}

TEST_CASE_TEMPLATE("matmul data gradient equals its definition, for every thread count, and finishes each element once", T, SLIM_TEST_SCALARS) {
  for (const matmul_case& m : matmul_cases) {
    CAPTURE(&m - matmul_cases);
    const auto dc = values<T>(m.rows * m.columns, 1), b = values<T>(m.inner * m.columns, 2);
    auto expected = zeros<T>(m.rows * m.inner);
    for_each_product(m, [&](auto ia, auto ib, auto ic) { expected[ia] += static_cast<double>(dc[ic]) * static_cast<double>(b[ib]); });

    std::vector<T> first;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> da(expected.size(), T(NAN));
      const recorder<T> calls(da.data(), m.rows, m.inner);
      matmul_data_gradient(m.rows, m.inner, m.columns, dc.data(), b.data(), da.data(), calls.hook(), threads);
      CHECK(distance(da, expected) <= tolerance<T>);
      CHECK(calls.exact(da));
      if (threads == 1) first = da;
      CHECK(da == first);
    }
  }
}

TEST_CASE_TEMPLATE("matmul weights gradient equals its definition, for every thread count", T, SLIM_TEST_SCALARS) {
  for (const matmul_case& m : matmul_cases) {
    CAPTURE(&m - matmul_cases);
    const auto a = values<T>(m.rows * m.inner, 1), dc = values<T>(m.rows * m.columns, 2);
    auto expected = zeros<T>(m.inner * m.columns);
    for_each_product(m, [&](auto ia, auto ib, auto ic) { expected[ib] += static_cast<double>(a[ia]) * static_cast<double>(dc[ic]); });

    std::vector<T> first;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> db(expected.size(), T(NAN));
      matmul_weights_gradient(m.rows, m.inner, m.columns, a.data(), dc.data(), db.data(), threads);
      CHECK(distance(db, expected) <= tolerance<T>);
      if (threads == 1) first = db;
      CHECK(db == first);
    }
  }
}

TEST_CASE_TEMPLATE("products of pairs equal their definition, for every thread count", T, float, double) {
  for (const matmul_case& m : {matmul_case{7, 3, 5}, {20, 17, 33}, {1, 64, 9}})
    for (const long count : {1L, 2L, 40L})
      for (const transposed which : {transposed::none, transposed::left, transposed::right}) {
        const auto a = values<T>(count * m.rows * m.inner, 1), b = values<T>(count * m.inner * m.columns, 2);
        auto expected = zeros<T>(count * m.rows * m.columns);
        for (long p = 0; p < count; ++p)
          for (long i = 0; i < m.rows; ++i)
            for (long e = 0; e < m.inner; ++e)
              for (long j = 0; j < m.columns; ++j) {
                const long left = which == transposed::left ? e * m.rows + i : i * m.inner + e,
                           right = which == transposed::right ? j * m.inner + e : e * m.columns + j;
                expected[static_cast<std::size_t>((p * m.rows + i) * m.columns + j)] +=
                    static_cast<double>(a[static_cast<std::size_t>(p * m.rows * m.inner + left)]) *
                    static_cast<double>(b[static_cast<std::size_t>(p * m.inner * m.columns + right)]);
              }
        std::vector<T> first;
        for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
          std::vector<T> c(expected.size(), T(NAN));
          multiply_pairs(which, count, m.rows, m.inner, m.columns, a.data(), b.data(), c.data(), threads);
          CHECK(distance(c, expected) <= tolerance<T>);
          if (threads == 1) first = c;
          CHECK(c == first);
        }
      }
}
