#include "slim/kernel/convolution_weights_gradient.hpp"

#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

template <class T>
void check_weights_gradient(const convolution_case& c) {
  const auto x = values<T>(input_size(c), 1), dy = values<T>(output_size(c), 3);
  std::vector<double> expected(static_cast<std::size_t>(weights_size(c)));
  for_each_product(c, [&](auto in, auto w, auto out) { expected[w] += static_cast<double>(x[in]) * static_cast<double>(dy[out]); });

  std::vector<T> first;
  for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
    std::vector<T> dweights(expected.size(), T(NAN));
    convolution_weights_gradient(c.geometry, c.batch, x.data(), dy.data(), dweights.data(), threads);
    CHECK(distance(dweights, expected) <= tolerance<T>);
    if (threads == 1) first = dweights;
    CHECK(dweights == first);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("weights gradient equals its definition, for every thread count", T, SLIM_TEST_SCALARS) {
  for (const convolution_case& c : convolution_cases) {
    CAPTURE(&c - convolution_cases);
    check_weights_gradient<T>(c);
  }
}

TEST_CASE_TEMPLATE("the few weights of a first layer are summed in parts over many pixels", T, SLIM_TEST_SCALARS) {
  check_weights_gradient<T>({convolution_of(28, 28, 1, 5, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1), 9});
  check_weights_gradient<T>({convolution_of(60, 61, 3, 2, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1), 4});
}
