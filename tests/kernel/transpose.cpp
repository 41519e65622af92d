#include "slim/kernel/transpose.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("transpose puts each element where its axes say", T, float, double) {
  const slim::shape source{3, 7, 2, 5, 2};
  const slim::shape orders[] = {{0, 1, 2, 3, 4}, {3, 2, 1, 0, 4}, {1, 3, 4, 0, 2}, {4, 2, 0, 3, 1}};
  for (const slim::shape& axes : orders)
    for (const long examples : {1L, 4L, 90L}) {
      const auto x = values<T>(examples * source.size(), 1);
      auto expected = x;
      long next = 0;
      int at[5]{};
      for (long e = 0; e < examples; ++e)
        for (at[axes[0]] = 0; at[axes[0]] < source[axes[0]]; ++at[axes[0]])
          for (at[axes[1]] = 0; at[axes[1]] < source[axes[1]]; ++at[axes[1]])
            for (at[axes[2]] = 0; at[axes[2]] < source[axes[2]]; ++at[axes[2]])
              for (at[axes[3]] = 0; at[axes[3]] < source[axes[3]]; ++at[axes[3]])
                for (at[axes[4]] = 0; at[axes[4]] < source[axes[4]]; ++at[axes[4]])
                  expected[static_cast<std::size_t>(next++)] =
                      x[static_cast<std::size_t>(((((e * 3 + at[0]) * 7 + at[1]) * 2 + at[2]) * 5 + at[3]) * 2 + at[4])];
      for (int threads = 1; threads <= 2; ++threads) {
        auto y = values<T>(examples * source.size(), 2);
        transpose(transpose_geometry_of(source, axes), examples, x.data(), y.data(), threads);
        CHECK(y == expected);
      }
    }
}

TEST_CASE("transpose: five axes, axes of one element, axes that stay together") {
  const slim::shape sources[] = {{2, 3, 2, 4, 3}, {2, 1, 3, 1, 4}, {1, 1}, {5}};
  const slim::shape orders[][2] = {{{4, 1, 3, 0, 2}, {2, 3, 4, 0, 1}}, {{3, 2, 1, 0, 4}, {1, 4, 0, 3, 2}}, {{1, 0}, {0, 1}}, {{0}, {0}}};
  for (int c = 0; c < 4; ++c)
    for (const slim::shape& axes : orders[c]) {
      const slim::shape& source = sources[c];
      const long examples = 3, size = source.size();
      const auto x = values<float>(examples * size, 1);
      std::vector<float> y(x.size());
      transpose(transpose_geometry_of(source, axes), examples, x.data(), y.data(), 2);
      long wrong = 0;
      for (long i = 0; i < examples * size; ++i) {
        long rest = i % size, at[5]{}, from = 0;
        for (int axis = axes.rank - 1; axis >= 0; --axis) at[axes[axis]] = rest % source[axes[axis]], rest /= source[axes[axis]];
        for (int axis = 0; axis < source.rank; ++axis) from = from * source[axis] + at[axis];
        wrong += y[static_cast<std::size_t>(i)] != x[static_cast<std::size_t>(i / size * size + from)];
      }
      CHECK(wrong == 0);
    }
}
