#include "slim/summary/event_message.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace slim::summaries;
using namespace std::string_literals;

namespace {

event sample() {
  event one{1.5e9 + 0.25, 1'000'000'000'000, {}, {}};
  one.values.push_back({"loss", 0.5f});
  one.values.push_back({"weights", histogram{-1, 2, 3, 0.5, 5.25, {-0.5, 0, 3}, {1, 0, 2}}});
  one.values.push_back({"images/image/0", encoded_image{2, 3, 1, "\x89PNG\0bytes"s}});
  return one;
}

// "\x22\x02ab" and the like: one protobuf field of wire type 2.
std::string field(int number, const std::string& content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} + content;
}

}  // namespace

TEST_CASE("an event has the bytes of the public schema") {
  // Written down from the protobuf encoding: field << 3 | wire type, then the value.
  CHECK(encode(event{0, 0, "brain.Event:2", {}}) ==
        "\x09\0\0\0\0\0\0\0\0\x10\0\x1a\x0d"
        "brain.Event:2"s);
  CHECK(encode(event{1, 300, {}, {{"a", 1.0f}}}) ==
        "\x09\0\0\0\0\0\0\xf0\x3f\x10\xac\x02\x2a\x0a\x0a\x08\x0a\x01"
        "a"
        "\x15\0\0\x80\x3f"s);
}

TEST_CASE("what was encoded is decoded") {
  CHECK(encode(event{0, 300, {}, {}, true}) == "\x09\0\0\0\0\0\0\0\0\x10\xac\x02\x3a\x02\x08\x01"s);
  CHECK(decode_event(encode(event{0, 300, {}, {}, true})).session_start);
  CHECK_FALSE(decode_event(encode(sample())).session_start);
  const event before = sample(), after = decode_event(encode(before));
  CHECK(after.wall_time == before.wall_time);
  CHECK(after.step == before.step);
  CHECK(after.file_version.empty());
  REQUIRE(after.values.size() == 3);
  CHECK(after.values[0].tag == "loss");
  CHECK(std::get<float>(after.values[0].content) == 0.5f);
  CHECK(after.values[1].tag == "weights");
  const histogram& h = std::get<histogram>(after.values[1].content);
  CHECK(h.min == -1);
  CHECK(h.max == 2);
  CHECK(h.num == 3);
  CHECK(h.sum == 0.5);
  CHECK(h.sum_squares == 5.25);
  CHECK(h.bucket_limit == std::vector<double>{-0.5, 0, 3});
  CHECK(h.bucket == std::vector<double>{1, 0, 2});
  const encoded_image& picture = std::get<encoded_image>(after.values[2].content);
  CHECK(picture.height == 2);
  CHECK(picture.width == 3);
  CHECK(picture.colorspace == 1);
  CHECK(picture.bytes == "\x89PNG\0bytes"s);
}

TEST_CASE("buckets that are not packed are read, and unknown fields passed over") {
  const std::string one = "\0\0\0\0\0\0\xf0\x3f"s;
  const std::string histo = "\x31"s + one + "\x31"s + one + "\x39"s + one + "\x39"s + one + field(15, "future");
  const std::string value = field(1, "h") + field(9, "metadata") + field(5, histo);
  const std::string audio = field(1, "sound") + field(6, "audio");
  const event read = decode_event(field(5, field(1, value) + field(1, audio) + field(7, "future")) + field(10, "source"));
  REQUIRE(read.values.size() == 1);
  CHECK(std::get<histogram>(read.values[0].content).bucket == std::vector<double>{1, 1});
}

TEST_CASE("what is no event is refused") {
  CHECK_THROWS_AS(decode_event("hello, world"), slim::error);
  CHECK_THROWS_WITH_AS(decode_event(field(5, field(1, field(5, "\x31\0\0\0\0\0\0\xf0\x3f"s))), "here"),
                       "here: expected an Event message, found a histogram with more limits than counts or fewer; is this an event file?", slim::error);
}

TEST_CASE("damaged bytes give an event or an error, never more") {
  const std::string good = encode(sample());
  std::mt19937 random(3);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bad = good.substr(0, random() % 8 == 0 ? random() % good.size() : good.size());
    for (int k = 0; k < 3 && !bad.empty(); ++k) bad[random() % bad.size()] = static_cast<char>(random());
    try {
      decode_event(bad);
    } catch (const slim::error&) {
      ++refused;
    }
  }
  CHECK(refused > 1000);
}
