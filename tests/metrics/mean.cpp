#include "slim/metrics/mean.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "slim/metrics/confusion_counts.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

TEST_CASE("streaming_mean: update returns the value after the batch, value changes nothing, reset starts again") {
  streaming_mean mean;
  CHECK(mean.value() == 0);
  CHECK(mean.update(numbers{1, 2, 3}) == 2);
  CHECK(mean.update(10) == 4);
  CHECK(mean.value() == 4);
  CHECK(mean.value() == 4);
  mean.reset();
  CHECK(mean.value() == 0);
  CHECK(mean.update(numbers{}) == 0);
}

TEST_CASE("streaming_mean: weights, and 0 masks even what is not a number") {
  streaming_mean mean;
  CHECK(mean.update(numbers{1, 5}, numbers{3, 1}) == 2);
  CHECK(mean.update(numbers{std::numeric_limits<double>::quiet_NaN(), 4}, numbers{0, 4}) == 3);
  CHECK(mean.update(numbers{7, 8}, 0) == 3);
}

TEST_CASE("streaming_mean: one weight per example for tables, and a refused batch leaves no trace") {
  streaming_mean mean;
  const numbers table{1, 2, 3, 10, 20, 30};
  CHECK(mean.update(values(table.data(), 2, 3), numbers{1, 0}) == 2);
  CHECK_THROWS_AS(mean.update(values(table.data(), 2, 3), numbers{1, 0, 1}), slim::error);
  CHECK(mean.value() == 2);
}

TEST_CASE("streaming_mean: single-precision numbers are added in double precision") {
  streaming_mean mean;
  const std::vector<float> million(1'000'000, 0.1f);
  for (int i = 0; i < 20; ++i) mean.update(million);
  CHECK(mean.value() == doctest::Approx(static_cast<double>(0.1f)).epsilon(1e-9));
}

TEST_CASE("streaming_mean_tensor averages each element") {
  streaming_mean_tensor mean(2, 2);
  CHECK(mean.value() == matrix::Zero(2, 2));
  const matrix first = (matrix(2, 2) << 1, 2, 3, 4).finished(), second = (matrix(2, 2) << 5, 6, 7, 8).finished();
  mean.update(first);
  CHECK(mean.update(second) == (matrix(2, 2) << 3, 4, 5, 6).finished());
  mean.reset();
  mean.update(first, numbers{1, 0});  // the second row has no weight yet
  CHECK(mean.value() == (matrix(2, 2) << 1, 2, 0, 0).finished());
  CHECK(mean.update(second, 3) == (matrix(2, 2) << 4, 5, 7, 8).finished());
  CHECK_THROWS_WITH_AS(mean.update(numbers{1, 2}),
                       "streaming_mean_tensor: values: expected the shape [2, 2], found [2, 1]; all batches have the shape given at construction", slim::error);
  CHECK_THROWS_WITH_AS(streaming_mean_tensor(-1), "streaming_mean_tensor: shape: expected 0 or more rows and columns, found -1 and 1; give that of a batch",
                       slim::error);
}

TEST_CASE("a weight that is NaN is no mask") {
  const numbers weights{std::numeric_limits<double>::quiet_NaN(), 1};
  CHECK(std::isnan(streaming_mean().update(numbers{5, 6}, weights)));
  CHECK(std::isnan(streaming_precision().update(numbers{1, 1}, numbers{1, 0}, weights)));
  CHECK(std::isnan(streaming_mean_tensor(1, 1).update(numbers{5}, weights[0])(0)));
}

TEST_CASE("streaming_count counts elements or their weights") {
  streaming_count seen;
  CHECK(seen.update(numbers{5, 6, 7}) == 3);
  CHECK(seen.update(numbers{5, 6}, numbers{0.5, 2}) == 5.5);
  CHECK(seen.update(matrix(matrix::Ones(2, 3)), numbers{2, 0}) == 11.5);
  seen.reset();
  CHECK(seen.value() == 0);
}

TEST_CASE("streaming_percentage_less is strict, also for single-precision numbers") {
  streaming_percentage_less less(0.1);
  CHECK(less.value() == 0);
  CHECK(less.update(std::vector<float>{0.05f, 0.1f, 0.2f, -1.0f}) == 0.5);
  CHECK(less.update(numbers{0.0}, 4) == 0.75);
}
