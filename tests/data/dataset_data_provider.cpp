#include "slim/data/dataset_data_provider.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "slim/data/dataset_factory.hpp"
#include "tests/data/made_data_sets.hpp"

using namespace slim::data;

TEST_CASE("items in the order asked for, with the key of the record") {
  scratch_directory scratch;
  write_mnist(scratch, 3);
  dataset_data_provider provider(dataset_factory::get_dataset("mnist", "train", scratch.directory.string()), {.shuffle = false});
  CHECK(provider.list_items() == std::vector<std::string>{"image", "label", "record_key"});
  CHECK(provider.num_samples() == 60'000);
  CHECK(provider.records_per_epoch() == 3);

  const auto items = provider.get({"label", "record_key", "image"});
  REQUIRE(items);
  REQUIRE(items->size() == 3);
  CHECK((*items)[0].as<std::int64_t>() == std::vector<std::int64_t>{0});
  CHECK((*items)[1].as<std::string>() == std::vector<std::string>{scratch.path("mnist_train.tfrecord") + ":0"});
  CHECK((*items)[2].shape == item_shape{28, 28, 1});
  CHECK((*items)[2].as<std::uint8_t>() == numbered_image(0, 28, 28, 1).pixels);
  CHECK(provider.get({"label"})->front().as<std::int64_t>()[0] == 1);
  CHECK(provider.get({"record_key"})->size() == 1);
  CHECK(provider.get({})->empty());
}

TEST_CASE("num_epochs ends the data; seek leads to any record") {
  scratch_directory scratch;
  write_mnist(scratch, 25);
  const auto set = dataset_factory::get_dataset("mnist", "train", scratch.directory.string());
  const data_provider_options options{.num_epochs = 2, .common_queue_capacity = 12, .common_queue_min = 6, .seed = 4};
  const auto keys = [&](dataset_data_provider& provider) {
    std::vector<std::string> result;
    while (const auto items = provider.get({"record_key"})) result.push_back(items->front().as<std::string>()[0]);
    return result;
  };
  dataset_data_provider whole(set, options), resumed(set, options);
  const auto run = keys(whole);
  REQUIRE(run.size() == 50);
  CHECK_FALSE(std::is_sorted(run.begin(), run.begin() + 25));
  CHECK_FALSE(whole.get({"label"}));
  for (int start : {0, 13, 25, 31, 50}) {
    resumed.seek(start);
    CHECK(keys(resumed) == std::vector(run.begin() + start, run.end()));
  }
}

TEST_CASE("a bad record is named, and the records after it can be read") {
  scratch_directory scratch;
  write_mnist(scratch, 1);
  const std::string good = content_of(scratch.path("mnist_train.tfrecord"));
  std::string content = good;
  append_tfrecord(content, serialize(features{{"image/encoded", bytes_list{"no image"}}, {"image/format", bytes_list{"png"}}}));
  scratch.write("mnist_train.tfrecord", content + good);
  dataset_data_provider provider(dataset_factory::get_dataset("mnist", "train", scratch.directory.string()), {.shuffle = false});
  provider.get({"image"});
  CHECK(complaint_of([&] { provider.get({"image"}); }) ==
        "record " + scratch.path("mnist_train.tfrecord") + ":" + std::to_string(good.size()) +
            ": decode image: expected a JPEG, a PNG, a GIF or a BMP, found none of them in the first bytes; convert the image to one of them");
  CHECK(provider.get({"image"})->front().as<std::uint8_t>() == numbered_image(0, 28, 28, 1).pixels);
}

TEST_CASE("misuse") {
  scratch_directory scratch;
  write_mnist(scratch, 1);
  const auto set = dataset_factory::get_dataset("mnist", "train", scratch.directory.string());
  dataset_data_provider provider(set, {.shuffle = false, .record_key = "where"});
  CHECK(complaint_of([&] { provider.get({"image", "lable"}); }) ==
        "dataset_data_provider: item: expected one of image, label, where, found lable; ask for one of these");
  CHECK(provider.get({"where"})->front().as<std::string>()[0] == scratch.path("mnist_train.tfrecord") + ":0");  // nothing was lost
  CHECK(complaint_of([&] { dataset_data_provider(set, {.record_key = "label"}); }) ==
        "dataset_data_provider: record_key: expected a name that no item has, found label; choose another record_key");
  CHECK(complaint_of([&] { dataset_data_provider({{"x"}}); }) == "dataset_data_provider: decoder: expected one, found none; give the data set a decoder");
}
