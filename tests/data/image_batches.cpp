#include "slim/data/image_batches.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "slim/data/dataset_factory.hpp"
#include "tests/data/made_data_sets.hpp"

using namespace slim::data;
using preprocessing::get_preprocessing;

namespace {

using copied_batch = std::pair<std::vector<float>, std::vector<int>>;

copied_batch copy(const labelled_batch& from) { return {{from.images.begin(), from.images.end()}, {from.labels.begin(), from.labels.end()}}; }

}  // namespace

TEST_CASE("each example is the preprocessed image of its record") {
  scratch_directory scratch;
  write_mnist(scratch, 20);
  dataset_data_provider provider(dataset_factory::get_dataset("mnist", "train", scratch.directory.string()), {.shuffle = false});
  auto batches = image_batches(provider, get_preprocessing("lenet"), 28, 28, 1, {.batch = {.batch_size = 8, .num_threads = 2, .capacity = 16}});
  for (int step = 0; step < 10; ++step) {
    const labelled_batch batch = batches.next();
    REQUIRE(batch.size == 8);
    CHECK(batch.epoch == 8 * step / 20);
    for (int i = 0; i < 8; ++i) {
      const int number = (8 * step + i) % 20;
      CHECK(batch.labels[static_cast<std::size_t>(i)] == number % 10);
      const auto expected = preprocessing::lenet_preprocessing::preprocess_image(numbered_image(number, 28, 28, 1), 28, 28);
      CHECK(std::vector(batch.images.begin() + i * 784, batch.images.begin() + (i + 1) * 784) == expected.pixels);
    }
  }
}

TEST_CASE("shuffled and distorted batches do not depend on the number of threads and resume anywhere") {
  scratch_directory scratch;
  write_mnist(scratch, 30);
  const auto set = dataset_factory::get_dataset("mnist", "train", scratch.directory.string());
  const auto run = [&](int num_threads, std::uint64_t seed, int start, int steps) {
    dataset_data_provider provider(set, {.common_queue_capacity = 16, .common_queue_min = 8, .seed = 1});
    auto batches = image_batches(provider, get_preprocessing("cifarnet", true), 24, 24, 1,
                                 {.batch = {.batch_size = 7, .num_threads = num_threads, .capacity = 21}, .seed = seed});
    if (start > 0) batches.seek(start);
    std::vector<copied_batch> result;
    for (int i = 0; i < steps; ++i) result.push_back(copy(batches.next()));
    return result;
  };
  const auto whole = run(1, 3, 0, 20);
  CHECK(whole == run(4, 3, 0, 20));
  for (int start : {1, 4, 5, 13}) CHECK(run(2, 3, start, 20 - start) == std::vector(whole.begin() + start, whole.end()));
  const auto other = run(1, 4, 0, 1);
  CHECK(other[0].second == whole[0].second);  // the same records
  CHECK(other[0].first != whole[0].first);    // differently distorted
}

TEST_CASE("labels_offset, and labels that do not exist") {
  scratch_directory scratch;
  write_mnist(scratch, 4);
  const std::string file = scratch.path("mnist_train.tfrecord");
  const auto set = dataset_factory::get_dataset("mnist", "train", scratch.directory.string());
  const image_batch_options options{.batch = {.batch_size = 1, .num_threads = 1, .capacity = 1}, .labels_offset = 1};
  dataset_data_provider provider(set, {.shuffle = false});
  auto batches = image_batches(provider, get_preprocessing("lenet"), 28, 28, 1, options);
  CHECK(complaint_of([&] { batches.next(); }) == "record " + file + ":0: label: expected at least 1, at most 9, found 0; check labels_offset and the data set");
  batches.seek(3);
  CHECK(batches.next().labels[0] == 2);

  auto few_classes = set;
  few_classes.num_classes = 3;
  dataset_data_provider few(few_classes, {.shuffle = false});
  auto few_batches = image_batches(few, get_preprocessing("lenet"), 28, 28, 1, options);
  few_batches.seek(3);
  CHECK(has(complaint_of([&] { few_batches.next(); }), "label: expected at least 1, at most 2, found 3"));
}

TEST_CASE("what does not fit is refused with the record or the size") {
  scratch_directory scratch;
  write_mnist(scratch, 1);
  const std::string file = scratch.path("mnist_train.tfrecord");
  dataset_data_provider provider(dataset_factory::get_dataset("mnist", "train", scratch.directory.string()));
  {
    auto batches = image_batches(provider, get_preprocessing("lenet"), 28, 28, 3);
    CHECK(complaint_of([&] { batches.next(); }) ==
          "record " + file + ":0: image: expected 3 channels after preprocessing, found 1; check the input of the network");
  }
  {
    auto batches = image_batches(provider, get_preprocessing("vgg_16"), 28, 28, 3);
    CHECK(complaint_of([&] { batches.next(); }) ==
          "record " + file + ":0: preprocessing: vgg: image: expected 3 channels, found 1; decode the images with so many channels");
  }
  CHECK(complaint_of([&] { image_batches(provider, get_preprocessing("lenet"), 0, 28, 1); }) ==
        "image_batches: size: expected at least 1 x 1 x 1, found 0 x 28 x 1; give the input of the network");
  std::filesystem::remove(file);
  dataset_data_provider missing(dataset_factory::get_dataset("mnist", "train", scratch.directory.string()));
  auto batches = image_batches(missing, get_preprocessing("lenet"), 28, 28, 1);
  CHECK(has(complaint_of([&] { batches.next(); }), "mnist_train.tfrecord: offset 0: expected a readable file, found No such file"));
}
