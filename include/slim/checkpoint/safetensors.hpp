#pragma once
#include "slim/core/begin.hpp"
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

#include "slim/core/json.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <sys/stat.h>

#include "slim/checkpoint/atomic_file.hpp"
#include "slim/checkpoint/tensor_view.hpp"
#include "slim/core/crc32c.hpp"
#include "slim/core/stable_order.hpp"

static_assert(std::endian::native == std::endian::little, "safetensors are little-endian, and numbers are copied as they are");

namespace slim::checkpoint {

using metadata = std::map<std::string, std::string>;

namespace detail {

inline constexpr std::string_view checksum_key = "crc32c:";   // followed by the name of a tensor
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

/// The check sum of all metadata but itself.
inline constexpr const char* notes_checksum_key = "crc32c";
inline std::string checksum_of(const metadata& notes) {
  std::uint32_t crc = 0;
  for (const auto& [key, value] : notes)
    if (key != notes_checksum_key)
      for (const std::string* text : {&key, &value}) crc = crc32c(text->c_str(), text->size() + 1, crc);  // with the zero, which tells them apart
  return hexadecimal(crc);
}

/// Of a file that is there and may not be read: no damage, so that no older one takes its place.
struct not_permitted : error {
  using error::error;
};

/// Brings tensors into the order of their keys.
template <class Key>
void sort_by(std::vector<tensor_view>& tensors, Key key) {
  std::vector<std::int64_t> keys;
  for (const tensor_view& one : tensors) keys.push_back(key(one));
  std::vector<tensor_view> sorted;
  for (const std::size_t place : stable_order(keys)) sorted.push_back(std::move(tensors[place]));
  tensors = std::move(sorted);
}

}  // namespace detail

/// A file in memory. Nothing that it says about itself is trusted: every offset is checked, each number belongs to exactly one tensor, and a
/// tensor whose CRC-32C is in the metadata must have it, and so must the metadata. Files without check sums, as other programs write them, are read as well.
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
    read_header(std::string_view(reinterpret_cast<const char*>(content.get()) + 8, header));
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
  const metadata& about() const { return notes; }

  [[noreturn]] void fail(const std::string& problem) const { throw error("read checkpoint: " + name + ": " + problem); }

private:
  /// Memory for as many bytes as the file really has.
  void read_bytes() {
    const auto close = [](std::FILE* f) { return f != nullptr ? std::fclose(f) : 0; };
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rb"), close);
    if (file == nullptr && errno == EACCES)
      throw detail::not_permitted("read checkpoint: " + name + ": expected a readable file, found " + std::strerror(errno) + "; check its permissions");
    if (file == nullptr) fail("expected a readable file, found " + std::string(std::strerror(errno)) + "; check the path");
    struct stat status{};
    if (fstat(fileno(file.get()), &status) != 0 || !S_ISREG(status.st_mode)) fail("expected a file, found something else; check the path");
    size = static_cast<std::size_t>(status.st_size);
    content = std::make_unique_for_overwrite<std::byte[]>(size);
    const std::size_t got = std::fread(content.get(), 1, size, file.get());
    if (got != size) fail("offset " + std::to_string(got) + ": expected " + std::to_string(size) + " bytes, found the end; is it being written?");
  }

