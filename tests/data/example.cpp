#include "slim/data/example.hpp"

#include <doctest/doctest.h>

#include <string>

#include "tests/data/hexadecimal.hpp"
#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

// Written by `protoc --encode` from the text form of the values below.
const std::string encoded = from_hexadecimal(
    "0a490a160a016112111a0f0a0d01ac02ffffffffffffffffff010a110a0162120c120a0a080000003f000000c00a0c0a016312070a050a01780a000a"
    "050a016412000a070a016512021200");
const std::string encoded_unpacked = from_hexadecimal("0a2c0a170a016112121a10080108ac0208ffffffffffffffffff010a110a0162120c120a0d0000003f0d000000c0");
const std::string encoded_sequence =
    from_hexadecimal("0a170a150a026964120f1a0d0a0b07ffffffffffffffffff01121d0a1b0a03626f7812140a0c120a0a080000803f000000400a0212000a00");

const features numbers{{"a", int64_list{1, 300, -1}}, {"b", float_list{0.5f, -2.0f}}};

features all_kinds() {
  features all = numbers;
  all["c"] = bytes_list{"x", ""};
  all["d"] = {};
  all["e"] = float_list{};
  return all;
}

sequence_example boxes() { return {{{"id", int64_list{7, -1}}}, {{"box", {float_list{1, 2}, float_list{}, feature{}}}}}; }

}  // namespace

TEST_CASE("examples of the protobuf compiler are read and written byte by byte") {
  CHECK(parse_example(encoded) == all_kinds());
  CHECK(serialize(all_kinds()) == encoded);
  CHECK(parse_sequence_example(encoded_sequence) == boxes());
  CHECK(serialize(boxes()) == encoded_sequence);
}

TEST_CASE("numbers need not be packed") { CHECK(parse_example(encoded_unpacked) == numbers); }

TEST_CASE("as in every protobuf parser, parts merge, the last kind and the last entry of a key count, unknown fields are skipped") {
  CHECK(parse_example("") == features{});
  CHECK(parse_example(encoded_unpacked + encoded) == all_kinds());
  CHECK(parse_example(from_hexadecimal("12021234") + encoded) == all_kinds());  // field 2 of the example
  const auto a = [](const char* value) { return parse_example(from_hexadecimal(value)).at("a"); };
  CHECK(a("0a0d0a0b0a01611206"
          "1a020805"
          "1a00") == feature{int64_list{5}});  // int64_list {5}, int64_list {}
  CHECK(a("0a0f0a0d0a01611208"
          "1a020805"
          "1a020806") == feature{int64_list{5, 6}});  // int64_list {5}, int64_list {6}
  CHECK(a("0a0f0a0d0a01611208"
          "1a020805"
          "0a020a00") == feature{bytes_list{""}});  // int64_list {5}, bytes_list {""}
  CHECK(a("0a120a070a016112020a00"
          "0a070a016112021a00") == feature{int64_list{}});  // "a" twice
}

TEST_CASE("other bytes are refused, whatever they are") {
  CHECK(complaint_of([] { parse_example("text"); }) ==
        "read data: 4 bytes of a record: expected a serialized tf.Example, found unknown pbf field type exception; is this a file of such "
        "records?");
  CHECK(has(complaint_of([] { parse_sequence_example("\x0a\x7f"); }), "expected a serialized tf.SequenceExample"));
  const std::string half_a_float = from_hexadecimal("0a0d0a0b0a0161120612040a023f00");
  CHECK(has(complaint_of([&] { parse_example(half_a_float); }), "expected a serialized tf.Example"));
  int refused = 0;
  for (std::size_t size = 0; size < encoded.size(); ++size) refused += complaint_of([&] { parse_example(encoded.substr(0, size)); }) != "none";
  CHECK(refused == static_cast<int>(encoded.size()) - 1);  // only the empty one is an example
}
