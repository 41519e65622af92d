#include "slim/data/dataset_factory.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "slim/data/dataset_data_provider.hpp"
#include "tests/data/made_data_sets.hpp"

using namespace slim::data;
using dataset_factory::get_dataset;

TEST_CASE("splits, classes and file patterns of TF-Slim") {
  struct row {
    const char *name, *split, *pattern;
    std::int64_t num_samples;
    int num_classes;
    std::vector<std::string> items;
  };
  const std::vector<std::string> plain = {"image", "label"};
  const row rows[] = {
      {"flowers", "train", "dir/flowers_train_*.tfrecord", 3320, 5, plain},
      {"flowers", "validation", "dir/flowers_validation_*.tfrecord", 350, 5, plain},
      {"cifar10", "train", "dir/cifar10_train.tfrecord", 50000, 10, plain},
      {"cifar10", "test", "dir/cifar10_test.tfrecord", 10000, 10, plain},
      {"mnist", "test", "dir/mnist_test.tfrecord", 10000, 10, plain},
      {"imagenet", "train", "dir/train-*", 1281167, 1001, {"image", "label", "label_text", "object/bbox", "object/label"}},
      {"imagenet", "validation", "dir/validation-*", 50000, 1001, {"image", "label", "label_text", "object/bbox", "object/label"}},
      {"visualwakewords", "train", "dir/train.record-*", 82783, 2, {"image", "label", "object/bbox"}},
      {"visualwakewords", "val", "dir/val.record-*", 40504, 2, {"image", "label", "object/bbox"}},
  };
  for (const row& expected : rows) {
    CAPTURE(expected.pattern);
    const dataset set = get_dataset(expected.name, expected.split, "dir");
    CHECK(set.data_sources == std::vector<std::string>{expected.pattern});
    CHECK(set.num_samples == expected.num_samples);
    CHECK(set.num_classes == expected.num_classes);
    CHECK(set.decoder->list_items() == expected.items);
    CHECK(set.items_to_descriptions.size() == expected.items.size());
    for (const std::string& item : expected.items) CHECK(set.items_to_descriptions.contains(item));
    CHECK(set.labels_to_names.empty());
  }
  CHECK(get_dataset("mnist", "train", "dir", "digits-%s-*").data_sources == std::vector<std::string>{"dir/digits-train-*"});
  CHECK(get_dataset("mnist", "train", "dir", "all").data_sources == std::vector<std::string>{"dir/all"});
}

TEST_CASE("unknown names are refused") {
  CHECK(complaint_of([] { get_dataset("minst", "train", "dir"); }) ==
        "get_dataset: name: expected one of cifar10, flowers, imagenet, mnist, visualwakewords, found minst; choose one of these");
  CHECK(complaint_of([] { get_dataset("mnist", "validation", "dir"); }) ==
        "get_dataset: split_name of mnist: expected one of train, test, found validation; choose one of these");
}

TEST_CASE("names of classes come from labels.txt") {
  scratch_directory scratch;
  scratch.write("labels.txt", "0:daisy\n1:dandelion: a weed\n\n4:tulips");
  CHECK(get_dataset("flowers", "train", scratch.directory.string()).labels_to_names ==
        std::map<int, std::string>{{0, "daisy"}, {1, "dandelion: a weed"}, {4, "tulips"}});
  scratch.write("labels.txt", "daisy");
  CHECK(has(complaint_of([&] { get_dataset("flowers", "train", scratch.directory.string()); }), "labels.txt"));
}

TEST_CASE("records of shards, with boxes and both spellings of their labels") {
  scratch_directory scratch;
  const auto write = [&](const char* name, const char* label_key) {
    tfrecord_writer writer(scratch.path(name));
    writer.write(image_example_bytes(numbered_image(1, 5, 4, 3), 7,
                                     {{"image/class/text", bytes_list{"cock"}},
                                      {"image/object/bbox/ymin", float_list{0.25f, 0}},
                                      {"image/object/bbox/xmin", float_list{0.5f, 0}},
                                      {"image/object/bbox/ymax", float_list{0.75f, 1}},
                                      {"image/object/bbox/xmax", float_list{1, 1}},
                                      {label_key, int64_list{7, 8}}}));
    writer.close();
  };
  write("validation-00000-of-00002", "image/object/bbox/label");
  write("validation-00001-of-00002", "image/object/class/label");
  dataset_data_provider provider(get_dataset("imagenet", "validation", scratch.directory.string()), {.shuffle = false, .num_epochs = 1});
  for (int i = 0; i < 2; ++i) {
    const auto items = provider.get({"image", "label", "label_text", "object/bbox", "object/label"});
    REQUIRE(items);
    CHECK((*items)[0].shape == item_shape{5, 4, 3});
    CHECK((*items)[0].as<std::uint8_t>() == numbered_image(1, 5, 4, 3).pixels);
    CHECK((*items)[1].as<std::int64_t>() == std::vector<std::int64_t>{7});
    CHECK((*items)[2].as<std::string>() == std::vector<std::string>{"cock"});
    CHECK((*items)[3].as<float>() == std::vector<float>{0.25f, 0.5f, 0.75f, 1, 0, 0, 1, 1});
    CHECK((*items)[4].as<std::int64_t>() == std::vector<std::int64_t>{7, 8});
  }
  CHECK_FALSE(provider.get({"label"}));
}

TEST_CASE("what a record leaves out has TF-Slim's defaults") {
  const std::string bare = serialize(features{{"image/encoded", bytes_list{encode_png(numbered_image(1, 2, 2, 3))}}});
  const auto items = [&](const char* name, const char* split) { return get_dataset(name, split, "dir").decoder->decode(bare); };
  CHECK(items("flowers", "train")[1].as<std::int64_t>()[0] == 0);
  const auto imagenet = items("imagenet", "train");
  CHECK(imagenet[1].as<std::int64_t>()[0] == -1);
  CHECK(imagenet[2].as<std::string>()[0].empty());
  CHECK(imagenet[3].shape == item_shape{0, 4});
  CHECK(imagenet[4].size() == 0);
  CHECK(items("visualwakewords", "val")[1].as<std::int64_t>()[0] == -1);

  const std::string raw = serialize(features{{"image/encoded", bytes_list{std::string(28 * 28, 'x')}}});  // mnist without a format is raw
  CHECK(get_dataset("mnist", "test", "dir").decoder->decode(raw)[0].as<std::uint8_t>() == std::vector<std::uint8_t>(28 * 28, 'x'));
}
