#include "slim/checkpoint/safetensors.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

#include <sys/stat.h>

#include "tests/checkpoint/scratch.hpp"

using namespace checkpoint_tests;
using slim::checkpoint::safetensors;
using slim::checkpoint::tensor_view;
using slim::checkpoint::write_safetensors;

namespace {

struct numbers {
  float matrix[6] = {1, -2, 3.5f, 0, std::numeric_limits<float>::infinity(), 1e-40f};
  double precise = 0.1;
  std::int64_t step = -5;
  std::uint8_t pixels[3] = {0, 128, 255};

  std::vector<tensor_view> views() {
    return {slim::variable_reference("net/weights", {2, 3}, matrix), slim::variable_reference("pixels", {3}, pixels),
            slim::variable_reference("precise", {}, &precise), slim::variable_reference("global_step", {}, &step),
            tensor_view("nothing", slim::dtype::bf16, {4, 0, 2, 1, 1}, {})};
  }
};

}  // namespace

TEST_CASE("what is written is read, with types, shapes and metadata") {
  scratch s;
  numbers written;
  write_safetensors(s.path("file"), written.views(), {{"who", "test"}});
  const safetensors file(s.path("file"));
  CHECK(file.tensors().size() == 5);
  CHECK(file.about("who") == "test");
  CHECK(file.about("what") == "");
  CHECK(file.find("net") == nullptr);
  const tensor_view* const matrix = file.find("net/weights");
  REQUIRE(matrix != nullptr);
  CHECK(describe(*matrix) == "F32 [2, 3]");
  CHECK(std::memcmp(matrix->bytes.data(), written.matrix, sizeof written.matrix) == 0);
  CHECK(describe(*file.find("precise")) == "F64 []");
  CHECK(describe(*file.find("global_step")) == "I64 []");
  CHECK(describe(*file.find("nothing")) == "BF16 [4, 0, 2, 1, 1]");
  CHECK(file.find("pixels")->bytes[2] == std::byte{255});
  for (const tensor_view& one : file.tensors()) CHECK(reinterpret_cast<std::uintptr_t>(one.bytes.data()) % size_of(one.type) == 0);
  CHECK(s.files() == std::set<std::string>{"file"});
}

TEST_CASE("the bytes are those of the format") {
  scratch s;
  std::uint8_t values[2] = {7, 9};
  write_safetensors(s.path("file"), {slim::variable_reference("ab", {2}, values)});
  // The check sums are those of the bytes 7, 9 and of the metadata's other texts, each with a zero, by their definition, bit by bit, worked out in Python.
  std::string header = R"({"__metadata__":{"crc32c":"3bdb38fb","crc32c:ab":"f3be655b"},"ab":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  CHECK(s.read("file") == safetensors_file(header, "\x07\x09"));
}

TEST_CASE("files of other programs are read") {
  scratch s;
  const std::string header = R"({"b":{"shape":[2],"data_offsets":[4,8],"dtype":"F16"},"a":{"dtype":"I32","shape":[],"data_offsets":[0,4]}})";
  const safetensors file(s.write("file", safetensors_file(header, "12345678")));
  CHECK(file.tensors()[0].name == "a");
  CHECK(describe(*file.find("b")) == "F16 [2]");
  CHECK(safetensors(s.write("empty", safetensors_file("{}", ""))).tensors().empty());
}

TEST_CASE("bad files are refused with what was expected and what was found") {
  scratch s;
  const auto read = [&](const std::string& content) {
    const std::string path = s.write("bad", content);
    const std::string text = complaint([&] { safetensors file(path); });
    return text == "none" ? text : text.substr(std::string("read checkpoint: " + path + ": ").size());
  };
  const auto tensor = [&](const std::string& entry, const std::string& data = "12345678") { return read(safetensors_file("{\"t\":" + entry + "}", data)); };
  CHECK(contains(complaint([&] { safetensors file(s.path("missing")); }), "expected a readable file, found No such file"));
  CHECK(contains(complaint([&] { safetensors file(s.folder); }), "expected a file, found something else"));
  CHECK(read("") == "offset 0: expected the length of the header in 8 bytes, found 0; the file is truncated");
  CHECK(contains(read(std::string(8, '\xff')), "expected a header of at most 0 bytes, found 18446744073709551615 announced"));
  CHECK(contains(read(safetensors_file("{}", "").substr(0, 9)), "expected a header of at most 1 bytes, found 2 announced"));
  CHECK(contains(read(safetensors_file("{\"t\":", "")), "offset 13: expected a JSON header"));
  CHECK(contains(read(safetensors_file("[]", "")), "expected a JSON header that is an object"));
  CHECK(contains(read(safetensors_file("{\"\xff\":1}", "")), "expected a JSON header, found an error (Invalid encoding"));
  CHECK(contains(read(safetensors_file("{\"__metadata__\":{\"a\":1}}", "")), "expected texts as metadata, found another value of 'a'"));
  CHECK(contains(read(safetensors_file("{\"__metadata__\":[]}", "")), "expected metadata that is an object"));
  CHECK(contains(read(safetensors_file(std::string(100'000, '['), "")), "expected a JSON header"));
  CHECK(contains(tensor("{}"), "tensor 't': expected dtype, shape and data_offsets, found no dtype"));
  CHECK(contains(tensor("7"), "tensor 't': expected an object, found another value"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":7,"data_offsets":[0,8]})"), "found no shape"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[0.5],"data_offsets":[0,8]})"), "expected a number that counts, found another value"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"t":{"dtype":"F32","shape":[0],"data_offsets":[8,8]})"), "found 't' again"));
  CHECK(contains(tensor(R"({"dtype":"C64","shape":[1],"data_offsets":[0,8]})"), "tensor 't': expected a known dtype, found C64"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[3],"data_offsets":[0,8]})"), "expected 12 bytes for its shape and dtype, found 8"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[-2],"data_offsets":[0,8]})"), "expected a number that counts, found -2"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]})"), "expected a shape that fits in memory"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})", "1234567"), "expected data in 0 .. 7, found 0 .. 8"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[8,0]})"), "found 8 .. 0"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0]})"), "expected two data offsets, found 1"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[4,8]})"), "expected its data at 0, found it at 4"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4]})"), "expected the end of the file, found more"));
  CHECK(contains(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"u":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})"),
                 "'u': expected its data at 8, found it at 4"));
  CHECK(
      contains(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]},"__metadata__":{"crc32c:t":"00000000"})"), "'t': expected CRC-32C 00000000, found"));
  CHECK(tensor(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})") == "none");
}

