#include "slim/data/cifar.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using slim::data::cifar100_labels;
using slim::data::read_cifar10;
using slim::data::read_cifar100;

namespace {

// Red counts up, green is constant, blue counts down.
std::string record(std::string labels, char green) {
  std::string bytes = labels;
  for (int i = 0; i < 1024; ++i) bytes.push_back(static_cast<char>(i % 256));
  bytes.append(1024, green);
  for (int i = 0; i < 1024; ++i) bytes.push_back(static_cast<char>(255 - i % 256));
  return bytes;
}

}  // namespace

TEST_CASE("CIFAR-10: five training files in their order, planes become pixels") {
  scratch_directory scratch;
  for (int batch = 1; batch <= 5; ++batch) {
    const char label = static_cast<char>(batch), green = static_cast<char>(10 * batch);
    scratch.write("data_batch_" + std::to_string(batch) + ".bin", record({label}, green) + record({'\0'}, '\7'));
  }
  scratch.write("test_batch.bin", record({'\11'}, '\1'));
  const std::string directory = scratch.directory.string();
  const auto train = read_cifar10(directory, true);
  CHECK(train.count == 10);
  CHECK(train.height == 32);
  CHECK(train.width == 32);
  CHECK(train.channels == 3);
  CHECK(train.classes == 10);
  CHECK(train.labels == std::vector<int>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0});
  REQUIRE(train.pixels.size() == 10 * 3072);
  const auto third = train.at(2);
  CHECK(third.pixels[0] == 0);
  CHECK(third.pixels[1] == 20);
  CHECK(third.pixels[2] == 255);
  CHECK(third.pixels[3 * 300] == 300 % 256);
  CHECK(third.pixels[3 * 300 + 2] == 255 - 300 % 256);
  CHECK(read_cifar10(directory, false).labels == std::vector<int>{9});
}

TEST_CASE("CIFAR-100: two labels") {
  scratch_directory scratch;
  scratch.write("train.bin", record("\x13\x63", 1));
  scratch.write("test.bin", record(std::string("\0\5", 2), 1));
  const std::string directory = scratch.directory.string();
  const auto fine = read_cifar100(directory, true), coarse = read_cifar100(directory, true, cifar100_labels::coarse);
  CHECK(fine.classes == 100);
  CHECK(fine.labels == std::vector<int>{99});
  CHECK(coarse.classes == 20);
  CHECK(coarse.labels == std::vector<int>{19});
  CHECK(fine.pixels == coarse.pixels);
  CHECK(read_cifar100(directory, false).labels == std::vector<int>{5});
}

TEST_CASE("bad files are refused") {
  scratch_directory scratch;
  const std::string directory = scratch.directory.string();
  const auto complaint = [&](const std::string& content) {
    scratch.write("test_batch.bin", content);
    return complaint_of([&] { read_cifar10(directory, false); });
  };
  CHECK(has(complaint_of([&] { read_cifar10(directory, true); }), "data_batch_1.bin: offset 0: expected a readable file, found No such file"));
  CHECK(has(complaint(""), "expected at least one record, found none"));
  CHECK(has(complaint(record({'\1'}, 0) + "abc"), "offset 3076: expected a record of 3073 bytes, found 3"));
  CHECK(has(complaint(record({'\1'}, 0) + record({'\12'}, 0)), "offset 3073: expected a label in 0 .. 9, found 10"));
}
