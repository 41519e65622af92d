#include "slim/data/convert_dataset.hpp"

#include <doctest/doctest.h>

#include <set>

#include "slim/data/build_imagenet_data.hpp"
#include "slim/data/build_visualwakewords_data.hpp"
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
    scratch.write(std::string(name) + ".bin", std::string(1, '\3') + std::string(1024, '\1') + std::string(1024, '\2') + std::string(1024, '\5'));
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
  CHECK(has(complaint({0, 1}), "2.txt: decode image: expected a JPEG, a PNG, a GIF or a BMP"));
  CHECK_FALSE(std::filesystem::exists(scratch.path("out/x_train_00000-of-00001.tfrecord")));
}

TEST_CASE("ImageNet: shards with TF-Slim's features; PNG and four inks become JPEG of three colours") {
  scratch_directory scratch;
  const byte_image red{2, 3, 3, {200, 10, 10, 200, 10, 10, 200, 10, 10, 200, 10, 10, 200, 10, 10, 200, 10, 10}};
  scratch.write("train/n01/n01_1.JPEG", jpeg_colour);
  scratch.write("train/n01/n01_2.JPEG", encode_png(red));
  scratch.write("train/n01/readme.txt", "no image");
  scratch.write("train/n02/n02_1.JPEG", jpeg_cmyk);
  scratch.write("train/n02/n02_2.JPEG", jpeg_grey);
  scratch.write("synsets.txt", "n01\nn02\n");
  scratch.write("metadata.txt", "n00\tentity\nn02\tgrey whale, devilfish\nn01\tkit fox\n");
  scratch.write("boxes.csv", "n01_1.JPEG,0.25,0.5,0.75,1.0\nn01_1.JPEG, 0, 0, 0.5, 0.125\n");
  imagenet_source from{scratch.path("train"), "", scratch.path("synsets.txt"), scratch.path("metadata.txt"), scratch.path("boxes.csv"), 3, 2, 2, 1};
  CHECK(build_imagenet_data(from, scratch.path("out")));
  std::map<std::string, features> found;
  for (int shard = 0; shard < 3; ++shard)
    for (features& one : examples(scratch.path("out/train-0000" + std::to_string(shard) + "-of-00003")))
      found[std::get<bytes_list>(one.at("image/filename"))[0]] = one;
  REQUIRE(found.size() == 4);
  const features& first = found.at("n01_1.JPEG");
  CHECK(first.size() == 15);
  CHECK(first.at("image/encoded") == feature{bytes_list{jpeg_colour}});
  CHECK(first.at("image/format") == feature{bytes_list{"JPEG"}});
  CHECK(first.at("image/colorspace") == feature{bytes_list{"RGB"}});
  CHECK(first.at("image/channels") == feature{int64_list{3}});
  CHECK(first.at("image/class/label") == feature{int64_list{1}});
  CHECK(first.at("image/class/synset") == feature{bytes_list{"n01"}});
  CHECK(first.at("image/class/text") == feature{bytes_list{"kit fox"}});
  CHECK(first.at("image/object/bbox/xmin") == feature{float_list{0.25f, 0}});
  CHECK(first.at("image/object/bbox/ymax") == feature{float_list{1, 0.125f}});
  CHECK(first.at("image/object/bbox/label") == feature{int64_list{1, 1}});
  CHECK(std::get<float_list>(found.at("n02_1.JPEG").at("image/object/bbox/xmin")).empty());
  CHECK(found.at("n02_2.JPEG").at("image/class/text") == feature{bytes_list{"grey whale, devilfish"}});
  const auto bytes_of = [&](const char* name) { return std::get<bytes_list>(found.at(name).at("image/encoded"))[0]; };
  const byte_image was_png = decode_jpeg(bytes_of("n01_2.JPEG")), was_inks = decode_jpeg(bytes_of("n02_1.JPEG")), inks = decode_jpeg(jpeg_cmyk, 3);
  CHECK((was_png.height == 2 && was_png.width == 3 && was_png.channels == 3));
  for (std::size_t i = 0; i < red.pixels.size(); ++i) CHECK(std::abs(was_png.pixels[i] - red.pixels[i]) <= 3);
  CHECK(jpeg_components(jpeg_cmyk) == 4);
  CHECK(jpeg_components(bytes_of("n02_1.JPEG")) == 3);
  CHECK((was_inks.height == inks.height && was_inks.width == inks.width));
  CHECK_FALSE(build_imagenet_data(from, scratch.path("out")));

  from.train_shards = 1;
  scratch.write("synsets.txt", "n01\nn03\n");
  CHECK_THROWS_WITH_AS(build_imagenet_data(from, scratch.path("out")), doctest::Contains("expected a text for n03 of the labels_file, found none; add it"),
                       slim::error);
  scratch.write("synsets.txt", "n01\nn00\n");
  CHECK_THROWS_AS(build_imagenet_data(from, scratch.path("out")), slim::error);  // no folder
  scratch.write("synsets.txt", "n01\n");
  scratch.write("boxes.csv", "n01_1.JPEG,0.25,0.5,0.75\n");
  CHECK_THROWS_WITH_AS(build_imagenet_data(from, scratch.path("out")),
                       doctest::Contains("expected name,xmin,ymin,xmax,ymax in each line, found 'n01_1.JPEG,0.25,0.5,0.75'"), slim::error);
  from.bounding_box_file.clear();
  scratch.write("train/n01/n01_3.JPEG", "no image");
  CHECK_THROWS_WITH_AS(build_imagenet_data(from, scratch.path("out")), doctest::Contains("n01_3.JPEG: decode JPEG: "), slim::error);
  from.num_threads = 1, from.validation_shards = 0;
  CHECK_THROWS_AS(build_imagenet_data(from, scratch.path("out")), slim::error);
}

