#include "slim/kernel/average_pool.hpp"
#include "slim/kernel/resize_bilinear.hpp"

#include "tests/kernel/pool_cases.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

TEST_CASE_TEMPLATE("average pool divides by the number of real cells, forward and backward", T, SLIM_TEST_SCALARS) {
  for (const pool_case& c : pool_cases) {
    CAPTURE(&c - pool_cases);
    const auto x = values<T>(input_size(c), 1), dy = values<T>(output_size(c), 2);
    std::vector<double> expected(dy.size()), expected_gradient(x.size());
    for_each_window(c, [&](auto out, const auto& cells) {
      for (auto cell : cells) {
        expected[out] += static_cast<double>(x[cell]) / static_cast<double>(cells.size());
        expected_gradient[cell] += static_cast<double>(dy[out]) / static_cast<double>(cells.size());
      }
    });
    std::vector<T> first, first_gradient;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> y(expected.size(), T(NAN)), dx(expected_gradient.size(), T(NAN));
      const recorder<T> calls(y.data(), output_size(c) / c.geometry.channels, c.geometry.channels);
      average_pool(c.geometry, c.batch, x.data(), y.data(), calls.hook(), threads);
      CHECK(distance(y, expected) <= tolerance<T>);
      CHECK(calls.exact(y));
      const recorder<T> gradient_calls(dx.data(), input_size(c) / c.geometry.channels, c.geometry.channels);
      average_pool_gradient(c.geometry, c.batch, dy.data(), dx.data(), gradient_calls.hook(), threads);
      CHECK(distance(dx, expected_gradient) <= tolerance<T>);
      CHECK(gradient_calls.exact(dx));
      if (threads == 1) first = y, first_gradient = dx;
      CHECK(y == first);
      CHECK(dx == first_gradient);
    }
  }
}

TEST_CASE_TEMPLATE("an image of another size interpolates between pixels at the centres or corners of their cells; each pixel gathers its gradient", T,
                   SLIM_TEST_SCALARS) {
  const resize_geometry cases[] = {{3, 4, 6, 8, 1},        {5, 3, 15, 12, 17},      {7, 9, 4, 5, 3},        {1, 1, 3, 2, 33},
                                   {4, 6, 4, 1, 5},        {2, 2, 64, 64, 2},       {3, 4, 6, 8, 1, false}, {5, 3, 15, 12, 17, false},
                                   {7, 9, 4, 5, 3, false}, {1, 1, 3, 2, 33, false}, {4, 6, 4, 1, 5, false}};
  for (const resize_geometry& g : cases) {
    CAPTURE(&g - cases);
    constexpr long batch = 2;
    const auto x = values<T>(batch * g.input_height * g.input_width * g.channels, 1), dy = values<T>(batch * g.output_height * g.output_width * g.channels, 2);
    std::vector<double> expected(dy.size()), expected_gradient(x.size());
    // Cell i of an axis has the part max(0, 1 − |centre − i|), and what would lie outside goes to the border.
    const auto part = [&](long element, long cell, int input, int output) {
      const double offset = g.half_pixel_centers ? 0.5 : 0.0;
      const double centre = std::clamp((static_cast<double>(element) + offset) * input / output - offset, 0.0, input - 1.0);
      return std::max(0.0, 1 - std::abs(centre - static_cast<double>(cell)));
    };
    for (long e = 0; e < batch; ++e)
      for (long i = 0; i < g.output_height; ++i)
        for (long j = 0; j < g.output_width; ++j)
          for (long h = 0; h < g.input_height; ++h)
            for (long w = 0; w < g.input_width; ++w)
              for (long c = 0; c < g.channels; ++c) {
                const double share = part(i, h, g.input_height, g.output_height) * part(j, w, g.input_width, g.output_width);
                const auto out = static_cast<std::size_t>(((e * g.output_height + i) * g.output_width + j) * g.channels + c);
                const auto in = static_cast<std::size_t>(((e * g.input_height + h) * g.input_width + w) * g.channels + c);
                expected[out] += share * static_cast<double>(x[in]), expected_gradient[in] += share * static_cast<double>(dy[out]);
              }
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> y(expected.size(), T(NAN)), dx(expected_gradient.size(), T(NAN));
      const recorder<T> calls(y.data(), static_cast<long>(y.size()) / g.channels, g.channels),
          gradient_calls(dx.data(), static_cast<long>(dx.size()) / g.channels, g.channels);
      resize_bilinear(g, batch, x.data(), y.data(), calls.hook(), threads);
      resize_bilinear_gradient(g, batch, dy.data(), dx.data(), gradient_calls.hook(), threads);
      CHECK(distance(y, expected) <= tolerance<T>);
      CHECK(distance(dx, expected_gradient) <= tolerance<T>);
      CHECK(calls.exact(y));
      CHECK(gradient_calls.exact(dx));
    }
  }
}
