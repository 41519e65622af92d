#include "slim/data/csv.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using slim::data::byte_source;
using slim::data::in_memory;
using slim::data::number_table;
using slim::data::read_csv;

namespace {

number_table parse(const std::string& text, char separator = ',') {
  byte_source source(in_memory{text, "table"});
  return read_csv(source, separator);
}

}  // namespace

TEST_CASE("rows of numbers, with or without a header") {
  const auto plain = parse("1,2.5,-3e2\n4,+5,.5\n");
  CHECK(plain.names.empty());
  CHECK(plain.rows == 2);
  CHECK(plain.columns == 3);
  CHECK(plain.values == std::vector<double>{1, 2.5, -300, 4, 5, 0.5});
  CHECK(plain.at(1, 2) == 0.5);
  const auto named = parse("length, \"width, mm\",\"the \"\"label\"\"\"\n1,2,3");
  CHECK(named.names == std::vector<std::string>{"length", "width, mm", "the \"label\""});
  CHECK(named.values == std::vector<double>{1, 2, 3});
  CHECK(parse("a,b\n").rows == 0);
  CHECK(parse("").columns == 0);
}

TEST_CASE("line ends of other systems, empty lines, blanks, other separators and the mark of UTF-8") {
  CHECK(parse("\xef\xbb\xbfx;y\r\n\r\n 1 ; 2 \r\n3;4\r\n", ';').values == std::vector<double>{1, 2, 3, 4});
  CHECK(parse("\xef\xbb\xbfx;y\r\n", ';').names == std::vector<std::string>{"x", "y"});
  CHECK(parse("1\t2\n", '\t').columns == 2);
}

TEST_CASE("what is no number is refused with its place") {
  CHECK(complaint_of([] { parse("a,b\n1,2\n3,four\n"); }) ==
        "read data: table: offset 8: line 3: column 2: expected a number, found \"four\"; correct the file");
  CHECK(has(complaint_of([] { parse("1,2\n3,\n"); }), "line 2: column 2: expected a number, found \"\""));
  CHECK(has(complaint_of([] { parse("1,2\n\n3\n"); }), "line 3: expected 2 cells as in the first line, found 1"));
  CHECK(has(complaint_of([] { parse("1\n1x\n"); }), "found \"1x\""));
  CHECK(has(complaint_of([] { parse("1\n+-1\n"); }), "found \"+-1\""));
  CHECK(has(complaint_of([] { parse("1\n1e999\n"); }), "found \"1e999\""));
  CHECK(has(complaint_of([] { read_csv("/missing.csv"); }), "expected a readable file"));
}

TEST_CASE("from a file") {
  scratch_directory scratch;
  CHECK(read_csv(scratch.write("table.csv", "1,2\n3,4\n")).values == std::vector<double>{1, 2, 3, 4});
}
