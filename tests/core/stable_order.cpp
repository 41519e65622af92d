#include "slim/core/stable_order.hpp"

#include <doctest/doctest.h>

using slim::stable_order;

TEST_CASE("keys rise, equal ones keep their order") {
  CHECK(stable_order({}).empty());
  CHECK(stable_order({3, -1, 3, 2, -1, 2}) == std::vector<std::size_t>{1, 4, 3, 5, 0, 2});
  CHECK(stable_order({INT64_MAX, INT64_MIN, 0}) == std::vector<std::size_t>{1, 2, 0});
}
