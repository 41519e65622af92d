#include "slim/summary/observed.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>

using slim::summaries::observed;

namespace {

std::vector<float> values_of(const observed& one) {
  const auto values = one.read();
  return {values.begin(), values.end()};
}

}  // namespace

TEST_CASE("numbers of any type are read when asked for") {
  double rate = 0.5;
  const observed number("rate", [&] { return rate; });
  CHECK(number.name() == "rate");
  CHECK(number.is_scalar());
  CHECK(values_of(number) == std::vector<float>{0.5f});
  rate = 2;
  CHECK(values_of(number) == std::vector<float>{2});
  CHECK(values_of(observed("count", [] { return 7L; })) == std::vector<float>{7});
}

TEST_CASE("floats that stay where they are are not copied, others are") {
  std::vector<float> weights{1, 2, 3};
  const observed in_place("weights", [&]() -> const std::vector<float>& { return weights; });
  CHECK_FALSE(in_place.is_scalar());
  CHECK(in_place.read().data() == weights.data());
  const observed span("weights", [&] { return std::span<const float>(weights); });
  CHECK(span.read().data() == weights.data());

  CHECK(values_of(observed("temporary", [] { return std::vector<float>{4, 5}; })) == std::vector<float>{4, 5});
  CHECK(values_of(observed("array", [] { return std::array<float, 2>{6, 7}; })) == std::vector<float>{6, 7});
  CHECK(values_of(observed("doubles", [] { return Eigen::Vector2d(8, 9); })) == std::vector<float>{8, 9});
  CHECK(values_of(observed("labels", [] { return std::vector<int>{-1}; })) == std::vector<float>{-1});
}

TEST_CASE("shapes and names") {
  const observed images("images", {28, 28, 1}, true, [] { return std::vector<float>(2 * 784); });
  CHECK(images.shape() == slim::shape{28, 28, 1});
  CHECK(images.batched());
  const observed per_example("loss", slim::shape(), true, [] { return std::vector<float>(2); });
  CHECK_FALSE(per_example.is_scalar());
  const observed renamed = images.named("inputs");
  CHECK(renamed.name() == "inputs");
  CHECK(renamed.read().size() == 1568);
}
