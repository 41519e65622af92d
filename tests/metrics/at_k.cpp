#include "slim/metrics/at_k.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace slim::metrics;
using numbers = std::vector<double>;
using classes = std::vector<int>;
using sets = std::vector<std::vector<int>>;

namespace {

// Six examples of eight classes with scores (13 r + 29 j) mod 31; the three highest are listed in `top`.
struct eight_classes {
  matrix scores = matrix(6, 8);
  sets top{{1, 2, 3}, {7, 0, 1}, {0, 1, 2}, {5, 6, 7}, {0, 1, 2}, {2, 3, 4}};
  sets labels{{1, 2}, {0}, {3, 4, 5}, {7, 6}, {2}, {0, 5}};
  numbers weights{1, 2, 0, 1, 0.5, 1};
  eight_classes() {
    for (int r = 0; r < 6; ++r)
      for (int j = 0; j < 8; ++j) scores(r, j) = (r * 13 + j * 29) % 31 / 31.0;
  }
};

const double not_a_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("top_k: best first, of equal scores the lower class, NaN last") {
  const eight_classes all;
  const auto top = top_k(all.scores, 3);
  for (std::size_t i = 0; i < 6; ++i) CHECK(std::vector<int>(top[i].begin(), top[i].end()) == all.top[i]);
  CHECK(top_k((matrix(1, 4) << 1, 2, 2, not_a_number).finished(), 4)[0] == std::vector<long>{1, 2, 0, 3});
  CHECK_THROWS_WITH_AS(top_k(all.scores, 9), "top_k: k: expected 1 to 8 (the number of classes), found 9; choose a smaller k or pass scores of all classes",
                       slim::error);
  CHECK_THROWS_AS(streaming_sparse_recall_at_k(0).update(all.scores, all.labels), slim::error);
}

TEST_CASE("streaming_recall_at_k: one label per example") {
  const matrix scores = (matrix(3, 4) << 0.1, 0.2, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1, 0.5, 0.5, 0.5, 0.1).finished();
  CHECK(streaming_recall_at_k(1).update(scores, classes{3, 1, 2}) == doctest::Approx(2.0 / 3));  // equal scores are all in
  streaming_recall_at_k two(2);
  CHECK(two.value() == 0);
  CHECK(two.update(scores, classes{2, 3, 3}) == doctest::Approx(1.0 / 3));
  CHECK(two.update(scores, classes{2, 3, 3}, numbers{3, 0, 0}) == doctest::Approx(4.0 / 6));
  two.reset();
  CHECK(two.update(scores, classes{-1, 4, 0}) == doctest::Approx(1.0 / 3));
  CHECK(streaming_recall_at_k(4).update((matrix(1, 2) << not_a_number, 1).finished(), classes{1}) == 0);
  CHECK_THROWS_WITH_AS(two.update(scores, classes{1, 2}),
                       "streaming_recall_at_k: labels: expected the shape [3, 1], found [2, 1]; pass one class number for each example", slim::error);
  CHECK_THROWS_AS(streaming_recall_at_k(0), slim::error);
}

TEST_CASE("recall, precision and average precision of label sets") {
  const eight_classes all;
  CHECK(streaming_sparse_recall_at_k(3).update(all.scores, all.labels) == doctest::Approx(0.5454545454545454));
  CHECK(streaming_sparse_precision_at_k(3).update(all.scores, all.labels) == doctest::Approx(0.3333333333333333));
  CHECK(streaming_sparse_average_precision_at_k(3).update(all.scores, all.labels) == doctest::Approx(0.40277777777777773));
  CHECK(streaming_sparse_recall_at_k(3).update(all.scores, all.labels, all.weights) == doctest::Approx(0.7647058823529411));
  CHECK(streaming_sparse_precision_at_k(3).update(all.scores, all.labels, all.weights) == doctest::Approx(0.3939393939393939));
  CHECK(streaming_sparse_average_precision_at_k(3).update(all.scores, all.labels, all.weights) == doctest::Approx(0.5));
}

TEST_CASE("the same from ids of the top classes") {
  const eight_classes all;
  CHECK(sparse_recall_at_top_k().update(all.labels, all.top, all.weights) == doctest::Approx(0.7647058823529411));
  CHECK(streaming_sparse_precision_at_top_k().update(all.top, all.labels, all.weights) == doctest::Approx(0.3939393939393939));
  CHECK(streaming_sparse_average_precision_at_top_k().update(all.top, all.labels) == doctest::Approx(0.40277777777777773));
}

TEST_CASE("of one class") {
  const eight_classes all;
  const numbers hits{1, 1, 2, 0, 0, 0, 1, 1}, labelled{2, 1, 2, 1, 1, 2, 1, 1}, predicted{3, 4, 4, 2, 1, 1, 1, 2};
  for (std::size_t c = 0; c < 8; ++c) {
    const long id = static_cast<long>(c);
    CHECK(streaming_sparse_recall_at_k(3, id).update(all.scores, all.labels) == hits[c] / labelled[c]);
    CHECK(streaming_sparse_precision_at_k(3, id).update(all.scores, all.labels) == hits[c] / predicted[c]);
    CHECK(sparse_recall_at_top_k(id).update(all.labels, all.top) == hits[c] / labelled[c]);
  }
  CHECK(std::isnan(streaming_sparse_recall_at_k(3, 8).update(all.scores, all.labels)));
}

TEST_CASE("batches add up and reset starts again") {
  const eight_classes all;
  streaming_sparse_recall_at_k recall(3);
  CHECK(std::isnan(recall.value()));
  recall.update(all.scores.topRows(4), sets(all.labels.begin(), all.labels.begin() + 4));
  CHECK(recall.update(all.scores.bottomRows(2), sets(all.labels.begin() + 4, all.labels.end())) == doctest::Approx(0.5454545454545454));
  recall.reset();
  CHECK(std::isnan(recall.value()));
  CHECK(streaming_sparse_average_precision_at_k(3).value() == 0);
}

TEST_CASE("ids that never match count as labels; the same id twice is one label") {
  const matrix scores = (matrix(1, 3) << 3, 2, 1).finished();
  CHECK(streaming_sparse_recall_at_k(1).update(scores, sets{{0, -1, 7}}) == doctest::Approx(1.0 / 3));
  CHECK(streaming_sparse_recall_at_k(1).update(scores, values(classes{0, -1}.data(), 1, 2)) == 0.5);
  CHECK(streaming_sparse_recall_at_k(1).update(scores, sets{{0, 0, 0}}) == 1);
  CHECK(sparse_recall_at_top_k().update(sets{{-1}}, sets{{-1}}) == 0);
  CHECK(streaming_sparse_average_precision_at_k(2).update(scores, sets{{}}) == 0);
}

TEST_CASE("average precision by hand") {
  // Relevant at ranks 1 and 3 of 4, three labels: (1 + 2/3) / 3.
  CHECK(streaming_sparse_average_precision_at_top_k().update(sets{{4, 9, 2, 8}}, sets{{2, 4, 5}}) == doctest::Approx((1 + 2.0 / 3) / 3));
  // More labels than predictions: divided by k.
  CHECK(streaming_sparse_average_precision_at_top_k().update(sets{{4, 9}}, sets{{2, 4, 5}}) == 0.5);
}

TEST_CASE("examples must be as many on both sides") {
  CHECK_THROWS_WITH_AS(sparse_recall_at_top_k().update(sets{{1}, {2}}, sets{{1}}),
                       "sparse_recall_at_top_k: labels: expected 1 examples as there are predictions, found 2; pass the labels of each "
                       "example as one row",
                       slim::error);
  CHECK_THROWS_AS(sparse_recall_at_top_k().update(sets{{1}, {2}}, sets{{1}, {2}}, numbers{1, 2, 3}), slim::error);
}

TEST_CASE("ids are whole numbers, of whatever type, where they are not masked") {
  const matrix scores = (matrix(2, 3) << 3, 2, 1, 3, 2, 1).finished();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  streaming_recall_at_k first(1);
  CHECK_THROWS_WITH_AS(first.update(scores, numbers{0, 0.5}),
                       "streaming_recall_at_k: labels: example 1: expected class numbers, found 0.5; mask what is to be ignored with weight 0", slim::error);
  CHECK(first.value() == 0);
  CHECK(first.update(scores, numbers{0, nan}, numbers{1, 0}) == 1);
  streaming_sparse_recall_at_k recall(1);
  CHECK_THROWS_WITH_AS(recall.update(scores, numbers{0, nan}),
                       "streaming_sparse_recall_at_k: labels: example 1: expected class numbers, found nan; mask what is to be ignored with weight 0",
                       slim::error);
  CHECK(std::isnan(recall.value()));
  CHECK(recall.update(scores, numbers{0, nan}, numbers{1, 0}) == 1);
}
