#include "slim/kernel/moments.hpp"

#include "tests/kernel/reference.hpp"

#include "tests/simd/simulated.hpp"

#include <doctest/doctest.h>

using namespace slim::kernel;
using namespace slim::kernel::test;

namespace {

struct moments_case {
  long rows, width;
  double center;  // of all values, whose distances from it are below 1
};

const moments_case moments_cases[] = {{1, 1, 0},   {1, 19, 3},  {2, 8, 0},   {3, 5, -2},      {4, 33, 1},
                                      {17, 64, 0}, {127, 7, 5}, {128, 3, 0}, {1000, 40, 100}, {4999, 9, 1000}};

double largest(const std::vector<double>& differences) {
  double worst = 0;
  for (const double d : differences) worst = std::isnan(d) ? HUGE_VAL : std::max(worst, std::abs(d));
  return worst;
}

}  // namespace

TEST_CASE_TEMPLATE("moments: mean and biased variance of columns, also far from zero", T, SLIM_TEST_SCALARS) {
  for (const moments_case& c : moments_cases) {
    CAPTURE(&c - moments_cases);
    auto x = values<T>(c.rows * c.width, 8);
    for (T& value : x) value += static_cast<T>(c.center);
    std::vector<T> first_mean, first_variance;
    for (int threads = 1; threads <= slim::test::most_threads<T>; ++threads) {
      const auto width = static_cast<std::size_t>(c.width);
      std::vector<T> mean(width, T(NAN)), variance(width, T(NAN)), workspace(static_cast<std::size_t>(reduce_columns_workspace(c.width, 2)), T(NAN));
      moments<T>(c.rows, c.width, x.data(), mean.data(), variance.data(), workspace.data(), threads);
      std::vector<double> mean_differences, variance_differences;
      for (std::size_t column = 0; column < width; ++column) {
        double sum = 0, squares = 0;
        for (std::size_t i = column; i < x.size(); i += width) sum += static_cast<double>(x[i]);
        const double expected = sum / static_cast<double>(c.rows);
        for (std::size_t i = column; i < x.size(); i += width) squares += (static_cast<double>(x[i]) - expected) * (static_cast<double>(x[i]) - expected);
        mean_differences.push_back((static_cast<double>(mean[column]) - expected) / (1 + std::abs(c.center)));
        variance_differences.push_back((static_cast<double>(variance[column]) - squares / static_cast<double>(c.rows)) / (1 + std::abs(c.center)));
      }
      CHECK(largest(mean_differences) < tolerance<T>);
      CHECK(largest(variance_differences) < tolerance<T>);
      if (threads == 1) first_mean = mean, first_variance = variance;
      CHECK(mean == first_mean);
      CHECK(variance == first_variance);
    }
  }
}
