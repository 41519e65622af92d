#include "slim/data/convert_dataset.hpp"

#include <doctest/doctest.h>

#include <set>

#include "slim/data/image_handler.hpp"
#include "slim/data/tfexample_decoder.hpp"
#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

std::vector<features> examples(const std::string& path) {
  std::vector<features> all;
  tfrecord_reader reader(path);
  while (const auto record = reader.next()) all.push_back(parse_example(*record));
  return all;
}

std::string idx(std::initializer_list<unsigned char> bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

TEST_CASE("MNIST becomes two files of records and a label file") {
  scratch_directory scratch;
  for (const std::string stem : {"train", "t10k"}) {
    scratch.write(stem + "-images-idx3-ubyte", idx({0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4}));
    scratch.write(stem + "-labels-idx1-ubyte", idx({0, 0, 8, 1, 0, 0, 0, 2, 7, 0}));
  }
  const std::string source = scratch.directory.string(), target = scratch.path("new/records");
  CHECK(convert_mnist(source, target));
  for (const char* name : {"/mnist_train.tfrecord", "/mnist_test.tfrecord"}) {
    const auto all = examples(target + name);
    REQUIRE(all.size() == 2);
    CHECK(all[0].size() == 5);
    CHECK(all[0].at("image/format") == feature{bytes_list{"png"}});
    CHECK(all[0].at("image/class/label") == feature{int64_list{7}});
    CHECK(all[0].at("image/height") == feature{int64_list{1}});
    CHECK(all[0].at("image/width") == feature{int64_list{2}});
    CHECK(decode_png(std::get<bytes_list>(all[1].at("image/encoded"))[0]) == byte_image{1, 2, 1, {3, 4}});
  }
  CHECK(read_label_file(target).at(7) == "seven");
  CHECK_FALSE(convert_mnist(source, target));  // exists
}

TEST_CASE("CIFAR-10") {
  scratch_directory scratch;
  for (const char* name : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"}) {
    scratch.write(std::string(name) + ".bin", '\3' + std::string(1024, '\1') + std::string(1024, '\2') + std::string(1024, '\5'));
  }
  CHECK(convert_cifar10(scratch.directory.string(), scratch.directory.string()));
  CHECK(examples(scratch.path("cifar10_train.tfrecord")).size() == 5);
  const auto test = examples(scratch.path("cifar10_test.tfrecord"));
  REQUIRE(test.size() == 1);
  const byte_image picture = decode_png(std::get<bytes_list>(test[0].at("image/encoded"))[0]);
  CHECK(picture.width == 32);
  CHECK(picture.pixels[3071] == 5);
  CHECK(read_label_file(scratch.directory.string()).at(3) == "cat");
}

TEST_CASE("a folder of images becomes shards; every image is in one of them, and the bytes stay") {
  scratch_directory scratch;
  std::set<std::string> expected;
  for (int i = 0; i < 23; ++i) {
    const byte_image picture{1, 1, 3, {static_cast<std::uint8_t>(i), 0, 0}};
    scratch.write((i % 2 == 0 ? "in/rose/" : "in/daisy/") + std::to_string(i) + ".png", encode_png(picture));
    expected.insert(encode_png(picture));
  }
  scratch.write("in/rose/photo.jpg", jpeg_colour);
  expected.insert(jpeg_colour);
  const image_folder_split split{.num_validation = 6, .num_shards = 4};
  CHECK(convert_image_folder("flowers", scratch.path("in"), scratch.path("out"), split));
  CHECK(read_label_file(scratch.path("out")) == std::map<int, std::string>{{0, "daisy"}, {1, "rose"}});

  std::set<std::string> found;
  const std::vector<std::size_t> train_sizes{5, 5, 5, 3}, validation_sizes{2, 2, 2, 0};  // rounded up, as in TF-Slim
  for (int shard = 0; shard < 4; ++shard) {
    const std::string ending = "_0000" + std::to_string(shard) + "-of-00004.tfrecord";
    const auto train = examples(scratch.path("out/flowers_train" + ending)), validation = examples(scratch.path("out/flowers_validation" + ending));
    CHECK(train.size() == train_sizes[static_cast<std::size_t>(shard)]);
    CHECK(validation.size() == validation_sizes[static_cast<std::size_t>(shard)]);
    for (const auto* part : {&train, &validation}) {
      for (const features& example : *part) {
        const std::string& bytes = std::get<bytes_list>(example.at("image/encoded"))[0];
        found.insert(bytes);
        const bool photo = bytes == jpeg_colour;
        CHECK(example.at("image/format") == feature{bytes_list{photo ? "jpg" : "png"}});
        CHECK(example.at("image/height") == feature{int64_list{photo ? 8 : 1}});
        CHECK(example.at("image/class/label") == feature{int64_list{photo ? 1 : decode_png(bytes).pixels[0] % 2 == 0}});
      }
    }
  }
  CHECK(found == expected);
  CHECK_FALSE(convert_image_folder("flowers", scratch.path("in"), scratch.path("out"), split));  // exists
}

TEST_CASE("mistakes leave no records behind") {
  scratch_directory scratch;
  scratch.write("in/a/1.png", png_rgba);
  scratch.write("in/a/2.txt", "text");
  const auto complaint = [&](const image_folder_split& split) {
    return complaint_of([&] { convert_image_folder("x", scratch.path("in"), scratch.path("out"), split); });
  };
  CHECK(has(complaint({}), "expected more than the 350 images for validation, found 2"));
  CHECK(has(complaint({0, 0}), "expected 1 .. 99999 shards, found 0"));
  CHECK(has(complaint({0, 1}), "2.txt: decode image: expected a JPEG, a PNG or a BMP"));
  CHECK_FALSE(std::filesystem::exists(scratch.path("out/x_train_00000-of-00001.tfrecord")));
}
