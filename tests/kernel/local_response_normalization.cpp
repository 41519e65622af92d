#include "slim/kernel/local_response_normalization.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

struct normalization_case {
  response_normalization parameters;
  long rows, channels;
};

const normalization_case normalization_cases[] = {
    {{5, 1.0, 1.0, 0.5}, 3, 1},        {{5, 1.0, 1e-4, 0.75}, 40, 33}, {{2, 2.0, 0.5, 0.75}, 7, 17},  {{0, 1.5, 0.3, 1.0}, 5, 64},
    {{300, 1.0, 0.01, 0.75}, 2, 1100}, {{40, 1.0, 0.1, 0.6}, 3, 20},   {{4, 1.0, 0.2, 0.75}, 70, 96},
};

}  // namespace

TEST_CASE_TEMPLATE("local response normalization and its gradient", T, SLIM_TEST_SCALARS) {
  for (const normalization_case& c : normalization_cases) {
    CAPTURE(&c - normalization_cases);
    const response_normalization& p = c.parameters;
    const auto x = values<T>(c.rows * c.channels, 1), dy = values<T>(c.rows * c.channels, 2);
    std::vector<double> expected(x.size()), expected_gradient(x.size());
    for (long row = 0; row < c.rows; ++row) {
      const auto at = [&](long channel) { return static_cast<std::size_t>(row * c.channels + channel); };
      const auto near = [&](long channel, auto visit) {
        for (long j = std::max(0L, channel - p.radius); j <= std::min(c.channels - 1, channel + p.radius); ++j) visit(at(j));
      };
      std::vector<double> scale(static_cast<std::size_t>(c.channels), p.bias);
      for (long j = 0; j < c.channels; ++j) {
        double& s = scale[static_cast<std::size_t>(j)];
        near(j, [&](auto i) { s += p.alpha * static_cast<double>(x[i]) * static_cast<double>(x[i]); });
        expected[at(j)] = static_cast<double>(x[at(j)]) * std::pow(s, -p.beta);
        expected_gradient[at(j)] += static_cast<double>(dy[at(j)]) * std::pow(s, -p.beta);
        near(j, [&](auto i) {
          expected_gradient[i] -=
              2 * p.alpha * p.beta * static_cast<double>(x[i]) * static_cast<double>(dy[at(j)]) * static_cast<double>(x[at(j)]) * std::pow(s, -p.beta - 1);
        });
      }
    }
    std::vector<T> first, first_gradient;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      std::vector<T> y(x.size(), T(NAN)), dx(x.size(), T(NAN));
      local_response_normalization(p, c.rows, c.channels, x.data(), y.data(), threads);
      local_response_normalization_gradient(p, c.rows, c.channels, x.data(), dy.data(), dx.data(), threads);
      CHECK(distance(y, expected) <= tolerance<T>);
      CHECK(distance(dx, expected_gradient) <= tolerance<T>);
      if (threads == 1) first = y, first_gradient = dx;
      CHECK(y == first);
      CHECK(dx == first_gradient);
    }
  }
}
