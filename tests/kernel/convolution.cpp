#include "slim/kernel/convolution.hpp"

#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("convolution equals its definition, for every thread count, and finishes each element once", T, SLIM_TEST_SCALARS) {
  for (const convolution_case& c : convolution_cases) {
    CAPTURE(&c - convolution_cases);
    const auto x = values<T>(input_size(c), 1), weights = values<T>(weights_size(c), 2);
    std::vector<double> expected(static_cast<std::size_t>(output_size(c)));
    for_each_product(c, [&](auto in, auto w, auto out) { expected[out] += static_cast<double>(x[in]) * static_cast<double>(weights[w]); });

    std::vector<T> first;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> y(expected.size(), T(NAN));
      const recorder<T> calls(y.data(), output_size(c) / c.geometry.output_channels, c.geometry.output_channels);
      convolution(c.geometry, c.batch, x.data(), weights.data(), static_cast<const T*>(nullptr), y.data(), calls.hook(), threads);
      std::vector<T> packed(static_cast<std::size_t>(packed_convolution_elements<T>(c.geometry)), T(NAN)), again(y.size());
      pack_convolution(c.geometry, weights.data(), packed.data(), threads);
      convolution(c.geometry, c.batch, x.data(), static_cast<const T*>(nullptr), packed.data(), again.data(), epilogue<T>{}, 4 - threads);
      CHECK(again == y);
      CHECK(distance(y, expected) <= tolerance<T>);
      CHECK(calls.exact(y));
      if (threads == 1) first = y;
      CHECK(y == first);
    }
  }
}
