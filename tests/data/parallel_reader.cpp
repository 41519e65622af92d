#include "slim/data/parallel_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

// Files numbered 0, 1, ... with the given numbers of records; record 3 of file 1 is "1:3".
std::vector<std::string> write_files(const scratch_directory& scratch, const std::vector<int>& sizes) {
  std::vector<std::string> files;
  for (std::size_t file = 0; file < sizes.size(); ++file) {
    std::string content;
    for (int i = 0; i < sizes[file]; ++i) append_tfrecord(content, std::to_string(file) + ':' + std::to_string(i));
    files.push_back(scratch.write("part-" + std::to_string(file), content));
  }
  return files;
}

template <class Reader>
std::vector<std::string> values(Reader& reader, int count = 1 << 30) {
  std::vector<std::string> result;
  for (int i = 0; i < count; ++i) {
    const auto next = reader.next();
    if (!next) break;
    result.push_back(next->value);
  }
  return result;
}

std::vector<std::string> sorted(std::vector<std::string> items) {
  std::sort(items.begin(), items.end());
  return items;
}

}  // namespace

TEST_CASE("readers take turns and drop out") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {2, 4, 0, 1});
  parallel_reader one(files, open_tfrecord, 1), two(files, open_tfrecord, 2), many(files, open_tfrecord, 50, 1);
  CHECK(values(one) == std::vector<std::string>{"0:0", "0:1", "1:0", "1:1", "1:2", "1:3", "3:0"});
  CHECK(values(two) == std::vector<std::string>{"0:0", "1:0", "0:1", "1:1", "1:2", "1:3", "3:0"});
  CHECK(values(many) == std::vector<std::string>{"0:0", "1:0", "3:0", "0:1", "1:1", "1:2", "1:3"});
  CHECK(many.num_records_produced() == 7);
  CHECK_FALSE(many.next());
}

TEST_CASE("the order does not depend on how many records are read ahead") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {300, 500, 7});
  parallel_reader one_by_one(files, open_tfrecord, 2, 2);
  const auto order = values(one_by_one);
  REQUIRE(order.size() == 807);
  for (int capacity : {1, 3, 8, 50, 256, 4096}) {
    parallel_reader reader(files, open_tfrecord, 2, capacity);
    CHECK(values(reader) == order);
  }
}

TEST_CASE("no more records than the capacity are read ahead") {
  struct counting : record_reader {
    static std::atomic<int>& count() {
      static std::atomic<int> records = 0;
      return records;
    }
    bool read(record& into) override {
      into.value = std::to_string(count()++);
      return true;
    }
  };
  for (int capacity : {1, 2, 5, 16, 100}) {
    counting::count() = 0;
    parallel_reader reader({"endless"}, +[](const std::string&) -> std::unique_ptr<record_reader> { return std::make_unique<counting>(); }, 1, capacity);
    for (int taken = 1; taken <= 50; ++taken) {
      CHECK(reader.next()->value == std::to_string(taken - 1));
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      CHECK(counting::count() <= taken + capacity);
    }
  }
}

TEST_CASE("the key is file and offset") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {2});
  parallel_reader reader(files, open_tfrecord);
  CHECK(reader.next()->key == files[0] + ":0");
  CHECK(reader.next()->key == files[0] + ":19");  // 12 bytes before and 4 behind a record of 3
}

TEST_CASE("one pass reads patterns in sorted order") {
  scratch_directory scratch;
  write_files(scratch, {1, 1, 1});
  auto reader = single_pass_read({scratch.path("part-*")}, open_tfrecord);
  CHECK(values(reader) == std::vector<std::string>{"0:0", "1:0", "2:0"});
  CHECK(get_data_files({scratch.path("part-[12]"), "plain"}) == std::vector<std::string>{scratch.path("part-1"), scratch.path("part-2"), "plain"});
  CHECK(complaint_of([] { get_data_files({"nowhere/x-*"}); }) ==
        "No data files found in nowhere/x-*: expected at least one file, found none; check the folder");
  CHECK(complaint_of([&] { get_data_files({scratch.path("part-1"), "nowhere/x-*"}); }) ==
        "No data files found in nowhere/x-*: expected at least one file, found none; check the folder");
  CHECK_THROWS_AS(get_data_files({}), slim::error);
}

TEST_CASE("every epoch has every record once, in another order, the same for the same seed") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {10, 20, 30, 5});
  for (int num_readers : {1, 3}) {
    const parallel_read_options given{.num_readers = num_readers, .capacity = 20, .min_after_dequeue = 10, .seed = 1};
    auto other_seed = given;
    other_seed.seed = 2;
    parallel_read reader(files, open_tfrecord, given), again(files, open_tfrecord, given), other(files, open_tfrecord, other_seed);
    std::vector<std::string> previous, all;
    for (int epoch = 0; epoch < 4; ++epoch) {
      const auto order = values(reader, 65);
      if (epoch == 0) all = sorted(order);
      CHECK(std::set(order.begin(), order.end()).size() == 65);
      CHECK(sorted(order) == all);
      CHECK(order != previous);
      CHECK(order == values(again, 65));
      CHECK(order != values(other, 65));
      previous = order;
    }
    CHECK(reader.next()->epoch == 4);
  }
}

