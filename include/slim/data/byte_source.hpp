#pragma once
// The content of a file that may be compressed with gzip. Link with zlib.

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

#include <zlib.h>

#include "slim/core/error.hpp"

namespace slim::data {

/// Reads a file from its beginning and expands it if it starts with the gzip magic number. Unlike zlib's own gzread it refuses
/// bytes behind the end of the compressed data, and it knows where it is: `offset` counts expanded bytes.
/// Throws slim::error for a missing, unreadable, damaged or truncated file.
class byte_source {
public:
  explicit byte_source(const std::string& path) : name(path), file(std::fopen(path.c_str(), "rb")) {
    if (file == nullptr) fail("expected a readable file, found " + std::string(std::strerror(errno)) + "; check the path");
    try {
      refill();
      compressed = stream.avail_in >= 2 && input[0] == 0x1f && input[1] == 0x8b;
      constexpr int gzip_format = 16 + MAX_WBITS;
      if (compressed && inflateInit2(&stream, gzip_format) != Z_OK) fail("expected memory for zlib, found none");
    } catch (...) {
      std::fclose(file);
      throw;
    }
  }
  byte_source(const byte_source&) = delete;
  byte_source& operator=(const byte_source&) = delete;
  ~byte_source() {
    if (compressed) inflateEnd(&stream);
    std::fclose(file);
  }

  /// Number of (expanded) bytes read so far.
  std::size_t offset() const { return position; }
  const std::string& path() const { return name; }

  /// Copies up to `size` bytes to `target`; returns their number, which is smaller only at the end of the content.
  std::size_t read(unsigned char* target, std::size_t size) {
    std::size_t got = 0;
    while (got < size && !ended) {
      if (stream.avail_in == 0) refill();
      got += compressed ? expand(target + got, size - got) : copy(target + got, size - got);
    }
    position += got;
    return got;
  }

  /// Throws slim::error with the file and the current offset in front of `problem`.
  [[noreturn]] void fail(const std::string& problem) const {
    throw error("read data: " + name + ": offset " + std::to_string(position) + ": " + problem);
  }

private:
  void refill() {
    stream.next_in = input;
    stream.avail_in = static_cast<uInt>(std::fread(input, 1, sizeof input, file));
    if (std::ferror(file) != 0) fail("expected a readable file, found " + std::string(std::strerror(errno)));
  }

  std::size_t copy(unsigned char* target, std::size_t size) {
    const std::size_t part = size < stream.avail_in ? size : stream.avail_in;
    std::memcpy(target, stream.next_in, part);
    stream.next_in += part;
    stream.avail_in -= static_cast<uInt>(part);
    ended = part == 0;
    return part;
  }

  std::size_t expand(unsigned char* target, std::size_t size) {
    constexpr std::size_t largest_part = 1 << 30;  // zlib counts in 32 bits
    if (stream.avail_in == 0) fail("expected more compressed data, found the end of the file; it is truncated");
    const uInt part = static_cast<uInt>(size < largest_part ? size : largest_part);
    stream.next_out = target;
    stream.avail_out = part;
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) {
      fail("expected valid gzip data, found " + std::string(stream.msg != nullptr ? stream.msg : "an error") +
           "; the file is damaged");
    }
    if (status == Z_STREAM_END) {
      ended = true;
      if (stream.avail_in == 0) refill();
      if (stream.avail_in != 0) {
        fail("expected the end of the file after the compressed data, found more bytes; the file is damaged");
      }
    }
    return part - stream.avail_out;
  }

  std::string name;
  std::FILE* file;
  z_stream stream{};
  bool compressed = false, ended = false;
  std::size_t position = 0;
  unsigned char input[1 << 14];
};

}  // namespace slim::data
