#pragma once
// The records of an event file: TensorFlow's TFRecord framing.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <boost/crc.hpp>

#include "slim/core/error.hpp"

namespace slim::summaries {

/// The checksum of TFRecord: CRC-32C, rotated and shifted by a constant so that a checksum of checksums is no special case.
inline std::uint32_t masked_crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  const std::uint32_t plain = crc.checksum();
  return (plain >> 15 | plain << 17) + 0xA282EAD8u;
}

/// Appends one record: length (8 bytes, little endian), checksum of the length, payload, checksum of the payload.
inline void append_record(std::string& to, std::string_view payload) {
  const auto append_number = [&](std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(number >> 8 * i & 0xff);
  };
  const std::size_t start = to.size();
  append_number(payload.size(), 8);
  append_number(masked_crc32c(std::string_view(to).substr(start, 8)), 4);
  to += payload;
  append_number(masked_crc32c(payload), 4);
}

/// Reads records one after the other. An incomplete or damaged record ends the reading; `problem` tells. Memory grows with what is really there, never with what a length claims.
class record_reader {
public:
  /// Throws slim::error if the file cannot be opened.
  explicit record_reader(const std::string& path) : name(path), file(std::fopen(path.c_str(), "rb")) {
    if (file == nullptr) fail("expected a readable file, found " + std::string(std::strerror(errno)) + "; check the path");
  }
  record_reader(const record_reader&) = delete;
  record_reader& operator=(const record_reader&) = delete;
  ~record_reader() { std::fclose(file); }

  /// The next payload; false at the end. Throws slim::error if the file cannot be read.
  bool next(std::string& payload) {
    if (!trouble.empty()) return false;
    start = following;
    std::string header;
    if (!read(header, 12)) return end(header.size(), "12 bytes of a record header");
    const std::string_view length_bytes = std::string_view(header).substr(0, 8);
    if (number(header, 8, 4) != masked_crc32c(length_bytes)) return damaged("checksum of the length");
    const std::uint64_t length = number(header, 0, 8);
    if (!read(payload, length)) return end(payload.size() + 1, std::to_string(length) + " bytes of a record");
    std::string checksum;
    if (!read(checksum, 4)) return end(checksum.size() + 1, "4 bytes of a checksum");
    if (number(checksum, 0, 4) != masked_crc32c(payload)) return damaged("checksum of the record");
    following += 16 + length;
    return true;
  }

  /// Why reading ended before the end of the file; empty when it did not.
  const std::string& problem() const { return trouble; }
  /// True when the file ends inside a record, as that of a killed run does.
  bool truncated() const { return cut; }

  /// Names the file and the record of the last call of `next`: the beginning of a message.
  std::string where() const { return "read events: " + name + ": offset " + std::to_string(start); }
  [[noreturn]] void fail(const std::string& what) const { throw error(where() + ": " + what); }

private:
  bool read(std::string& bytes, std::uint64_t size) {
    constexpr std::uint64_t largest_part = 1 << 20;
    bytes.clear();
    while (bytes.size() < size) {
      const std::size_t before = bytes.size();
      const std::uint64_t left = size - before;
      bytes.resize(before + static_cast<std::size_t>(left < largest_part ? left : largest_part));
      const std::size_t got = std::fread(bytes.data() + before, 1, bytes.size() - before, file);
      if (std::ferror(file) != 0) fail("expected a readable file, found " + std::string(std::strerror(errno)));
      bytes.resize(before + got);
      if (got == 0) return false;
    }
    return true;
  }

  static std::uint64_t number(std::string_view bytes, std::size_t first, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[first + i]);
    return value;
  }

  bool end(std::size_t found, const std::string& expected) {
    cut = found > 0;
    if (cut) trouble = where() + ": expected " + expected + ", found the end of the file; the run was killed or is still writing";
    return false;
  }
  bool damaged(const char* what) {
    trouble = where() + ": expected the right " + what + ", found another; the file is damaged here";
    return false;
  }

  std::string name, trouble;
  std::FILE* file;
  std::uint64_t start = 0, following = 0;
  bool cut = false;
};

}  // namespace slim::summaries