TEST_CASE("without shuffling the order of the files") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {2, 1});
  parallel_read reader(files, open_tfrecord, {.num_epochs = 2, .num_readers = 1, .shuffle = false});
  CHECK(values(reader) == std::vector<std::string>{"0:0", "0:1", "1:0", "0:0", "0:1", "1:0"});
  CHECK_FALSE(reader.next());
}

TEST_CASE("seek resumes as if nothing had happened") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {7, 11, 3});
  const parallel_read_options given{.num_epochs = 5, .num_readers = 2, .capacity = 8, .min_after_dequeue = 4, .seed = 3};
  parallel_read whole(files, open_tfrecord, given);
  const auto order = values(whole);
  REQUIRE(order.size() == 105);
  for (int start : {0, 1, 20, 21, 22, 77, 104, 105, 200}) {
    parallel_read resumed(files, open_tfrecord, given);
    resumed.seek(start);
    CHECK(values(resumed) == std::vector(order.begin() + std::min(start, 105), order.end()));
  }
  whole.seek(50);
  CHECK(values(whole, 3) == std::vector(order.begin() + 50, order.begin() + 53));
}

TEST_CASE("problems reach the consumer after the records before them") {
  scratch_directory scratch;
  auto files = write_files(scratch, {3});
  files.push_back(scratch.path("missing"));
  parallel_reader reader(files, open_tfrecord, 1);
  CHECK(values(reader, 3) == std::vector<std::string>{"0:0", "0:1", "0:2"});
  for (int i = 0; i < 2; ++i) CHECK(has(complaint_of([&] { reader.next(); }), "missing: offset 0: expected a readable file"));

  const auto empty = write_files(scratch, {0, 0});
  parallel_read none(empty, open_tfrecord);
  CHECK(complaint_of([&] { none.next(); }) == "parallel_read: " + empty[0] + ": expected a record in the files, found none; check how they were made");
  CHECK_NOTHROW(none.seek(5));
  CHECK_THROWS_AS(none.next(), slim::error);
}

TEST_CASE("damaged records are passed over up to a number, the rest of a file where its length is wrong, and resuming knows of it") {
  scratch_directory scratch;
  const auto files = write_files(scratch, {4, 3, 2});
  const auto damage = [](const std::string& path, std::size_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(at));
    file.put('!');
  };
  const std::size_t each = 8 + 4 + 3 + 4;  // length, its checksum, "0:0", its checksum
  damage(files[0], each + 13);             // a byte of the second record
  damage(files[1], each + 2);              // of the length of the second
  parallel_reader one(files, open_tfrecord, 1, 256, 2);
  CHECK(values(one, 6) == std::vector<std::string>{"0:0", "0:2", "0:3", "1:0", "2:0", "2:1"});
  CHECK_FALSE(one.next());
  CHECK(one.damaged() == 2);
  parallel_reader strict(files, open_tfrecord, 1, 256, 1);
  CHECK(values(strict, 4).size() == 4);
  CHECK(has(complaint_of([&] { strict.next(); }), "the right checksum of its length"));
  parallel_reader groups(files, open_tfrecord, 1, 256, 2);
  CHECK(groups.read_up_to(4).size() == 4);
  CHECK(groups.read_up_to(4).size() == 2);
  CHECK(groups.read_up_to(4).empty());

  auto with_missing = files;
  with_missing.push_back(scratch.path("missing"));
  parallel_reader missing(with_missing, open_tfrecord, 1, 256, 9);
  CHECK(values(missing, 6).size() == 6);
  CHECK(has(complaint_of([&] { missing.next(); }), "missing: offset 0: expected a readable file"));

  const parallel_read_options given{.num_epochs = 3, .num_readers = 2, .capacity = 8, .min_after_dequeue = 4, .damaged_at_most = 2};
  parallel_read whole(files, open_tfrecord, given), resumed(files, open_tfrecord, given);
  const auto order = values(whole);
  REQUIRE(order.size() == 18);
  resumed.seek(7);
  CHECK(values(resumed) == std::vector(order.begin() + 7, order.end()));
}

TEST_CASE("options out of range are refused") {
  CHECK(complaint_of([] { parallel_reader({"x"}, open_tfrecord, 0); }) == "parallel_reader: num_readers: expected at least 1, found 0; choose more");
  CHECK(complaint_of([] { parallel_read({"x"}, open_tfrecord, {.capacity = 0}); }) ==
        "parallel_read: options: expected num_epochs and min_after_dequeue of at least 0 and a capacity of at least 1, "
        "found 0, 128 and 0; choose others");
  const scratch_directory scratch;
  parallel_read one({scratch.write("part", "")}, open_tfrecord);
  CHECK(has(complaint_of([&] { one.seek(-4); }), "parallel_read: seek: expected 0 or a later place, found -4"));
}
