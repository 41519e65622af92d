#include "slim/data/pixel_batches.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "slim/data/one_hot_labels.hpp"
#include "slim/data/prefetch_queue.hpp"
#include "tests/data/made_data_sets.hpp"

using namespace slim::data;
using preprocessing::get_preprocessing;

namespace {

labelled_pixels numbered_pixels(int count) {
  labelled_pixels set{count, 28, 28, 1, 10, {}, {}};
  for (int i = 0; i < count; ++i) {
    const byte_image one = numbered_image(i, 28, 28, 1);
    set.pixels.insert(set.pixels.end(), one.pixels.begin(), one.pixels.end());
    set.labels.push_back(i % 10);
  }
  return set;
}

using copied_batch = std::pair<std::vector<float>, std::vector<int>>;

copied_batch copy(const labelled_batch& from) { return {{from.images.begin(), from.images.end()}, {from.labels.begin(), from.labels.end()}}; }

}  // namespace

TEST_CASE("one pass in the stored order: each image once, the last batch smaller") {
  const labelled_pixels set = numbered_pixels(20);
  auto batches = pixel_batches(set, get_preprocessing("lenet"), 28, 28, 1,
                               {.batch = {.batch_size = 8, .num_threads = 2, .allow_smaller_final_batch = true}, .shuffle = false, .num_epochs = 1});
  for (int first = 0; first < 20; first += 8) {
    const labelled_batch batch = batches.next();
    REQUIRE(batch.size == (first < 16 ? 8 : 4));
    for (int i = 0; i < batch.size; ++i) {
      CHECK(batch.labels[static_cast<std::size_t>(i)] == (first + i) % 10);
      const auto expected = preprocessing::lenet_preprocessing::preprocess_image(set.at(first + i), 28, 28);
      CHECK(std::vector(batch.images.begin() + i * 784, batch.images.begin() + (i + 1) * 784) == expected.pixels);
    }
  }
  CHECK(batches.next().size == 0);
}

TEST_CASE("batches that threads make are moved with them: temporary ones can be prefetched and have one-hot labels") {
  const labelled_pixels set = numbered_pixels(30);
  const auto made = [&] {
    return pixel_batches(set, get_preprocessing("cifarnet", true), 24, 24, 1, {.batch = {.batch_size = 7, .num_threads = 2, .capacity = 21}, .seed = 3});
  };
  auto plain = made();
  auto first = prefetch(made(), 2);
  const copied_batch beginning = copy(first.next());
  CHECK(beginning == copy(plain.next()));
  auto queue = prefetch(std::move(first), 2);  // after it has begun
  plain.seek(0);
  queue.seek(0);
  for (int i = 0; i < 10; ++i) CHECK(copy(queue.next()) == copy(plain.next()));
  std::vector<decltype(made())> several;
  for (int i = 0; i < 3; ++i) several.push_back(made());
  for (auto& one : several) CHECK(copy(one.next()) == beginning);
  CHECK(one_hot_labels(made(), 10).next().labels.size() == 70);
}

TEST_CASE("shuffled and distorted pixels do not depend on the number of threads and resume anywhere") {
  const labelled_pixels set = numbered_pixels(30);
  const auto run = [&](int num_threads, std::uint64_t seed, int start, int steps) {
    auto batches = pixel_batches(set, get_preprocessing("cifarnet", true), 24, 24, 1,
                                 {.batch = {.batch_size = 7, .num_threads = num_threads, .capacity = 21}, .seed = seed});
    if (start > 0) batches.seek(start);
    std::vector<copied_batch> result;
    for (int i = 0; i < steps; ++i) result.push_back(copy(batches.next()));
    return result;
  };
  const auto whole = run(1, 3, 0, 20);
  CHECK(whole == run(4, 3, 0, 20));
  for (int start : {1, 4, 5, 13}) CHECK(run(2, 3, start, 20 - start) == std::vector(whole.begin() + start, whole.end()));
  CHECK(run(1, 4, 0, 1)[0].second != whole[0].second);  // another order

  std::vector<int> counts(10);  // the first 28 of 30 examples: no label more often than three times in an epoch
  for (int step = 0; step < 4; ++step)
    for (const int label : whole[static_cast<std::size_t>(step)].second) ++counts[static_cast<std::size_t>(label)];
  for (const int count : counts) CHECK((count >= 1 && count <= 3));
}

TEST_CASE("sets and extents that make no sense") {
  labelled_pixels set = numbered_pixels(3);
  const auto use = [&](int height, int channels) { pixel_batches(set, get_preprocessing("lenet"), height, 28, channels).next(); };
  CHECK(complaint_of([&] { use(0, 1); }) == "pixel_batches: size: expected at least 1 x 1 x 1, found 0 x 28 x 1; give the input of the network");
  CHECK(has(complaint_of([&] { use(28, 3); }), "image: expected 3 channels after preprocessing, found 1; check the input of the network"));
  const preprocessing::preprocessing_function other_size(
      [](const byte_image&, int, int, bool, slim::random_stream&, bool) { return preprocessing::float_image(40, 28, 1); }, false, false);
  CHECK(has(complaint_of([&] { pixel_batches(set, other_size, 28, 28, 1).next(); }),
            "image: expected 28 x 28 pixels after preprocessing, found 40 x 28 and 1120 values; the preprocessing must make the size that it is asked for"));
  CHECK(complaint_of([&] { pixel_batches(set, get_preprocessing("lenet"), 28, 28, 1, {.num_epochs = -1}); }) ==
        "pixel_batches: num_epochs: expected 0 or more, found -1; 0 goes on without end");
  CHECK(has(complaint_of([&] { pixel_batches(set, get_preprocessing("lenet"), 28, 28, 1).seek(-1); }),
            "pixel_batches: seek: expected 0 or a later place, found -32"));
  set.labels.pop_back();
  CHECK(complaint_of([&] { use(28, 1); }) ==
        "pixel_batches: data set: expected at least one image, with a label and 28 x 28 x 1 values for each, "
        "found 3 images, 2 labels and 2352 values; check how the data set was made");
}

TEST_CASE("one_hot_labels: a label becomes a distribution, smoothed as softmax_cross_entropy does") {
  labelled_pixels set = numbered_pixels(4);
  auto source = pixel_batches(set, get_preprocessing("lenet"), 28, 28, 1, {.batch = {.batch_size = 2}, .shuffle = false});
  auto plain = one_hot_labels(source, 4);
  const one_hot_batch first = plain.next();
  CHECK(first.size == 2);
  CHECK(std::vector(first.labels.begin(), first.labels.end()) == std::vector<float>{1, 0, 0, 0, 0, 1, 0, 0});
  plain.seek(1);
  auto smooth = one_hot_labels(source, 4, 0.2);
  const one_hot_batch second = smooth.next();
  REQUIRE(second.labels.size() == 8);
  for (int i = 0; i < 8; ++i) CHECK(second.labels[static_cast<std::size_t>(i)] == doctest::Approx(i == 2 || i == 7 ? 0.85 : 0.05));

  auto few = one_hot_labels(source, 3);
  few.seek(1);
  CHECK(complaint_of([&] { few.next(); }) == "one_hot_labels: example 1: expected a class from 0 to 2, found 3; check the data set or the number of classes");
  CHECK(has(complaint_of([&] { one_hot_labels(source, 3, 1.5); }), "a label_smoothing in 0 .. 1, found 3 and 1.5"));
}
