#pragma once
#include "slim/core/begin.hpp"
// The content of a file, or of memory, that may be compressed with gzip or zlib. Link with zlib.

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "slim/core/error.hpp"

namespace slim::data {

enum class compression { none, gzip, zlib };

/// The content of a file that is in memory already: what every reader of this folder accepts in place of a path. The bytes must
/// outlive the reader; `name` is for messages.
struct in_memory {
  std::string_view bytes;
  std::string name = "memory";
};

/// Reads a file from its beginning and expands it if it starts with the gzip magic number, all members one after the other. Unlike zlib's own gzread it
/// refuses other bytes behind the end of the compressed data, and it knows where it is: `offset` counts expanded bytes.
/// Throws slim::error for a missing, unreadable, damaged or truncated file.
class byte_source {
public:
  explicit byte_source(const std::string& path) : byte_source(path, compression::none) {
    if (starts_with_gzip_magic()) expand(compression::gzip);
  }
  explicit byte_source(const in_memory& content) : byte_source(content, compression::none) {
    if (starts_with_gzip_magic()) expand(compression::gzip);
  }

  /// As above, but the compression is not recognised by itself.
  byte_source(const std::string& path, compression format) : name(path), file(std::fopen(path.c_str(), "rb")), buffer(std::size_t{1} << 16) {
    if (file == nullptr) fail("expected a readable file, found " + std::string(std::strerror(errno)) + "; check the path");
    refill();
    expand(format);
  }
  byte_source(const in_memory& content, compression format) : name(content.name), memory(content.bytes) {
    refill();
    expand(format);
  }

  byte_source(const byte_source&) = delete;
  byte_source& operator=(const byte_source&) = delete;
  ~byte_source() {
    if (compressed) inflateEnd(&stream);
  }

  /// Number of (expanded) bytes read so far.
  std::size_t offset() const { return position; }
  const std::string& path() const { return name; }

  /// The stored bytes that come next, as far as they are at hand: at first the beginning of the file.
  std::string_view peek() const { return {reinterpret_cast<const char*>(stream.next_in), stream.avail_in}; }

  /// Takes the stored bytes from here on for compressed ones. At most once.
  void expand(compression format) {
    if (format == compression::none) return;
    constexpr int gzip_format = 16 + MAX_WBITS, zlib_format = MAX_WBITS;
    members = format == compression::gzip;
    compressed = inflateInit2(&stream, format == compression::gzip ? gzip_format : zlib_format) == Z_OK;
    if (!compressed) fail("expected memory for zlib, found none");
  }

  /// Copies up to `size` bytes to `target`; returns their number, which is smaller only at the end of the content.
  std::size_t read(void* target, std::size_t size) {
    unsigned char* const bytes = static_cast<unsigned char*>(target);
    std::size_t got = 0;
    while (got < size && !ended) got += compressed ? expand(bytes + got, size - got) : copy(bytes + got, size - got);
    position += got;
    return got;
  }

  /// Throws slim::error with the file and the current offset in front of `problem`.
  [[noreturn]] void fail(const std::string& problem) const { fail(position, problem); }

  /// The same for another place.
  [[noreturn]] void fail(std::size_t place, const std::string& problem) const {
    throw error("read data: " + name + ": offset " + std::to_string(place) + ": " + problem);
  }

private:
  struct closer {
    void operator()(std::FILE* open) const { std::fclose(open); }
  };

  bool starts_with_gzip_magic() const { return peek().substr(0, 2) == "\x1f\x8b"; }

  void refill() {
    if (file == nullptr) {
      const std::string_view part = memory.substr(0, largest_part);
      stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));  // zlib only reads
      stream.avail_in = static_cast<uInt>(part.size());
      memory.remove_prefix(part.size());
      return;
    }
    stream.next_in = buffer.data();
    stream.avail_in = static_cast<uInt>(fill(buffer.data(), buffer.size()));
  }

  std::size_t fill(unsigned char* target, std::size_t size) {
    const std::size_t got = std::fread(target, 1, size, file.get());
    if (std::ferror(file.get()) != 0) fail("expected a readable file, found " + std::string(std::strerror(errno)));
    return got;
  }

  std::size_t copy(unsigned char* target, std::size_t size) {
    if (stream.avail_in == 0 && file != nullptr && size >= buffer.size()) {  // large parts need not pass through the buffer
      const std::size_t got = fill(target, size);
      ended = got < size;
      return got;
    }
    if (stream.avail_in == 0) refill();
    const std::size_t part = size < stream.avail_in ? size : stream.avail_in;
    if (part != 0) std::memcpy(target, stream.next_in, part);
    stream.next_in += part;
    stream.avail_in -= static_cast<uInt>(part);
    ended = part == 0;
    return part;
  }

  std::size_t expand(unsigned char* target, std::size_t size) {
    if (stream.avail_in == 0) refill();
    if (stream.avail_in == 0) fail("expected more compressed data, found the end of the file; it is truncated");
    const uInt part = static_cast<uInt>(size < largest_part ? size : largest_part);
    stream.next_out = target;
    stream.avail_out = part;
    const int status = inflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END) {
      fail("expected valid compressed data, found " + std::string(stream.msg != nullptr ? stream.msg : "an error") + "; the file is damaged");
    }
    if (status == Z_STREAM_END) {
      if (stream.avail_in == 0) refill();
      ended = stream.avail_in == 0;
      constexpr unsigned char gzip_magic = 0x1f;
      if (!ended && members && *stream.next_in == gzip_magic) {
        inflateReset(&stream);
      } else if (!ended) {
        fail("expected the end of the file after the compressed data, found more bytes; the file is damaged");
      }
    }
    return part - stream.avail_out;
  }

  static constexpr std::size_t largest_part = std::size_t{1} << 30;  // zlib counts in 32 bits

  std::string name;
  std::unique_ptr<std::FILE, closer> file;  // null for memory
  std::string_view memory;                  // what of it is not in `stream` yet
  std::vector<unsigned char> buffer;
  z_stream stream{};
  bool compressed = false, ended = false;
  bool members = false;  // more of them may follow, RFC 1952 section 2.2
  std::size_t position = 0;
};

/// Everything that is left of a source. Memory grows with what is really there.
inline std::string read_all(byte_source& source) {
  constexpr std::size_t part = std::size_t{1} << 16;
  std::string content;
  for (std::size_t filled = 0;;) {
    content.resize(filled + (filled < part ? part : filled));
    filled += source.read(content.data() + filled, content.size() - filled);
    if (filled == content.size()) continue;
    content.resize(filled);
    return content;
  }
}

}  // namespace slim::data

#include "slim/core/end.hpp"
