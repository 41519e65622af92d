#pragma once
#include "slim/core/begin.hpp"
// TFRecord files: strings of bytes one after the other, each with two checksums. Link with zlib.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/data/byte_sink.hpp"
#include "slim/data/byte_source.hpp"
#include "slim/data/crc32c.hpp"

namespace slim::data {

// A record is: length (8 bytes) | masked checksum of these 8 bytes (4) | content | masked checksum of the content (4), all little-endian.

namespace detail {

inline constexpr std::size_t record_header = 12, record_footer = 4;

inline std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

template <int Bytes>
void append_little_endian(std::string& target, std::uint64_t value) {
  for (int i = 0; i < Bytes; ++i) target.push_back(static_cast<char>(value >> 8 * i));
}

/// Whether these bytes (at least) begin with a record: its length has the right checksum.
inline bool starts_with_record(std::string_view bytes) {
  return bytes.size() >= record_header && masked_crc32c(bytes.substr(0, 8)) == little_endian(bytes.substr(8, 4));
}

}  // namespace detail

/// Reads the records of one file in their order. A file that is compressed as a whole with gzip or zlib is recognised.
/// Throws slim::error, with the offset of the record, for a missing, damaged or truncated file.
class tfrecord_reader {
public:
  explicit tfrecord_reader(const std::string& path) : source(path, compression::none) { recognise(); }
  explicit tfrecord_reader(const in_memory& bytes) : source(bytes, compression::none) { recognise(); }

  /// The next record, or nothing at the end of the file. The view is valid until the next call.
  std::optional<std::string_view> next() {
    start = source.offset();
    whole = false;
    const std::size_t got = source.read(header, sizeof header);
    if (got == 0) return std::nullopt;
    const std::string_view head(header, got);
    expect_whole(got, sizeof header);
    if (!detail::starts_with_record(head)) {
      source.fail(start, "expected a record with the right checksum of its length, found another; is this a TFRecord file?");
    }
    const std::uint64_t length = detail::little_endian(head.substr(0, 8));
    const std::string_view record = read_content(length);

    char footer[detail::record_footer];
    expect_whole(source.read(footer, sizeof footer), sizeof footer);
    whole = true;
    const std::uint64_t stored = detail::little_endian({footer, sizeof footer});
    if (const std::uint32_t computed = masked_crc32c(record); computed != stored) {
      source.fail(start, "expected a record with the checksum " + std::to_string(stored) + ", found " + std::to_string(computed) + "; the file is damaged");
    }
    return record;
  }

  /// After `next` has thrown: true when only the content of the record is damaged, so that the next one can be read.
  bool can_go_on() const { return whole; }

  /// Where the record that `next` returned last begins, in (expanded) bytes: the second half of TF-Slim's record key path:offset.
  std::uint64_t offset() const { return start; }
  const std::string& path() const { return source.path(); }

private:
  void recognise() {
    const std::string_view head = source.peek();
    if (detail::starts_with_record(head)) return;
    if (head.substr(0, 2) == "\x1f\x8b") source.expand(compression::gzip);
    const bool zlib_magic =
        head.size() >= 2 && (head[0] & 0x8f) == 0x08 && (static_cast<unsigned char>(head[0]) * 256 + static_cast<unsigned char>(head[1])) % 31 == 0;
    if (zlib_magic) source.expand(compression::zlib);
  }

  void expect_whole(std::size_t got, std::size_t size) const {
    if (got == size) return;
    source.fail(start, "expected a whole record, found the end of the file after " + std::to_string(source.offset() - start) + " bytes; the file is truncated");
  }

  // Memory grows with what is really there, never with what the length claims.
  std::string_view read_content(std::uint64_t length) {
    constexpr std::size_t first_part = std::size_t{1} << 16;
    std::size_t filled = 0;
    while (filled < length) {
      if (filled == content.size()) content.resize(filled == 0 ? first_part : 2 * filled);
      const std::size_t room = content.size() - filled;
      const std::size_t part = length - filled < room ? static_cast<std::size_t>(length - filled) : room;
      const std::size_t got = source.read(content.data() + filled, part);
      filled += got;
      expect_whole(got, part);
    }
    return {content.data(), filled};
  }

  byte_source source;
  std::size_t start = 0;
  bool whole = false;  // the length of the last record was right
  char header[detail::record_header];
  std::vector<char> content;
};

/// Appends one record to `target`, for files of records that are not written at once.
inline void append_tfrecord(std::string& target, std::string_view record) {
  const std::size_t start = target.size();
  detail::append_little_endian<8>(target, record.size());
  detail::append_little_endian<4>(target, masked_crc32c(std::string_view(target).substr(start)));
  target.append(record);
  detail::append_little_endian<4>(target, masked_crc32c(record));
}

/// Writes a file of records, which appears under its name once it is complete: after `close` or the destructor.
/// Throws slim::error for what cannot be written.
class tfrecord_writer {
public:
  explicit tfrecord_writer(const std::string& path, compression format = compression::none) : sink(path, format) {}

  void write(std::string_view record) {
    framed.clear();
    append_tfrecord(framed, record);
    sink.write(framed);
  }

  void close() { sink.close(); }

private:
  byte_sink sink;
  std::string framed;
};

}  // namespace slim::data

#include "slim/core/end.hpp"