TEST_CASE("a flipped bit or a missing end is always noticed, or does no harm") {
  scratch s;
  numbers written;
  const slim::checkpoint::metadata notes{{"best_step", "5"}, {"total_loss", "0.125"}};
  write_safetensors(s.path("file"), written.views(), notes);
  const std::string whole = s.read("file");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string path = s.write("short", whole.substr(0, size));
    CHECK_MESSAGE(complaint([&] { safetensors file(path); }) != "none", size);
  }
  const std::size_t data = 8 + static_cast<std::size_t>(static_cast<unsigned char>(whole[0]) + 256 * static_cast<unsigned char>(whole[1]));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ 1 << bit % 8);
    const std::string path = s.write("damaged", damaged);
    bool refused = false;
    try {
      const safetensors file(path);
      for (const auto& [key, text] : notes) CHECK_MESSAGE(file.about(key) == text, bit);
    } catch (const slim::error&) {
      refused = true;
    }
    if (bit / 8 >= data) CHECK_MESSAGE(refused, bit);  // in the header, it may only have changed a name
  }
}

TEST_CASE("what cannot be written is refused, and the file that is there stays") {
  scratch s;
  numbers written;
  write_safetensors(s.path("file"), written.views());
  const std::string before = s.read("file");
  auto twice = written.views();
  twice.push_back(twice.front());
  CHECK(contains(complaint([&] { write_safetensors(s.path("file"), twice); }), "expected each tensor once, found 'net/weights' again"));
  CHECK(contains(complaint([&] { write_safetensors(s.path("file"), {tensor_view("\xff", slim::dtype::u8, {0}, {})}); }), "expected names in UTF-8"));
  CHECK(contains(complaint([&] { write_safetensors(s.path("no/file"), {}); }), "expected to create a file beside it, found No such file"));
  CHECK(s.read("file") == before);
  CHECK(s.files() == std::set<std::string>{"file"});
}

TEST_CASE("a device, a pipe and a folder stay what they are, and a link is followed") {
  scratch s;
  numbers written;
  REQUIRE(mkfifo(s.path("pipe").c_str(), 0666) == 0);
  std::filesystem::create_symlink("pipe", s.path("link to pipe"));
  for (const char* name : {"pipe", "link to pipe"})
    CHECK(complaint([&] { write_safetensors(s.path(name), written.views()); }) ==
          "write: " + s.path(name) + ": expected a file or a new name, found a device, pipe or socket; give another name");
  CHECK(std::filesystem::is_fifo(s.path("pipe")));
  CHECK(complaint([&] { write_safetensors(s.folder, written.views()); }) ==
        "write: " + s.folder + ": expected a file or a new name, found a folder; give another name");
  std::filesystem::create_directory(s.path("folder"));
  s.write("folder/file", "old");
  std::filesystem::create_symlink("folder/file", s.path("first"));
  std::filesystem::create_symlink(s.path("first"), s.path("second"));
  std::filesystem::create_symlink("folder/new", s.path("dangling"));
  std::filesystem::create_symlink("circle", s.path("circle"));
  for (const char* name : {"second", "dangling"}) {
    write_safetensors(s.path(name), written.views());
    CHECK(std::filesystem::is_symlink(s.path(name)));
  }
  for (const char* name : {"folder/file", "folder/new"}) {
    CHECK_FALSE(std::filesystem::is_symlink(s.path(name)));
    CHECK(safetensors(s.path(name)).tensors().size() == written.views().size());
  }
  write_safetensors(s.path("circle"), written.views());  // it meant nothing
  CHECK(std::filesystem::is_regular_file(s.path("circle")));
}

TEST_CASE("Python reads the file from the description of the format alone") {
  scratch s;
  numbers written;
  write_safetensors(s.path("file"), written.views());
  s.write("read.py", R"(
import json, struct, sys
content = open(sys.argv[1], 'rb').read()
length, = struct.unpack('<Q', content[:8])
header, data = json.loads(content[8:8 + length]), content[8 + length:]
formats = {'F32': 'f', 'F64': 'd', 'I64': 'q', 'U8': 'B'}
def tensor(name):
    entry = header[name]
    first, last = entry['data_offsets']
    count = 1
    for extent in entry['shape']:
        count *= extent
    return entry['shape'], struct.unpack(f"<{count}{formats[entry['dtype']]}", data[first:last])
smallest, = struct.unpack('<f', struct.pack('<f', 1e-40))
assert tensor('net/weights') == ([2, 3], (1, -2, 3.5, 0, float('inf'), smallest))
assert tensor('precise') == ([], (0.1,)) and tensor('global_step') == ([], (-5,))
assert tensor('pixels') == ([3], (0, 128, 255))
)");
  CHECK(std::system(("python3 " + s.path("read.py") + " " + s.path("file")).c_str()) == 0);
}
