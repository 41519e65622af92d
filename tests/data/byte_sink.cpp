#include "slim/data/byte_sink.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "slim/data/data_files.hpp"
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
  scratch_directory scratch;
  rlimit usual{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &usual) == 0);
  const rlimit little{100'000, usual.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  for (const auto format : {slim::data::compression::none, slim::data::compression::gzip}) {
    byte_sink sink(scratch.path("file"), format);
    std::string noise(1 << 20, 'x');
    std::uint32_t state = 1;
    for (char& one : noise) one = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    setrlimit(RLIMIT_FSIZE, &little);
    const std::string told = complaint_of([&] {
      sink.write(noise);
      sink.close();
    });
    setrlimit(RLIMIT_FSIZE, &usual);
    CHECK(told == "write: " + scratch.path("file") + ": expected to write, found File too large; check free space and permissions");
    CHECK(has(complaint_of([&] { sink.close(); }), "found that a part is missing, as was told before"));  // who catches it and goes on
    CHECK(std::filesystem::is_empty(scratch.directory));
  }
  std::signal(SIGXFSZ, handler);
}

TEST_CASE("what a killed program left is no data file, and the next one removes it") {
  scratch_directory scratch;
  scratch.write("train-00000-of-00002", "whole");
  const pid_t child = fork();
  if (child == 0) {
    byte_sink sink(scratch.path("train-00001-of-00002"));
    sink.write(std::string(1 << 20, 'x'));
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  const auto files = [&] { return std::distance(std::filesystem::directory_iterator(scratch.directory), {}); };
  CHECK(files() == 2);
  CHECK(slim::data::get_data_files({scratch.path("train-*")}) == std::vector{scratch.path("train-00000-of-00002")});
  byte_sink(scratch.path("train-00001-of-00002")).write("whole");
  CHECK(files() == 2);
  CHECK(content_of(scratch.path("train-00001-of-00002")) == "whole");
}

TEST_CASE("of two writers of one file each writes all of it, and the last gives it the name") {
  scratch_directory scratch;
  byte_sink first(scratch.path("file")), second(scratch.path("file"));
  first.write(std::string(100'000, '1'));
  second.write("2222");
  first.close();
  CHECK(content_of(scratch.path("file")) == std::string(100'000, '1'));
  second.close();
  CHECK(content_of(scratch.path("file")) == "2222");
}

TEST_CASE("a folder that does not exist is named") {
  CHECK(complaint_of([] { byte_sink("/missing/file"); }) ==
        "write: /missing/file: expected to create a file beside it, found No such file or directory; check free space and permissions");
}
