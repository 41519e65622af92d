#include "slim/simd/batch.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace simd = slim::simd;

namespace {

/// Numbers of both signs, some of them equal for different seeds, none zero.
template <class T>
std::vector<T> some_lanes(int seed) {
  std::vector<T> lanes(static_cast<std::size_t>(simd::width<T>));
  for (std::size_t i = 0; i < lanes.size(); ++i) lanes[i] = static_cast<T>(static_cast<double>((static_cast<int>(i) * seed * 7 + seed) % 11) - 5.25);
  return lanes;
}

}  // namespace

TEST_CASE_TEMPLATE("partial load and store touch exactly the first lanes", T, SLIM_TEST_SCALARS) {
  for (long count = 0; count <= simd::width<T>; ++count) {
    std::vector<T> source(static_cast<std::size_t>(count)), destination(source.size() + 1, T(-7));
    for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<T>(i + 1);
    const auto value = simd::load_first(source.data(), count, T(9));
    for (long lane = 0; lane < simd::width<T>; ++lane) CHECK(value.get(static_cast<std::size_t>(lane)) == (lane < count ? static_cast<T>(lane + 1) : T(9)));
    simd::store_first(destination.data(), value, count);
    for (std::size_t i = 0; i < source.size(); ++i) CHECK(destination[i] == source[i]);
    CHECK(destination.back() == T(-7));
  }
}

TEST_CASE_TEMPLATE("arithmetic and comparisons go lane by lane", T, SLIM_TEST_SCALARS) {
  const auto x = some_lanes<T>(1), y = some_lanes<T>(2), z = some_lanes<T>(3);
  const auto a = simd::load(x.data()), b = simd::load(y.data()), c = simd::load(z.data());
  const auto check = [&](const simd::batch<T>& found, auto expected) {
    std::vector<T> lanes(x.size());
    simd::store(lanes.data(), found);
    for (std::size_t i = 0; i < lanes.size(); ++i)
      CHECK(static_cast<double>(lanes[i]) ==
            doctest::Approx(expected(static_cast<double>(x[i]), static_cast<double>(y[i]), static_cast<double>(z[i]))).epsilon(1e-6));
  };
  check(a + b, [](double p, double q, double) { return p + q; });
  check(a - b, [](double p, double q, double) { return p - q; });
  check(a * b, [](double p, double q, double) { return p * q; });
  check(simd::quotient(a, b), [](double p, double q, double) { return p / q; });
  check(-a, [](double p, double, double) { return -p; });
  check(simd::multiply_add(a, b, c), [](double p, double q, double r) { return p * q + r; });
  check(simd::maximum(a, b), [](double p, double q, double) { return p > q ? p : q; });
  check(simd::minimum(a, b), [](double p, double q, double) { return p < q ? p : q; });
  check(simd::choose(a > b, a, c), [](double p, double q, double r) { return p > q ? p : r; });
  check(simd::choose(a == b, a, c), [](double p, double q, double r) { return p == q ? p : r; });
  check(simd::broadcast(T(3)), [](double, double, double) { return 3.0; });
  check(simd::absolute(a), [](double p, double, double) { return std::abs(p); });
  check(simd::round_down(a), [](double p, double, double) { return std::floor(p); });
  check(simd::square_root(simd::absolute(a)), [](double p, double, double) { return std::sqrt(std::abs(p)); });
  CHECK(static_cast<double>(simd::square_root(simd::broadcast(T(INFINITY))).get(0)) == INFINITY);
}

#if defined(__FMA__) || defined(__aarch64__)
TEST_CASE_TEMPLATE("multiply_add rounds once", T, float, double) {
  const T small = std::numeric_limits<T>::epsilon();
  CHECK(simd::multiply_add(simd::broadcast(T(1) + small), simd::broadcast(T(1) + small), simd::broadcast(-(T(1) + 2 * small))).get(0) == small * small);
}
#endif

TEST_CASE_TEMPLATE("sums and the largest of lanes; sums_of puts the sum of vector i into lane i", T, SLIM_TEST_SCALARS) {
  constexpr long width = simd::width<T>;
  simd::batch<T> vectors[width];
  double expected[width]{};
  for (long i = 0; i < width; ++i) {
    T lanes[width];
    double largest = -1e9;
    for (long k = 0; k < width; ++k) {
      const double number = static_cast<double>(i * 16 + (k * 5 + i) % 16 - 100);
      lanes[k] = static_cast<T>(number), expected[i] += number, largest = number > largest ? number : largest;
    }
    vectors[i] = simd::load(lanes);
    CHECK(static_cast<double>(simd::sum(vectors[i])) == expected[i]);
    CHECK(static_cast<double>(simd::maximum(vectors[i])) == largest);
  }
  const auto sums = simd::sums_of(vectors);
  for (long i = 0; i < width; ++i) CHECK(static_cast<double>(sums.get(static_cast<std::size_t>(i))) == expected[i]);
}

TEST_CASE_TEMPLATE("transpose puts lane j of vector i into lane i of vector j", T, SLIM_TEST_SCALARS) {
  constexpr long width = simd::width<T>;
  simd::batch<T> vectors[width];
  for (long i = 0; i < width; ++i) {
    T lanes[width];
    for (long j = 0; j < width; ++j) lanes[j] = static_cast<T>(static_cast<double>(i * width + j));
    vectors[i] = simd::load(lanes);
  }
  simd::transpose(vectors);
  for (long i = 0; i < width; ++i)
    for (long j = 0; j < width; ++j) CHECK(static_cast<double>(vectors[j].get(static_cast<std::size_t>(i))) == static_cast<double>(i * width + j));
}

TEST_CASE_TEMPLATE("stretches cover a range in order, the tail last", T, SLIM_TEST_SCALARS) {
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

TEST_CASE_TEMPLATE("parts cover a range in order, and load and store nothing behind it", T, SLIM_TEST_SCALARS) {
  for (long size = 0; size <= 3 * simd::width<T> + 1; ++size) {
    std::vector<T> from(static_cast<std::size_t>(size + simd::width<T>)), to(from.size(), T(-1));
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<T>(static_cast<int>(i));
    long next = 0;
    simd::for_each_part<T>(size, [&](long position, simd::part<T> lanes) {
      CHECK(position == next);
      CHECK((lanes.count == simd::width<T> || position + lanes.count == size));
      next += lanes.count;
      const auto values = simd::load(from.data() + position, lanes);
      CHECK(static_cast<double>(simd::sum(values)) ==
            static_cast<double>(lanes.count * position + lanes.count * (lanes.count - 1) / 2));  // zeros in the other lanes
      simd::store(to.data() + position, values, lanes);
    });
    CHECK(next == size);
    for (std::size_t i = 0; i < to.size(); ++i) CHECK(static_cast<double>(to[i]) == (static_cast<long>(i) < size ? static_cast<double>(i) : -1));
  }
}
