#pragma once
// Files of named tensors in the format https://github.com/huggingface/safetensors: a 64-bit length, a JSON header, the numbers.

#include <algorithm>
#include <bit>
#include <cstdio>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "slim/checkpoint/atomic_file.hpp"
#include "slim/checkpoint/tensor_view.hpp"
#include "slim/core/crc32c.hpp"

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian, and numbers are copied as they are");

namespace slim::checkpoint {

using metadata = std::map<std::string, std::string>;

namespace detail {

inline constexpr std::string_view checksum_key = "crc32c:";  // followed by the name of a tensor
inline constexpr std::uint64_t largest_header = 100'000'000;  // of the reference implementation

inline std::string hexadecimal(std::uint32_t number) {
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", number);
  return digits;
}

inline std::optional<dtype> dtype_called(const std::string& name) {
  for (int i = 0; i < dtype_count; ++i)
    if (name == name_of(static_cast<dtype>(i))) return static_cast<dtype>(i);
  return std::nullopt;
}

}  // namespace detail

/// A file in memory. Nothing that it says about itself is trusted: every offset is checked, each number belongs to exactly one tensor, and a
/// tensor whose CRC-32C is in the metadata must have it. Files without check sums, as other programs write them, are read as well.
class safetensors {
public:
  /// Reads `path`. Throws slim::error with offset or tensor, expectation and finding.
  explicit safetensors(const std::string& path) : name(path) {
    read_bytes();
    if (size < 8) fail("offset 0: expected the length of the header in 8 bytes, found " + std::to_string(size) + "; the file is truncated");
    std::uint64_t header = 0;
    std::memcpy(&header, content.get(), 8);
    if (header > detail::largest_header || header > size - 8)
      fail("offset 0: expected a header of at most " + std::to_string(std::min<std::uint64_t>(size - 8, detail::largest_header)) + " bytes, found " +
           std::to_string(header) + " announced; the file is truncated or not in the safetensors format");
    data = std::span<const std::byte>(content.get(), size).subspan(8 + header);
    try {
      read_header(std::string_view(reinterpret_cast<const char*>(content.get()) + 8, header));
    } catch (const nlohmann::json::exception& problem) {
      fail("offset 8: expected a JSON header of safetensors, found an error (" + std::string(problem.what()) + "); the file is damaged");
    }
    check_places();
    check_sums();
  }

  const std::string& path() const { return name; }
  /// In the order in which they lie in the file.
  const std::vector<tensor_view>& tensors() const { return all; }
  const tensor_view* find(std::string_view tensor) const {
    for (const tensor_view& one : all)
      if (one.name == tensor) return &one;
    return nullptr;
  }
  /// The entry `key` of the metadata; empty when there is none.
  std::string about(const std::string& key) const {
    const auto found = notes.find(key);
    return found == notes.end() ? "" : found->second;
  }

  [[noreturn]] void fail(const std::string& problem) const { throw error("read checkpoint: " + name + ": " + problem); }

private:
  /// Memory for as many bytes as the file really has.
  void read_bytes() {
    const auto close = [](std::FILE* f) { return f != nullptr ? std::fclose(f) : 0; };
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rb"), close);
    if (file == nullptr) fail("expected a readable file, found " + std::string(std::strerror(errno)) + "; check the path");
    struct stat status {};
    if (fstat(fileno(file.get()), &status) != 0 || !S_ISREG(status.st_mode)) fail("expected a file, found something else; check the path");
    size = static_cast<std::size_t>(status.st_size);
    content = std::make_unique_for_overwrite<std::byte[]>(size);
    const std::size_t got = std::fread(content.get(), 1, size, file.get());
    if (got != size) fail("offset " + std::to_string(got) + ": expected " + std::to_string(size) + " bytes, found the end; is it being written?");
  }

  void read_header(std::string_view text) {
    std::set<std::string> keys;
    const auto no_key_twice = [&](int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
      if (depth == 1 && event == nlohmann::json::parse_event_t::key && !keys.insert(parsed.get<std::string>()).second)
        fail("header: expected each name once, found '" + parsed.get<std::string>() + "' again; the file is damaged");
      return true;
    };
    const nlohmann::json header = nlohmann::json::parse(text, no_key_twice);
    for (const auto& [key, value] : header.get_ref<const nlohmann::json::object_t&>()) {
      if (key == "__metadata__")
        notes = value.get<metadata>();
      else
        all.push_back(read_entry(key, value));
    }
    std::stable_sort(all.begin(), all.end(), [](const tensor_view& a, const tensor_view& b) {
      return a.bytes.data() != b.bytes.data() ? a.bytes.data() < b.bytes.data() : a.bytes.size() < b.bytes.size();
    });
  }

