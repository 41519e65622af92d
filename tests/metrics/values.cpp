#include "slim/metrics/values.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

using slim::metrics::values;

TEST_CASE("a view takes numbers of any type and layout without copying") {
  std::vector<float> vector{1, 2, 3};
  const values seen = vector;
  CHECK(seen.shape() == "[3, 1]");
  vector[1] = 7;
  CHECK(seen(1) == 7);

  const std::span<const float> span = vector;
  CHECK(values(span)(2) == 3);
  CHECK(values(std::array<bool, 2>{true, false})(0) == 1);
  const std::int64_t plain[] = {5, -6};
  CHECK(values(plain)(1) == -6);

  const Eigen::Matrix<float, Eigen::Dynamic, 3, Eigen::RowMajor> rows = Eigen::MatrixXf::Random(4, 3);
  const Eigen::MatrixXd columns = rows.cast<double>();
  const Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, 3, Eigen::RowMajor>> map(rows.data(), 4, 3);
  for (long i = 0; i < 4; ++i)
    for (long j = 0; j < 3; ++j) {
      CHECK(values(rows)(i, j) == rows(i, j));
      CHECK(values(columns)(i, j) == rows(i, j));
      CHECK(values(map)(i, j) == rows(i, j));
      CHECK(values(rows.data(), 4, 3)(i, j) == rows(i, j));
      if (j < 2) CHECK(values(columns.rightCols(2))(i, j) == rows(i, j + 1));
    }
  CHECK(values(columns.col(1)).shape() == "[4, 1]");
  CHECK(values(columns.row(1)).shape() == "[1, 3]");
  CHECK(values(2.5).shape() == "[1, 1]");
  CHECK(values(2.5)(0) == 2.5);
  CHECK_FALSE(std::is_convertible_v<std::vector<bool>, values>);  // has no numbers in memory
  CHECK_FALSE(std::is_convertible_v<std::vector<std::vector<int>>, values>);
}

TEST_CASE("types are known, cast to and compared with") {
  CHECK(values(true).element().name == std::string("bool"));
  CHECK(values(std::int64_t{1}).element().name == std::string("int64"));
  CHECK(values(std::uint8_t{1}).element().name == std::string("uint8"));
  CHECK(values(1.0f).element().name == std::string("float32"));
  CHECK(values(1).element().cast(1.9) == 1);
  CHECK(values(1).element().cast(-1.9) == -1);
  CHECK(values(true).element().cast(0.5) == 1);
  CHECK(values(1.0f).element().cast(0.1) == static_cast<double>(0.1f));
  CHECK(values(0.1f)(0) > 0.1);  // what `comparable` is for
  CHECK_FALSE(values(0.1f)(0) > values(0.1f).comparable(0.1));
  CHECK(values(1).comparable(0.5) == 0.5);
}

TEST_CASE("weights are repeated along extents of 1") {
  const std::vector<double> table{1, 2, 3, 4, 5, 6}, three{7, 8, 9};
  const values of(table.data(), 3, 2);
  CHECK(values(4)(0) == values(4).repeated_for(of, "m")(2, 1));
  CHECK(values(three).repeated_for(of, "m")(2, 1) == 9);
  CHECK(values(three.data(), 1, 2).repeated_for(of, "m")(2, 1) == 8);
  CHECK(of.repeated_for(of, "m")(2, 1) == 6);
  CHECK_THROWS_WITH_AS(values(three.data(), 1, 3).repeated_for(of, "mean"),
                       "mean: weights: expected the shape [3, 2] or 1 in its place, found [1, 3]; give one number, one per example or one per value",
                       slim::error);
  CHECK_THROWS_AS(values(table).repeated_for(of, "mean"), slim::error);
}

TEST_CASE("a masked number is never looked at") {
  const std::vector<double> numbers{1, 2, 3}, mask{1, 0, 2};
  int visits = 0;
  slim::metrics::for_each_weighted("m", numbers, mask, [&](double number, double) {
    CHECK(number != 2);
    ++visits;
  });
  CHECK(visits == 2);
}
