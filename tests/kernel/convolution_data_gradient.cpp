#include "slim/kernel/convolution_data_gradient.hpp"

#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("data gradient equals its definition, for every thread count, and finishes each element once", T, SLIM_TEST_SCALARS) {
  for (const convolution_case& c : convolution_cases) {
    CAPTURE(&c - convolution_cases);
    const auto dy = values<T>(output_size(c), 3), weights = values<T>(weights_size(c), 2);
    std::vector<double> expected(static_cast<std::size_t>(input_size(c)));
    for_each_product(c, [&](auto in, auto w, auto out) { expected[in] += static_cast<double>(dy[out]) * static_cast<double>(weights[w]); });

    std::vector<T> first;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> dx(expected.size(), T(NAN));
      const recorder<T> calls(dx.data(), input_size(c) / c.geometry.input_channels, c.geometry.input_channels);
      convolution_data_gradient(c.geometry, c.batch, dy.data(), weights.data(), dx.data(), calls.hook(), threads);
      CHECK(distance(dx, expected) <= tolerance<T>);
      CHECK(calls.exact(dx));
      if (threads == 1) first = dx;
      CHECK(dx == first);
    }
  }
}
