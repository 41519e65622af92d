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

TEST_CASE("a first line is a header only when it names columns; a row that is damaged or otherwise separated is not") {
  CHECK(has(complaint_of([] { parse("1,\n2,3\n"); }), "line 1: column 2: expected a number as in the rest of this first line, or only names, found \"\""));
  CHECK(has(complaint_of([] { parse("1,2,3x\n4,5,6\n"); }), "line 1: column 3: expected a number"));
  CHECK(has(complaint_of([] { parse("1,NA,3\n4,5,6\n"); }), "found \"NA\""));
  CHECK(has(complaint_of([] { parse("1,1e400\n4,5\n"); }), "found \"1e400\""));
  CHECK(has(complaint_of([] { parse("1;2\n"); }), "line 1: column 1: expected a number"));
  CHECK(has(complaint_of([] { parse("1,5;2,5\n2,5;3,5\n"); }), "line 1: column 2"));
  CHECK(parse(",length,1stFlrSF\n1,2,3\n").names == std::vector<std::string>{"", "length", "1stFlrSF"});
  CHECK(parse("nan,inf\n-inf,1\n").rows == 2);
  CHECK(parse("1e-400,-1e-400\n").values == std::vector<double>{0, 0});  // as in C
  CHECK(has(complaint_of([] {
              parse(
                  {"\xff\xfe"
                   "a\0,\0b\0\n\0",
                   10});
            }),
            "expected a text in ASCII or UTF-8, found UTF-16"));
  CHECK(has(complaint_of([] { parse({"1\0002,3\n", 6}); }), "found \"1?2\"; correct the file"));
}

TEST_CASE("lines end with CR alone, too; quotes hold whole cells, and line ends") {
  CHECK(parse("1,2\r3,4\r5,6\r").values == std::vector<double>{1, 2, 3, 4, 5, 6});
  CHECK(parse("\"a\r\nb\",c\r\n\"1\" , \" 2 \"\r\n").names == std::vector<std::string>{"a\nb", "c"});
  CHECK(has(complaint_of([] { parse("\"a\nb\",c\n1,2\n3,x\n"); }), "line 4: column 2: expected a number, found \"x\""));
  CHECK(has(complaint_of([] { parse("1,2\n\"1\"2,4\n"); }), "line 2: column 1: expected the end of the cell behind its quotes, found more text"));
  CHECK(has(complaint_of([] { parse("1,2\n1\"2\"3,4\n"); }), "line 2: column 1: expected quotes around a whole cell, found one inside"));
  CHECK(has(complaint_of([] { parse("1,2\n3,\"4\n"); }), "line 2: column 2: expected a quote at the end of the cell, found the end of the file"));
  CHECK(has(complaint_of([] { parse("1\t2\n3\t\n", '\t'); }), "line 2: column 2: expected a number"));
}

TEST_CASE("from a file") {
  scratch_directory scratch;
  CHECK(read_csv(scratch.write("table.csv", "1,2\n3,4\n")).values == std::vector<double>{1, 2, 3, 4});
}
