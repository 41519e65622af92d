#include "slim/summary/event_reader.hpp"

#include <doctest/doctest.h>

#include "slim/summary/record.hpp"
#include "tests/summary/scratch.hpp"

using namespace slim::summaries;

namespace {

std::string framed(std::initializer_list<event> events) {
  std::string bytes;
  for (const event& one : events) append_record(bytes, encode(one));
  return bytes;
}

const event version{1, 0, "brain.Event:2", {}};

}  // namespace

TEST_CASE("events are read in order, without the first, which only names the version") {
  const scratch place;
  event_reader reader(place.write("e", framed({version, {2, 1, {}, {{"a", 1.0f}}}, {3, 7, {}, {}}})));
  event happened;
  REQUIRE(reader.next(happened));
  CHECK(happened.wall_time == 2);
  CHECK(happened.step == 1);
  CHECK(happened.values.at(0).tag == "a");
  REQUIRE(reader.next(happened));
  CHECK(happened.step == 7);
  CHECK_FALSE(reader.next(happened));
  CHECK(reader.problem().empty());
}

TEST_CASE("an empty file and one cut in its first event have no events") {
  const scratch place;
  event happened;
  event_reader empty(place.write("empty", ""));
  CHECK_FALSE(empty.next(happened));
  CHECK(empty.problem().empty());
  event_reader cut(place.write("cut", framed({version}).substr(0, 20)));
  CHECK_FALSE(cut.next(happened));
  CHECK(cut.problem().find("found the end of the file; the run was killed or is still writing") != std::string::npos);
}

TEST_CASE("reading ends where the file is damaged, and says where") {
  const scratch place;
  std::string not_an_event = framed({version, {2, 1, {}, {}}});
  const std::size_t offset = not_an_event.size();
  append_record(not_an_event, "hello, world");
  event_reader reader(place.write("e", not_an_event + framed({{3, 2, {}, {}}})));
  event happened;
  CHECK(reader.next(happened));
  CHECK_FALSE(reader.next(happened));
  CHECK_FALSE(reader.next(happened));
  const std::string begin = "read events: " + place.path("e") + ": offset " + std::to_string(offset) + ": expected an Event message, found ";
  CHECK(reader.problem().rfind(begin, 0) == 0);
}

TEST_CASE("files of another kind are refused") {
  const scratch place;
  const std::string text = place.write("text", "this is a text file, longer than a header");
  CHECK_THROWS_WITH_AS(event_reader{text}, ("read events: " + text + ": offset 0: expected an event file, found something else; check the path").c_str(),
                       slim::error);
  const std::string other = place.write("other", framed({{1, 0, {}, {{"a", 1.0f}}}}));
  CHECK_THROWS_WITH_AS(event_reader{other},
                       ("read events: " + other + ": offset 0: expected file version brain.Event:2, found ''; is this an event file?").c_str(), slim::error);
  std::string example;
  append_record(example, "\x0a\x05hello");
  CHECK_THROWS_AS(event_reader{place.write("example", example)}, slim::error);
}
