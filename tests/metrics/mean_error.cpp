#include "slim/metrics/mean_error.hpp"

#include <doctest/doctest.h>

#include "tests/metrics/sample.hpp"

using namespace slim::metrics;
using numbers = std::vector<double>;

namespace {

template <class Metric>
double over_sample() {
  const sample::scored all;
  Metric metric;
  return sample::in_batches(all, all.predictions, all.weights, [&](const auto& p, const auto& y, const auto& w) { return metric.update(p, y, w); });
}

}  // namespace

TEST_CASE("absolute, squared and root mean squared error over batches") {
  CHECK(over_sample<streaming_mean_absolute_error>() == doctest::Approx(0.5111666666666667).epsilon(1e-12));
  CHECK(over_sample<streaming_mean_squared_error>() == doctest::Approx(0.3512316666666667).epsilon(1e-12));
  CHECK(over_sample<streaming_root_mean_squared_error>() == doctest::Approx(0.5926480124548353).epsilon(1e-12));
}

TEST_CASE("errors by hand") {
  CHECK(streaming_mean_absolute_error().update(numbers{1, 4}, numbers{2, 1}) == 2);
  CHECK(streaming_mean_squared_error().update(numbers{1, 4}, numbers{2, 1}) == 5);
  streaming_root_mean_squared_error root;
  CHECK(root.value() == 0);
  CHECK(root.update(numbers{0, 3}, numbers{0, 0}, numbers{0, 1}) == 3);
  root.reset();
  CHECK(root.update(numbers{0, 0}, numbers{3, 4}, numbers{0, 2}) == 4);
  CHECK_THROWS_WITH_AS(root.update(numbers{0}, numbers{3, 4}),
                       "streaming_root_mean_squared_error: labels: expected the shape of the predictions, [1, 1], found [2, 1]; pass one "
                       "label for each prediction",
                       slim::error);
}

TEST_CASE("relative error: a normalizer of 0 makes the element 0") {
  streaming_mean_relative_error relative;
  CHECK(relative.update(numbers{2, 4, 6, 8}, numbers{1, 3, 2, 3}, numbers{1, 3, 2, 0}) == doctest::Approx((1 + 1.0 / 3 + 2 + 0) / 4));
  relative.reset();
  CHECK(relative.update(numbers{2, 4}, numbers{1, 3}, numbers{1, 2}, numbers{3, 1}) == (3 * 1 + 0.5) / 4);
  CHECK_THROWS_WITH_AS(relative.update(numbers{2, 4}, numbers{1, 3}, 1),
                       "streaming_mean_relative_error: normalizer: expected the shape [2, 1], found [1, 1]; pass one number for each label", slim::error);
}

TEST_CASE("cosine distance of unit vectors along both extents") {
  const matrix p = (matrix(2, 2) << 1, 0, 0, 1).finished(), y = (matrix(2, 2) << 1, 0, 0.8, 0.6).finished();
  streaming_mean_cosine_distance per_example(1), per_value(0);
  CHECK(per_example.value() == 1);
  CHECK(per_example.update(p, y) == doctest::Approx(1 - (1 + 0.6) / 2));
  CHECK(per_example.update(p, y, numbers{0, 2}) == doctest::Approx(1 - (1 + 0.6 + 2 * 0.6) / 4));
  CHECK(per_value.update(p, y) == doctest::Approx(1 - (1 + 0.6) / 2));
  CHECK(per_value.update(p, y, values(std::vector<double>{3, 0}.data(), 1, 2)) == doctest::Approx(1 - (1.6 + 3) / 5));
  CHECK_THROWS_WITH_AS(streaming_mean_cosine_distance(2),
                       "streaming_mean_cosine_distance: dim: expected 0 (examples) or 1 (values), found 2; choose one of them", slim::error);
}