TEST_CASE("Visual Wake Words: an image has a person or none, and goes to the files by turns") {
  scratch_directory scratch;
  for (const char* name : {"in/a.jpg", "in/b.jpg", "in/c.jpg"}) scratch.write(name, jpeg_colour);
  const std::string categories = R"("categories": [{"id": 7, "name": "person", "supercategory": "person"}, {"id": 1, "name": "cat"}])";
  const std::string images =
      R"("images": [{"id": 31, "file_name": "a.jpg", "height": 100, "width": 200}, {"id": 12, "file_name": "b.jpg", "height": 100, "width": 200},
                                          {"id": 44, "file_name": "c.jpg", "height": 100, "width": 200}])";
  scratch.write("coco.json", "{" + categories + ", " + images + R"(, "annotations": [
    {"image_id": 31, "category_id": 1, "area": 9000, "bbox": [0, 0, 90, 100]},
    {"image_id": 31, "category_id": 7, "area": 99.9, "bbox": [0, 0, 10, 10]},
    {"image_id": 12, "category_id": 7, "area": 100, "bbox": [20.0, 10, 100, 50], "iscrowd": 0},
    {"image_id": 12, "category_id": 7, "area": 500, "bbox": [150, 10, 51, 50]},
    {"image_id": 99, "category_id": 7, "area": 500, "bbox": [1, 1, 5, 5]}]})");
  visualwakewords_source from{.train_image_dir = scratch.path("in"), .train_annotations_file = scratch.path("coco.json"), .train_shards = 2};
  CHECK(build_visualwakewords_data(from, scratch.path("out")));
  const auto even = examples(scratch.path("out/train.record-00000-of-00002")), odd = examples(scratch.path("out/train.record-00001-of-00002"));
  REQUIRE((even.size() == 2 && odd.size() == 1));
  CHECK(even[0].at("image/class/label") == feature{int64_list{0}});  // too small
  CHECK(even[0].at("image/source_id") == feature{bytes_list{"31"}});
  CHECK(even[1].at("image/filename") == feature{bytes_list{"c.jpg"}});
  CHECK(odd[0].size() == 15);
  CHECK(odd[0].at("image/class/label") == feature{int64_list{1}});
  CHECK(odd[0].at("image/class/text") == feature{bytes_list{"person"}});  // the second box leaves the image
  CHECK(odd[0].at("image/object/bbox/xmin") == feature{float_list{0.1f}});
  CHECK(odd[0].at("image/object/bbox/xmax") == feature{float_list{0.6f}});
  CHECK(odd[0].at("image/object/bbox/ymin") == feature{float_list{0.1f}});
  CHECK(odd[0].at("image/object/bbox/ymax") == feature{float_list{0.6f}});
  CHECK(odd[0].at("image/object/area") == feature{float_list{100}});
  CHECK(odd[0].at("image/format") == feature{bytes_list{"jpeg"}});
  CHECK(odd[0].at("image/encoded") == feature{bytes_list{jpeg_colour}});
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string(1000, 'a')) == "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3");
  CHECK(odd[0].at("image/key/sha256") == feature{bytes_list{sha256(jpeg_colour)}});
  CHECK(read_label_file(scratch.path("out")) == std::map<int, std::string>{{0, "background"}, {1, "person"}});
  CHECK_FALSE(build_visualwakewords_data(from, scratch.path("out")));

  from.foreground_class_of_interest = "dog";
  CHECK_THROWS_WITH_AS(build_visualwakewords_data(from, scratch.path("dogs")),
                       doctest::Contains("expected a category 'dog', found none of this name; give a file of COCO's instances"), slim::error);
  for (const char* damaged : {"{", "[]", "{\"categories\": 1}", "{\"categories\": [{\"id\": 1}]}"}) {
    scratch.write("coco.json", damaged);
    CHECK_THROWS_AS(build_visualwakewords_data(from, scratch.path("dogs")), slim::error);
  }
}
