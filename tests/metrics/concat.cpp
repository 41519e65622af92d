#include "slim/metrics/concat.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace slim::metrics;
using numbers = std::vector<double>;

TEST_CASE("examples after examples") {
  streaming_concat all;
  CHECK(all.value().size() == 0);
  all.update((matrix(2, 2) << 1, 2, 3, 4).finished());
  CHECK(all.update((matrix(1, 2) << 5, 6).finished()) == (matrix(3, 2) << 1, 2, 3, 4, 5, 6).finished());
  CHECK(all.value().rows() == 3);
  all.reset();
  CHECK(all.value().size() == 0);
  CHECK(all.update(numbers{1, 2}) == Eigen::Vector2d(1, 2));  // another width after a reset
}

TEST_CASE("values beside values") {
  streaming_concat all(1);
  all.update((matrix(2, 2) << 1, 2, 3, 4).finished());
  CHECK(all.update(numbers{5, 6}) == (matrix(2, 3) << 1, 2, 5, 3, 4, 6).finished());
}

TEST_CASE("max_size drops the rest") {
  streaming_concat few(0, 3);
  few.update(numbers{1, 2});
  CHECK(few.update(numbers{3, 4}) == Eigen::Vector3d(1, 2, 3));
  CHECK(few.update(numbers{5}) == Eigen::Vector3d(1, 2, 3));
  CHECK(streaming_concat(0, 0).update(numbers{1}).rows() == 0);
}

TEST_CASE("many batches") {
  streaming_concat all;
  for (int i = 0; i < 1000; ++i) all.update(i);
  CHECK(all.value().rows() == 1000);
  CHECK(all.value()(999, 0) == 999);
}

TEST_CASE("wrong arguments") {
  CHECK_THROWS_WITH_AS(streaming_concat(2), "streaming_concat: axis: expected 0 (examples) or 1 (values), found 2; choose one of them", slim::error);
  CHECK_THROWS_AS(streaming_concat(-1), slim::error);
  CHECK_THROWS_AS(streaming_concat(0, -1), slim::error);
  streaming_concat all;
  all.update((matrix(2, 2) << 1, 2, 3, 4).finished());
  CHECK_THROWS_WITH_AS(all.update(numbers{1}),
                       "streaming_concat: values: expected 2 columns as before, found 1; only the extent along the axis may differ", slim::error);
  CHECK(all.value().rows() == 2);
}
