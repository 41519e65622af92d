#include "slim/kernel/depthwise_convolution.hpp"

#include "tests/kernel/convolution_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

/// The windows of the convolution tests with as many outputs for each channel as `multiplier` says.
convolution_case depthwise(convolution_case c, int multiplier) {
  c.geometry.output_channels = c.geometry.input_channels * multiplier;
  return c;
}

/// Calls visit(x index, weights index, y index) for every product: the definition of all three kernels.
template <class Visit>
void for_each_depthwise_product(const convolution_case& c, Visit visit) {
  const auto& g = c.geometry;
  const long multiplier = g.output_channels / g.input_channels;
  for_each_tap(c, [&](long cell, long tap, long pixel) {
    for (long o = 0; o < g.output_channels; ++o)
      visit(static_cast<std::size_t>(cell * g.input_channels + o / multiplier), static_cast<std::size_t>(tap * g.output_channels + o),
            static_cast<std::size_t>(pixel * g.output_channels + o));
  });
}

}  // namespace

TEST_CASE_TEMPLATE("depthwise convolution and its gradients equal the definition, for every thread count", T, SLIM_TEST_SCALARS) {
  for (const convolution_case& window : convolution_cases)
    for (const int multiplier : {1, 2, 5}) {
      const convolution_case c = depthwise(window, multiplier);
      const convolution_geometry& g = c.geometry;
      CAPTURE(&window - convolution_cases);
      CAPTURE(multiplier);
      const auto x = values<T>(input_size(c), 1), weights = values<T>(static_cast<long>(g.kernel_height) * g.kernel_width * g.output_channels, 2),
                 dy = values<T>(output_size(c), 3);
      std::vector<double> y_expected(dy.size()), dx_expected(x.size()), dweights_expected(weights.size());
      for_each_depthwise_product(c, [&](auto in, auto w, auto out) {
        y_expected[out] += static_cast<double>(x[in]) * static_cast<double>(weights[w]);
        dx_expected[in] += static_cast<double>(dy[out]) * static_cast<double>(weights[w]);
        dweights_expected[w] += static_cast<double>(x[in]) * static_cast<double>(dy[out]);
      });
      std::vector<T> first_y, first_dx, first_dweights;
      for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
        std::vector<T> y(dy.size(), T(NAN)), dx(x.size(), T(NAN)), dweights(weights.size(), T(NAN));
        const recorder<T> y_calls(y.data(), output_size(c) / g.output_channels, g.output_channels),
            dx_calls(dx.data(), input_size(c) / g.input_channels, g.input_channels);
        depthwise_convolution(g, c.batch, x.data(), weights.data(), y.data(), y_calls.hook(), threads);
        depthwise_convolution_data_gradient(g, c.batch, dy.data(), weights.data(), dx.data(), dx_calls.hook(), threads);
        depthwise_convolution_weights_gradient(g, c.batch, x.data(), dy.data(), dweights.data(), threads);
        CHECK(distance(y, y_expected) <= tolerance<T>);
        CHECK(distance(dx, dx_expected) <= tolerance<T>);
        CHECK(distance(dweights, dweights_expected) <= tolerance<T>);
        CHECK(y_calls.exact(y));
        CHECK(dx_calls.exact(dx));
        if (threads == 1) first_y = y, first_dx = dx, first_dweights = dweights;
        CHECK(y == first_y);
        CHECK(dx == first_dx);
        CHECK(dweights == first_dweights);
      }
    }
}
