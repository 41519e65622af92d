#include "slim/data/label_file.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using namespace slim::data;

TEST_CASE("names of classes are written and read") {
  scratch_directory scratch;
  const std::string directory = scratch.directory.string();
  CHECK_FALSE(has_labels(directory));
  write_label_file({"daisy", "a:b", ""}, directory);
  CHECK(has_labels(directory));
  CHECK(content_of(scratch.path("labels.txt")) == "0:daisy\n1:a:b\n2:\n");
  CHECK(read_label_file(directory) == std::map<int, std::string>{{0, "daisy"}, {1, "a:b"}, {2, ""}});
}

TEST_CASE("a name of several lines is not written") {
  scratch_directory scratch;
  for (const char* name : {"a\nb", "a\r"})
    CHECK(complaint_of([&] { write_label_file({"first", name}, scratch.directory.string()); }) ==
          "write data: " + scratch.path("labels.txt") + ": expected names of one line, found a line break in that of class 1; take it out");
  CHECK(std::filesystem::is_empty(scratch.directory));
}

TEST_CASE("other lines are refused") {
  scratch_directory scratch;
  const std::string directory = scratch.directory.string();
  scratch.write("labels.txt", "0:a\n\n7:b");
  CHECK(read_label_file(directory) == std::map<int, std::string>{{0, "a"}, {7, "b"}});
  scratch.write("labels.txt", "0:a\r\n1:b c\r\n\r\n");
  CHECK(read_label_file(directory) == std::map<int, std::string>{{0, "a"}, {1, "b c"}});
  for (const char* bad : {"0:a\nb\n", "0:a\n:b\n", "0:a\n1\n", "0:a\n99999999999:b\n", "0:a\n3000000000:b\n", "0:a\n-1:b\n"}) {
    scratch.write("labels.txt", bad);
    CHECK(has(complaint_of([&] { read_label_file(directory); }), "labels.txt: offset 4: expected index:name, found"));
  }
  scratch.write("labels.txt", "0:a\n1:b\n0:c\n");
  CHECK(has(complaint_of([&] { read_label_file(directory); }), "labels.txt: offset 8: expected each index once, found \"0:c\"; correct the file"));
  CHECK(has(complaint_of([&] { read_label_file(directory + "/missing"); }), "expected a readable file"));
}
