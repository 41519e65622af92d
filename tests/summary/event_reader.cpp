#include "slim/summary/event_reader.hpp"

#include <doctest/doctest.h>

#include "slim/data/tfrecord.hpp"
#include "tests/data/files.hpp"

using namespace slim::summaries;

namespace {

std::string framed(std::initializer_list<event> events) {
  std::string bytes;
  for (const event& one : events) slim::data::append_tfrecord(bytes, encode(one));
  return bytes;
}

const event version{1, 0, "brain.Event:2", {}};

}  // namespace

TEST_CASE("events are read in order, without the first, which only names the version") {
  const scratch_directory place;
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

TEST_CASE("a file cut anywhere gives the events before the cut and says so") {
  const scratch_directory place;
  const std::string first = framed({version}), two = framed({version, {2, 1, {}, {}}}), whole = framed({version, {2, 1, {}, {}}, {3, 2, {}, {}}});
  for (std::size_t size = first.size(); size <= whole.size(); ++size) {
    event_reader reader(place.write("cut", whole.substr(0, size)));
    event happened;
    int found = 0;
    while (reader.next(happened)) ++found;
    CHECK(found == (size == whole.size() ? 2 : size >= two.size() ? 1 : 0));
    const bool between = size == first.size() || size == two.size() || size == whole.size();
    CHECK(reader.problem().empty() == between);
    CHECK_FALSE(reader.next(happened));
  }
  event happened;
  event_reader empty(place.write("empty", ""));
  CHECK_FALSE(empty.next(happened));
  CHECK(empty.problem().empty());
}

TEST_CASE("every damaged byte ends the reading") {
  const scratch_directory place;
  const std::string first = framed({version}), whole = framed({version, {2, 1, {}, {{"loss", 0.5f}}}});
  for (std::size_t i = first.size(); i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    event_reader reader(place.write("damaged", damaged));
    event happened;
    CHECK_FALSE(reader.next(happened));
    CHECK_FALSE(reader.problem().empty());
  }
}

TEST_CASE("reading ends where the file is damaged, and says where") {
  const scratch_directory place;
  std::string not_an_event = framed({version, {2, 1, {}, {}}});
  const std::size_t offset = not_an_event.size();
  slim::data::append_tfrecord(not_an_event, "hello, world");
  event_reader reader(place.write("e", not_an_event + framed({{3, 2, {}, {}}})));
  event happened;
  CHECK(reader.next(happened));
  CHECK_FALSE(reader.next(happened));
  CHECK_FALSE(reader.next(happened));
  const std::string begin = "read events: " + place.path("e") + ": offset " + std::to_string(offset) + ": expected an Event message, found ";
  CHECK(reader.problem().rfind(begin, 0) == 0);
}

TEST_CASE("files of another kind are refused") {
  const scratch_directory place;
  CHECK_THROWS_AS(event_reader{place.write("text", "this is a text file, longer than a header")}, slim::error);
  CHECK_THROWS_AS(event_reader{place.path("missing")}, slim::error);
  const std::string other = place.write("other", framed({{1, 0, {}, {{"a", 1.0f}}}}));
  CHECK_THROWS_WITH_AS(event_reader{other},
                       ("read events: " + other + ": offset 0: expected file version brain.Event:2, found ''; is this an event file?").c_str(), slim::error);
  std::string example;
  slim::data::append_tfrecord(example, "\x0a\x05hello");
  CHECK_THROWS_AS(event_reader{place.write("example", example)}, slim::error);
}
