#include "slim/kernel/small_matmul.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// Exactly as many elements as the matrix has, so that a read or write behind it is seen by the address sanitizer.
template <class T>
std::unique_ptr<T[]> exact(const std::vector<T>& from) {
  std::unique_ptr<T[]> copy(new T[from.size()]);
  std::copy(from.begin(), from.end(), copy.get());
  return copy;
}

template <class T, long Inner, long Columns>
void check(long rows) {
  INFO(rows << " x " << Inner << " x " << Columns);
  const auto a = values<T>(rows * Inner, 1), b = values<T>(Inner * Columns, 2), dc = values<T>(rows * Columns, 3);
  std::vector<double> c(dc.size()), da(a.size()), db(b.size());
  for (long r = 0; r < rows; ++r)
    for (long i = 0; i < Inner; ++i)
      for (long j = 0; j < Columns; ++j) {
        const auto ri = static_cast<std::size_t>(r * Inner + i), ij = static_cast<std::size_t>(i * Columns + j), rj = static_cast<std::size_t>(r * Columns + j);
        c[rj] += static_cast<double>(a[ri]) * static_cast<double>(b[ij]);
        da[ri] += static_cast<double>(dc[rj]) * static_cast<double>(b[ij]);
        db[ij] += static_cast<double>(a[ri]) * static_cast<double>(dc[rj]);
      }
  const auto own_a = exact(a), own_b = exact(b), own_dc = exact(dc);
  const auto found = [](long size, auto run) {
    std::unique_ptr<T[]> result(new T[static_cast<std::size_t>(size)]);
    std::fill_n(result.get(), size, T(NAN));
    run(result.get());
    return std::vector<T>(result.get(), result.get() + size);
  };
  CHECK(distance(found(rows * Columns, [&](T* to) { small_matmul<T, Inner, Columns>(rows, own_a.get(), own_b.get(), to); }), c) <= tolerance<T>);
  CHECK(distance(found(rows * Inner, [&](T* to) { small_matmul_data_gradient<T, Inner, Columns>(rows, own_dc.get(), own_b.get(), to); }), da) <= tolerance<T>);
  long done = 0;  // strips come one after the other
  const auto gradient = [&](T* to) {
    small_matmul_weights_gradient<T, Inner, Columns>(
        rows, own_a.get(), own_dc.get(), [&](long begin, long) { return to + begin * Columns; },
        [&](long begin, long end) {
          CHECK(begin == done);
          done = end;
        });
  };
  CHECK(distance(found(Inner * Columns, gradient), db) <= tolerance<T>);
  CHECK(done == Inner);
}

}  // namespace

TEST_CASE_TEMPLATE("small products equal their definition for every kind of row", T, SLIM_TEST_SCALARS) {
  for (long rows : {1, 2, 3, 4, 5, 6, 7, 8, 9, 17}) {
    check<T, 5, 3>(rows);
    check<T, 33, 10>(rows);
    check<T, 7, 67>(rows);
    if constexpr (std::is_floating_point_v<T>) {  // each shape is compiled: four more for each width would take half a minute
      check<T, 1, 1>(rows);
      check<T, 16, 32>(rows);
      check<T, 32, 4>(rows);
      check<T, 130, 40>(rows);
    }
  }
}
