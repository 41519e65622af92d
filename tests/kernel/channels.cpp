#include "slim/kernel/channels.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("copy_channels moves one range of channels and leaves the others alone", T, SLIM_TEST_SCALARS) {
  const long rows = 3000, from = 70, to = 90, from_first = 3, to_first = 11, count = 61;
  const auto source = values<T>(rows * from, 1), before = values<T>(rows * to, 2);
  auto expected = before;
  for (long row = 0; row < rows; ++row)
    for (long c = 0; c < count; ++c)
      expected[static_cast<std::size_t>(row * to + to_first + c)] = source[static_cast<std::size_t>(row * from + from_first + c)];
  for (int threads = 1; threads <= 3; ++threads) {
    auto destination = before;
    copy_channels(rows, source.data(), from, from_first, destination.data(), to, to_first, count, threads);
    CHECK(destination == expected);
  }
}
