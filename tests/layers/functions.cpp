// Functions of tensors against plain loops.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

template <class T>
std::vector<T> numbers(long count, std::uint32_t sequence) {
  return laws::numbers<T>(count, sequence);
}

/// Element [i, j, k] of example e.
template <class T>
struct reading {
  const T* data;
  slim::shape s;
  T operator()(long e, long i, long j, long k) const { return data[((e * s[0] + i) * s[1] + j) * s[2] + k]; }
};

/// Every element of a found tensor is what `expected(e, i, j, k)` says.
template <class T, class Found>
void check_elements(const Found& found, long batch, const slim::shape& s, const std::function<T(long, long, long, long)>& expected, double tolerance = 0) {
  const reading<T> at{found.data(), s};
  REQUIRE(static_cast<long>(found.size()) == batch * s.size());
  int wrong = 0;
  for (long e = 0; e < batch; ++e)
    for (long i = 0; i < s[0]; ++i)
      for (long j = 0; j < s[1]; ++j)
        for (long k = 0; k < s[2]; ++k) {
          const double a = static_cast<double>(at(e, i, j, k)), b = static_cast<double>(expected(e, i, j, k));
          wrong += !(std::abs(a - b) <= tolerance * (1 + std::abs(b)));
        }
  CHECK(wrong == 0);
}

constexpr auto moved = [](tensor x) {  // [3, 5, 4]
  const auto [first, second] = split(x, {2, 3}, 1);
  const auto thirds = unstack<3>(x);
  const tensor shared = tile(slice(x, {1, 0, 2}, {1, -1, 2}), {2, 1, 3});
  const tensor table = concat({variable(x, "table", {1, 5, 4}, zeros), x}, 0);
  return outputs(slice(x, {1, 2, 1}, {2, -1, 3}), pad(x, {{1, 0}, {0, 2}, {3, 1}}, 0.5), concat({second, first}, -2), stack({thirds[2], thirds[0]}, 1), shared, table,
                 concat(split<2>(x, -1), 0), squeeze(expand_dims(slice(x, {0, 4, 0}, {3, 1, 4}), -1), {1}), reshape(x, {5, -1, 2}));
};

template <class T>
void check_moved(long batch) {
  model<moved, input<3, 5, 4>, precision<T>> m{seed(1), capacity(7), 2};
  const auto given = numbers<T>(60 * batch, 3);
  m.predict(given);
  const reading<T> x{given.data(), {3, 5, 4}};
  check_elements<T>(m.template output<0>(), batch, {2, 3, 3}, [&](long e, long i, long j, long k) { return x(e, i + 1, j + 2, k + 1); });
  check_elements<T>(m.template output<1>(), batch, {4, 7, 8}, [&](long e, long i, long j, long k) {
    const bool inside = i >= 1 && j < 5 && k >= 3 && k < 7;
    return inside ? x(e, i - 1, j, k - 3) : T(0.5);
  });
  check_elements<T>(m.template output<2>(), batch, {3, 5, 4}, [&](long e, long i, long j, long k) { return x(e, i, (j + 2) % 5, k); });
  check_elements<T>(m.template output<3>(), batch, {5, 2, 4}, [&](long e, long i, long j, long k) { return x(e, j == 0 ? 2 : 0, i, k); });
  check_elements<T>(m.template output<4>(), batch, {2, 5, 6}, [&](long e, long, long j, long k) { return x(e, 1, j, 2 + k % 2); });
  check_elements<T>(m.template output<5>(), batch, {4, 5, 4}, [&](long e, long i, long j, long k) { return i == 0 ? T(0) : x(e, i - 1, j, k); });
  check_elements<T>(m.template output<6>(), batch, {6, 5, 2}, [&](long e, long i, long j, long k) { return x(e, i % 3, j, i / 3 * 2 + k); });
  check_elements<T>(m.template output<7>(), batch, {3, 4, 1}, [&](long e, long i, long j, long) { return x(e, i, 4, j); });
  check_elements<T>(m.template output<8>(), batch, {60, 1, 1}, [&](long e, long i, long, long) { return given[static_cast<std::size_t>(e * 60 + i)]; });
}
}  // namespace

TEST_CASE("slice, pad, concat, split, stack, unstack, tile, squeeze, expand_dims, reshape") {
  for (const long batch : {1, 5, 7}) {
    check_moved<float>(batch);
    check_moved<double>(batch);
  }
}