  /// One tensor: {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}.
  tensor_view read_entry(const std::string& key, const nlohmann::json& value) const {
    const std::string place = "tensor '" + key + "': ";
    const std::string type_name = value.at("dtype").get<std::string>();
    const std::optional<dtype> type = detail::dtype_called(type_name);
    if (!type) fail(place + "expected a known dtype, found " + type_name + "; the file is damaged or newer than this program");
    std::size_t bytes = size_of(*type);
    std::vector<std::int64_t> extents;
    for (const nlohmann::json& extent : value.at("shape")) {
      const std::uint64_t count = unsigned_in(extent, place);
      if (__builtin_mul_overflow(bytes, count, &bytes) || count > INT64_MAX)
        fail(place + "expected a shape that fits in memory, found one that does not; the file is damaged");
      extents.push_back(static_cast<std::int64_t>(count));
    }
    const nlohmann::json& offsets = value.at("data_offsets");
    if (!offsets.is_array() || offsets.size() != 2)
      fail(place + "expected two data offsets, found " + std::to_string(offsets.size()) + "; the file is damaged");
    const std::uint64_t first = unsigned_in(offsets[0], place), last = unsigned_in(offsets[1], place);
    if (first > last || last > data.size())
      fail(place + "expected data in 0 .. " + std::to_string(data.size()) + ", found " + std::to_string(first) + " .. " +
           std::to_string(last) + "; the file is truncated or damaged");
    if (last - first != bytes)
      fail(place + "expected " + std::to_string(bytes) + " bytes for its shape and dtype, found " + std::to_string(last - first) +
           "; the file is damaged");
    return {key, *type, std::move(extents), data.subspan(first, bytes)};
  }

  std::uint64_t unsigned_in(const nlohmann::json& value, const std::string& place) const {
    if (!value.is_number_unsigned())
      fail(place + "expected a number that counts, found " + value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) +
           "; the file is damaged");
    return value.get<std::uint64_t>();
  }

  /// Tensors lie one after the other, from the first byte of the data to the last.
  void check_places() const {
    const std::byte* next = data.data();
    for (const tensor_view& one : all) {
      if (one.bytes.data() != next)
        fail("tensor '" + one.name + "': expected its data at " + std::to_string(next - data.data()) + ", found it at " +
             std::to_string(one.bytes.data() - data.data()) + "; the file is damaged");
      next += one.bytes.size();
    }
    if (next != data.data() + data.size())
      fail("offset " + std::to_string(next - content.get()) + ": expected the end of the file, found more; the file is damaged");
  }

  void check_sums() const {
    for (const tensor_view& one : all) {
      const std::string expected = about(std::string(detail::checksum_key) + one.name);
      if (expected.empty()) continue;
      const std::string found = detail::hexadecimal(crc32c(one.bytes.data(), one.bytes.size()));
      if (found != expected)
        fail("tensor '" + one.name + "': expected CRC-32C " + expected + ", found " + found + "; the file is damaged, use another checkpoint");
    }
  }

  std::string name;
  std::unique_ptr<std::byte[]> content;
  std::size_t size = 0;
  std::span<const std::byte> data;
  std::vector<tensor_view> all;
  metadata notes;
};

/// Writes `path` at once: whatever has that name stays until the new file is complete. The CRC-32C of each tensor is added to `notes`.
/// Numbers of wide types come first, so that each tensor is aligned. Throws slim::error.
inline void write_safetensors(const std::string& path, std::vector<tensor_view> tensors, metadata notes = {}) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const tensor_view& a, const tensor_view& b) { return size_of(a.type) > size_of(b.type); });
  nlohmann::ordered_json header;
  nlohmann::ordered_json& described = header["__metadata__"];
  for (const tensor_view& one : tensors)
    notes[std::string(detail::checksum_key) + one.name] = detail::hexadecimal(crc32c(one.bytes.data(), one.bytes.size()));
  described = notes;
  std::size_t offset = 0;
  for (const tensor_view& one : tensors) {
    if (header.contains(one.name))
      throw error("write: " + path + ": expected each tensor once, found '" + one.name + "' again; give it another name");
    header[one.name] = {{"dtype", name_of(one.type)}, {"shape", one.extents}, {"data_offsets", {offset, offset + one.bytes.size()}}};
    offset += one.bytes.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& problem) {
    throw error("write: " + path + ": expected names in UTF-8, found an error (" + problem.what() + "); rename the tensor");
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  atomic_file file(path);
  file.write(&length, 8);
  file.write(text.data(), text.size());
  for (const tensor_view& one : tensors) file.write(one.bytes.data(), one.bytes.size());
  file.commit();
}

}  // namespace slim::checkpoint
