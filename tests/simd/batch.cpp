#include "slim/simd/batch.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace simd = slim::simd;

TEST_CASE_TEMPLATE("partial load and store touch exactly the first lanes", T, float, double) {
  for (long count = 0; count <= simd::width<T>; ++count) {
    std::vector<T> source(static_cast<std::size_t>(count)), destination(source.size() + 1, T(-7));
    for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<T>(i + 1);
    const auto value = simd::load_first(source.data(), count, T(9));
    for (long lane = 0; lane < simd::width<T>; ++lane)
      CHECK(value.get(static_cast<std::size_t>(lane)) == (lane < count ? static_cast<T>(lane + 1) : T(9)));
    simd::store_first(destination.data(), value, count);
    for (std::size_t i = 0; i < source.size(); ++i) CHECK(destination[i] == source[i]);
    CHECK(destination.back() == T(-7));
  }
}

TEST_CASE_TEMPLATE("reductions and multiply_add", T, float, double) {
  std::vector<T> lanes(static_cast<std::size_t>(simd::width<T>));
  T expected_sum{};
  for (std::size_t i = 0; i < lanes.size(); ++i) expected_sum += lanes[i] = static_cast<T>(i * i % 5) - 7;
  const auto value = simd::load(lanes.data());
  CHECK(simd::sum(value) == expected_sum);
  CHECK(simd::maximum(value) == (simd::width<T> > 2 ? T(-3) : T(-6)));
  CHECK(simd::multiply_add(value, simd::broadcast(T(2)), simd::broadcast(T(3))).get(0) == T(-11));
}

TEST_CASE_TEMPLATE("stretches cover a range in order, the tail last", T, float, double) {
  for (long size = 0; size <= 3 * simd::width<T> + 1; ++size) {
    long next = 0;
    simd::for_each_stretch<T>(size, [&](long position, long count) {
      CHECK(position == next);
      CHECK((count == simd::width<T> || position + count == size));
      next += count;
    });
    CHECK(next == size);
  }
}
