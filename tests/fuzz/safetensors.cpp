#include <sys/mman.h>
#include <unistd.h>

#include "slim/checkpoint/safetensors.hpp"

#include "tests/fuzz/fuzz.hpp"

static std::string file_of(const std::string& header, const std::string& data) {
  std::string length(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(header.size() >> 8 * i & 0xff);
  return length + header + data;
}

std::vector<std::string> seeds() {
  return {
      file_of(R"({"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", "12345678"),
      file_of(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[0,3],"data_offsets":[8,8]}})",
              "12345678")};
}

// The reader takes a path: a file in memory, one for all calls.
void consume(std::string_view bytes) {
  static const int file = memfd_create("fuzz", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  expect(file >= 0 && ftruncate(file, 0) == 0 && pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
  const slim::checkpoint::safetensors content(path);
  std::size_t total = 0;
  for (const slim::checkpoint::tensor_view& one : content.tensors()) total += one.bytes.size();
  expect(total <= bytes.size());
}
