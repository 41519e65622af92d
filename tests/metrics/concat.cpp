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

TEST_CASE("any axis of any shape") {
  const numbers first{0, 1, 2, 3, 4, 5, 6, 7}, second{8, 9, 10, 11};
  streaming_concat middle(1), last(-1, 3), only(0);
  middle.update(first, {2, 2, 2}), middle.update(second, {2, 1, 2});
  CHECK(middle.shape() == std::vector<long>{2, 3, 2});
  CHECK(middle.numbers() == numbers{0, 1, 2, 3, 8, 9, 4, 5, 6, 7, 10, 11});
  last.update(first, {2, 2, 2});
  last.update(matrix((matrix(2, 4) << 8, 9, 10, 11, 12, 13, 14, 15).finished()), {2, 2, 2});
  CHECK(last.shape() == std::vector<long>{2, 2, 3});
  CHECK(last.numbers() == numbers{0, 1, 8, 2, 3, 10, 4, 5, 12, 6, 7, 14});
  only.update(second, {4}), only.update(first, {8});
  CHECK(only.shape() == std::vector<long>{12});
  CHECK_THROWS_WITH_AS(middle.value(), "streaming_concat: value: expected batches of examples x values, found [2, 3, 2]; read numbers() and shape()",
                       slim::error);
  CHECK_THROWS_AS(middle.update(first, {8}), slim::error);
  CHECK_THROWS_WITH_AS(middle.update(first, {2, 1, 2}),
                       "streaming_concat: values: expected 4 numbers for the shape [2, 1, 2], found 8; give the shape of the whole batch", slim::error);
  CHECK(middle.shape() == std::vector<long>{2, 3, 2});
  middle.reset();
  CHECK(middle.numbers().empty());
  middle.update(second, {1, 4});
  CHECK(middle.value() == (matrix(1, 4) << 8, 9, 10, 11).finished());
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
  CHECK_THROWS_WITH_AS(streaming_concat(2).update(numbers{1}), "streaming_concat: axis: expected one of 2, -2 to 1, found 2; the batch has the shape [1, 1]",
                       slim::error);
  CHECK_THROWS_AS(streaming_concat(-3).update(numbers{1}), slim::error);
  CHECK_THROWS_AS(streaming_concat(0, -1), slim::error);
  streaming_concat all;
  all.update((matrix(2, 2) << 1, 2, 3, 4).finished());
  CHECK_THROWS_WITH_AS(all.update(numbers{1}),
                       "streaming_concat: values: expected the shape [1, 2] as before, found [1, 1]; only the extent along the axis may differ", slim::error);
  CHECK(all.value().rows() == 2);
}
