#include "slim/data/batches.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using slim::data::batches;
using slim::data::labelled_images;

namespace {

// Image i is 2 x 1 x 1 with the values (i, -i) and the label i % 3, so that a mixed-up batch is noticed.
labelled_images numbered(int count) {
  labelled_images set{count, 2, 1, 1, 3, {}, {}};
  for (int i = 0; i < count; ++i) {
    set.images.push_back(static_cast<float>(i));
    set.images.push_back(static_cast<float>(-i));
    set.labels.push_back(i % 3);
  }
  return set;
}

// The numbers of the examples in a batch, after checking that values and labels belong together.
std::vector<int> members(const slim::data::labelled_batch& batch) {
  REQUIRE(batch.images.size() == static_cast<std::size_t>(2 * batch.size));
  REQUIRE(batch.labels.size() == static_cast<std::size_t>(batch.size));
  std::vector<int> numbers;
  for (std::size_t i = 0; i < batch.labels.size(); ++i) {
    const int number = static_cast<int>(batch.images[2 * i]);
    CHECK(batch.images[2 * i + 1] == -batch.images[2 * i]);
    CHECK(batch.labels[i] == number % 3);
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<int> epoch_of(batches& source) {
  std::vector<int> all;
  for (int i = 0; i < source.batches_per_epoch(); ++i)
    for (int number : members(source.next())) all.push_back(number);
  return all;
}

}  // namespace

TEST_CASE("without a seed the stored order repeats and the partial batch is kept") {
  const labelled_images set = numbered(10);
  batches source(set, 4);
  CHECK(source.batches_per_epoch() == 3);
  for (int epoch = 0; epoch < 3; ++epoch) {
    for (int first : {0, 4, 8}) {
      const auto batch = source.next();
      CHECK(batch.epoch == epoch);
      CHECK(batch.size == (first == 8 ? 2 : 4));
      CHECK(members(batch).front() == first);
    }
  }
}

TEST_CASE("each epoch is another permutation, the same for the same seed") {
  const labelled_images set = numbered(100);
  batches first(set, 7, 1), again(set, 7, 1), other(set, 7, 2);
  std::vector<int> previous;
  for (int epoch = 0; epoch < 3; ++epoch) {
    const auto order = epoch_of(first);
    std::vector<int> seen(100);
    for (int number : order) ++seen[static_cast<std::size_t>(number)];
    CHECK(seen == std::vector<int>(100, 1));
    CHECK(order != previous);
    CHECK(order == epoch_of(again));
    CHECK(order != epoch_of(other));
    previous = order;
  }
}

TEST_CASE("every example is equally likely at the head of an epoch") {
  const labelled_images set = numbered(6);
  batches source(set, 6, 11);
  std::vector<int> heads(6);
  for (int epoch = 0; epoch < 6000; ++epoch) ++heads[static_cast<std::size_t>(source.next().images[0])];
  for (int count : heads) CHECK(count == doctest::Approx(1000).epsilon(0.12));  // four standard deviations
}

TEST_CASE("seek resumes as if nothing had happened") {
  const labelled_images set = numbered(25);
  batches whole(set, 4, 3);
  std::vector<std::vector<int>> run;
  for (int step = 0; step < 30; ++step) run.push_back(members(whole.next()));
  for (int start : {0, 3, 6, 7, 20}) {
    batches resumed(set, 4, 3);
    resumed.seek(start);
    for (int step = start; step < 30; ++step) CHECK(members(resumed.next()) == run[static_cast<std::size_t>(step)]);
  }
}

TEST_CASE("a place before the beginning is refused") {
  const labelled_images set = numbered(25);
  batches source(set, 4, 3);
  CHECK_THROWS_WITH_AS(source.seek(-1), "batches: seek: expected 0 or a later place, found -1; give the number of batches, or examples, that were taken",
                       slim::error);
  CHECK(members(source.next()) == members(batches(set, 4, 3).next()));
}

TEST_CASE("a batch larger than the data set holds all of it") {
  const labelled_images set = numbered(5);
  batches source(set, 1000, 1);
  CHECK(source.batches_per_epoch() == 1);
  CHECK(source.next().size == 5);
  CHECK(source.next().epoch == 1);
}

TEST_CASE("inconsistent data sets are refused") {
  const labelled_images good = numbered(5);
  labelled_images few_labels = good, few_values = good, empty;
  few_labels.labels.pop_back();
  few_values.images.pop_back();
  CHECK_THROWS_WITH_AS(batches(good, 0), "batches: batch size (at least): expected 1, found 0; check how the data set was made", slim::error);
  CHECK_THROWS_AS(batches(good, -3, 1), slim::error);
  CHECK_THROWS_AS(batches(empty, 4), slim::error);
  CHECK_THROWS_WITH_AS(batches(few_labels, 4), "batches: number of labels: expected 5, found 4; check how the data set was made", slim::error);
  CHECK_THROWS_AS(batches(few_values, 4), slim::error);
}