  void read_header(std::string_view text) {
    rapidjson::Document header;
    header.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(), text.size());
    if (header.HasParseError())
      fail("offset " + std::to_string(8 + header.GetErrorOffset()) + ": expected a JSON header, found an error (" +
           rapidjson::GetParseError_En(header.GetParseError()) + "); the file is damaged");
    if (!header.IsObject()) fail("offset 8: expected a JSON header that is an object, found another value; the file is damaged");
    std::set<std::string> keys;
    for (const auto& [key_value, value] : header.GetObject()) {
      const std::string key = text_of(key_value);
      if (!keys.insert(key).second) fail("header: expected each name once, found '" + key + "' again; the file is damaged");
      if (key == "__metadata__") read_notes(value);
      else all.push_back(read_entry(key, value));
    }
    // Of tensors at one place all but the last are empty.
    detail::sort_by(all, [](const tensor_view& one) { return static_cast<std::int64_t>(one.bytes.size()); });
    detail::sort_by(all, [&](const tensor_view& one) { return one.bytes.data() - data.data(); });
  }

  static std::string text_of(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

  void read_notes(const rapidjson::Value& entries) {
    if (!entries.IsObject()) fail("header: expected metadata that is an object, found another value; the file is damaged");
    for (const auto& [key, value] : entries.GetObject()) {
      if (!value.IsString()) fail("header: expected texts as metadata, found another value of '" + text_of(key) + "'; the file is damaged");
      notes[text_of(key)] = text_of(value);
    }
  }

  /// One tensor: {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}.
  tensor_view read_entry(const std::string& key, const rapidjson::Value& value) const {
    const std::string place = "tensor '" + key + "': ";
    if (!value.IsObject()) fail(place + "expected an object, found another value; the file is damaged");
    const auto part = [&](const char* wanted, bool (rapidjson::Value::*is_right)() const) -> const rapidjson::Value& {
      const auto found = value.FindMember(wanted);
      if (found == value.MemberEnd() || !(found->value.*is_right)())
        fail(place + "expected dtype, shape and data_offsets, found no " + wanted + "; the file is damaged");
      return found->value;
    };
    const std::string type_name = text_of(part("dtype", &rapidjson::Value::IsString));
    const std::optional<dtype> type = detail::dtype_called(type_name);
    if (!type) fail(place + "expected a known dtype, found " + type_name + "; the file is damaged or newer than this program");
    std::size_t bytes = size_of(*type);
    std::vector<std::int64_t> extents;
    for (const rapidjson::Value& extent : part("shape", &rapidjson::Value::IsArray).GetArray()) {
      const std::uint64_t count = unsigned_in(extent, place);
      if (__builtin_mul_overflow(bytes, count, &bytes) || count > INT64_MAX)
        fail(place + "expected a shape that fits in memory, found one that does not; the file is damaged");
      extents.push_back(static_cast<std::int64_t>(count));
    }
    const rapidjson::Value& offsets = part("data_offsets", &rapidjson::Value::IsArray);
    if (offsets.Size() != 2) fail(place + "expected two data offsets, found " + std::to_string(offsets.Size()) + "; the file is damaged");
    const std::uint64_t first = unsigned_in(offsets[0], place), last = unsigned_in(offsets[1], place);
    if (first > last || last > data.size())
      fail(place + "expected data in 0 .. " + std::to_string(data.size()) + ", found " + std::to_string(first) + " .. " + std::to_string(last) +
           "; the file is truncated or damaged");
    if (last - first != bytes)
      fail(place + "expected " + std::to_string(bytes) + " bytes for its shape and dtype, found " + std::to_string(last - first) + "; the file is damaged");
    return {key, *type, std::move(extents), data.subspan(first, bytes)};
  }

  std::uint64_t unsigned_in(const rapidjson::Value& value, const std::string& place) const {
    if (!value.IsUint64())
      fail(place + "expected a number that counts, found " + (value.IsInt64() ? std::to_string(value.GetInt64()) : "another value") + "; the file is damaged");
    return value.GetUint64();
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
    const std::string told = about(detail::notes_checksum_key), computed = detail::checksum_of(notes);
    if (!told.empty() && told != computed)
      fail("header: expected CRC-32C " + told + " of the metadata, found " + computed + "; the file is damaged, use another checkpoint");
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

/// Writes `path` at once: whatever has that name stays until the new file is complete. The CRC-32C of each tensor is added to `notes`, and theirs.
/// Numbers of wide types come first, so that each tensor is aligned. Throws slim::error.
inline void write_safetensors(const std::string& path, std::vector<tensor_view> tensors, metadata notes = {}) {
  detail::sort_by(tensors, [](const tensor_view& one) { return -static_cast<std::int64_t>(size_of(one.type)); });
  for (const tensor_view& one : tensors) notes[std::string(detail::checksum_key) + one.name] = detail::hexadecimal(crc32c(one.bytes.data(), one.bytes.size()));
  notes[detail::notes_checksum_key] = detail::checksum_of(notes);

  rapidjson::StringBuffer header;
  rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::UTF8<>, rapidjson::CrtAllocator, rapidjson::kWriteValidateEncodingFlag> writer(
      header);
  bool valid = true;  // encodings
  const auto key = [&](const std::string& name) { valid = writer.Key(name.data(), static_cast<rapidjson::SizeType>(name.size())) && valid; };
  const auto value = [&](std::string_view text) { valid = writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size())) && valid; };
  std::set<std::string> keys{"__metadata__"};
  writer.StartObject();
  key("__metadata__");
  writer.StartObject();
  for (const auto& [name, text] : notes) key(name), value(text);
  writer.EndObject();
  std::size_t offset = 0;
  for (const tensor_view& one : tensors) {
    if (!keys.insert(one.name).second) throw error("write: " + path + ": expected each tensor once, found '" + one.name + "' again; give it another name");
    key(one.name);
    writer.StartObject();
    key("dtype"), value(name_of(one.type));
    key("shape");
    writer.StartArray();
    for (const std::int64_t extent : one.extents) writer.Int64(extent);
    writer.EndArray();
    key("data_offsets");
    writer.StartArray();
    for (const std::size_t place : {offset, offset + one.bytes.size()}) writer.Uint64(place);
    writer.EndArray();
    writer.EndObject();
    offset += one.bytes.size();
  }
  writer.EndObject();
  if (!valid) throw error("write: " + path + ": expected names in UTF-8, found other bytes; rename the tensor");
  std::string text(header.GetString(), header.GetSize());
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  atomic_file file(path);
  file.write(&length, 8);
  file.write(text.data(), text.size());
  for (const tensor_view& one : tensors) file.write(one.bytes.data(), one.bytes.size());
  file.commit();
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
