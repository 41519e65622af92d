#include "slim/metrics/accuracy.hpp"

#include <doctest/doctest.h>

#include <Eigen/Core>
#include <string>
#include <vector>

using namespace slim::metrics;
using numbers = std::vector<double>;
using classes = std::vector<int>;

TEST_CASE("streaming_accuracy counts over batches") {
  streaming_accuracy accuracy;
  CHECK(accuracy.value() == 0);
  CHECK(accuracy.update(classes{1, 2, 3}, classes{1, 2, 4}) == doctest::Approx(2.0 / 3));
  CHECK(accuracy.update(classes{5}, classes{5}) == 0.75);
  CHECK(accuracy.update(classes{5, 6}, classes{5, 0}, numbers{4, 0}) == 0.875);
  accuracy.reset();
  CHECK(accuracy.value() == 0);
}

TEST_CASE("streaming_accuracy casts predictions to the type of the labels") {
  CHECK(streaming_accuracy().update(numbers{1.7, 2.2, 3}, classes{1, 2, 3}) == 1);
  CHECK(streaming_accuracy().update(numbers{0.1}, std::vector<float>{0.1f}) == 1);
  CHECK(streaming_accuracy().update(std::vector<float>{0.1f}, numbers{0.1}) == 0);
}

TEST_CASE("streaming_accuracy squeezes a last extent of 1 and refuses other shapes") {
  const Eigen::MatrixXi column = Eigen::Vector3i(1, 2, 3);
  CHECK(streaming_accuracy().update(column, classes{1, 2, 3}) == 1);
  CHECK_THROWS_WITH_AS(streaming_accuracy().update(classes{1, 2}, classes{1, 2, 3}),
                       "streaming_accuracy: labels: expected the shape of the predictions, [2, 1], found [3, 1]; pass one label for each prediction",
                       slim::error);
  CHECK_THROWS_WITH_AS(streaming_accuracy().update(Eigen::MatrixXf(Eigen::MatrixXf::Zero(2, 10)), classes{1, 2}),
                       "streaming_accuracy: labels: expected the shape of the predictions, [2, 10], found [2, 1]; turn scores into "
                       "classes with of_argmax",
                       slim::error);
}

TEST_CASE("accuracy of one batch") {
  CHECK(accuracy(classes{1, 2, 3, 4}, classes{1, 2, 3, 5}) == 0.75);
  CHECK(accuracy(classes{1, 2}, classes{1, 0}, numbers{1, 3}) == 0.25);
  const bool yes_no[] = {true, false}, yes_yes[] = {true, true};
  CHECK(accuracy(yes_no, yes_yes) == 0.5);
  CHECK(std::isnan(accuracy(classes{}, classes{})));
  CHECK_THROWS_WITH_AS(accuracy(numbers{1}, numbers{1}), "accuracy: labels: expected integers or bool, found float64; convert scores to classes first",
                       slim::error);
  CHECK_THROWS_WITH_AS(accuracy(std::vector<long>{1}, classes{1}),
                       "accuracy: predictions: expected the type of the labels, int32, found int64; convert one of them", slim::error);
}

TEST_CASE("accuracy of class names") {
  const std::vector<std::string> predicted{"cat", "dog", "owl"}, labelled{"cat", "cat", "owl"};
  CHECK(accuracy(predicted, labelled) == doctest::Approx(2.0 / 3));
  CHECK(accuracy(predicted, labelled, numbers{1, 2, 1}) == 0.5);
  CHECK_THROWS_WITH_AS(accuracy(predicted, std::vector<std::string>{"cat"}),
                       "accuracy: labels: expected 3 as there are predictions, found 1; pass one label for each prediction", slim::error);
}
