#include "slim/data/byte_sink.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using slim::data::byte_sink;

TEST_CASE("a file takes its name when it is closed") {
  scratch_directory scratch;
  const std::string path = scratch.write("file", "old");
  byte_sink sink(path);
  sink.write("new ");
  sink.write("content");
  CHECK(content_of(path) == "old");
  sink.close();
  CHECK(content_of(path) == "new content");
  sink.close();  // does nothing
  CHECK(has(complaint_of([&] { sink.write("more"); }), "found the file closed already"));
  CHECK(std::distance(std::filesystem::directory_iterator(scratch.directory), {}) == 1);
}

TEST_CASE("an exception on its way leaves the old file and no other") {
  scratch_directory scratch;
  const std::string path = scratch.write("file", "old");
  for (const auto format : {slim::data::compression::none, slim::data::compression::gzip}) {
    CHECK(complaint_of([&] {
            byte_sink sink(path, format);
            sink.write("half");
            throw slim::error("the other half is missing");
          }) == "the other half is missing");
    CHECK(content_of(path) == "old");
    CHECK(std::distance(std::filesystem::directory_iterator(scratch.directory), {}) == 1);
  }
}

TEST_CASE("a disk without space is noticed") {
  if (!std::filesystem::exists("/dev/full")) return;
  scratch_directory scratch;
  std::filesystem::create_symlink("/dev/full", scratch.path("file.partial"));
  byte_sink sink(scratch.path("file"));
  CHECK(has(complaint_of([&] {
              sink.write(std::string(1 << 20, 'x'));
              sink.close();
            }),
            "expected a writable file, found No space left on device"));
  CHECK(has(complaint_of([&] { sink.close(); }), "found that a part is missing, as was told before"));  // who catches it and goes on
  CHECK(std::filesystem::is_empty(scratch.directory));
}

TEST_CASE("a folder that does not exist is named") {
  CHECK(complaint_of([] { byte_sink("/missing/file"); }) ==
        "write data: /missing/file: expected a writable file, found No such file or directory; check the folder and the space on the disk");
}
