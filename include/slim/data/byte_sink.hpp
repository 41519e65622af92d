#pragma once
#include "slim/core/begin.hpp"
// A new file, written completely or not at all, plain or compressed. Link with zlib.

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "slim/core/error.hpp"
#include "slim/data/byte_source.hpp"

namespace slim::data {

/// Writes to `path`.partial and gives the file its name when it is complete: an older file of that name stays until then, and an
/// interrupted program leaves no half file that looks whole. Throws slim::error for what cannot be written.
class byte_sink {
public:
  explicit byte_sink(const std::string& path, compression format = compression::none)
      : name(path), compressed(format != compression::none), exceptions(std::uncaught_exceptions()), buffer(std::size_t{1} << 16) {
    file = std::fopen(partial().c_str(), "wb");
    if (file == nullptr) fail(std::strerror(errno));
    constexpr int gzip_format = 16 + MAX_WBITS, zlib_format = MAX_WBITS, usual_memory = 8;
    const int bits = format == compression::gzip ? gzip_format : zlib_format;
    if (compressed && deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, usual_memory, Z_DEFAULT_STRATEGY) != Z_OK) {
      compressed = false;
      discard();
      fail("no memory for zlib");
    }
  }
  byte_sink(const byte_sink&) = delete;
  byte_sink& operator=(const byte_sink&) = delete;

  /// Closes, unless an exception is on its way: then what was written is incomplete and goes.
  ~byte_sink() {
    if (file == nullptr) return;
    try {
      if (std::uncaught_exceptions() == exceptions) close();
    } catch (const error&) {}
    discard();
  }

  const std::string& path() const { return name; }

  void write(std::string_view bytes) {
    if (file == nullptr) fail("the file closed already");
    if (compressed) {
      deflate_part(bytes, Z_NO_FLUSH);
    } else {
      store(bytes.data(), bytes.size());
    }
  }

  /// Completes the file. The destructor does the same but cannot tell of a failure (a full disk).
  void close() {
    if (broken) fail("that a part is missing, as was told before");
    if (file == nullptr) return;
    if (compressed) deflate_part({}, Z_FINISH);
    std::FILE* const finished = file;
    file = nullptr;
    end_stream();
    if (std::fclose(finished) != 0 || std::rename(partial().c_str(), name.c_str()) != 0) {
      const int reason = errno;
      std::remove(partial().c_str());
      fail(std::strerror(reason));
    }
  }

private:
  std::string partial() const { return name + ".partial"; }

  [[noreturn]] void fail(const std::string& found) const {
    throw error("write data: " + name + ": expected a writable file, found " + found + "; check the folder and the space on the disk");
  }

  void store(const void* bytes, std::size_t size) {
    if (size == 0 || std::fwrite(bytes, 1, size, file) == size) return;
    const int reason = errno;
    broken = true;  // who catches this and goes on has no file that looks whole
    discard();
    fail(std::strerror(reason));
  }

  void deflate_part(std::string_view bytes, int flush) {
    do {
      constexpr std::size_t largest_part = std::size_t{1} << 30;  // zlib counts in 32 bits
      const std::string_view part = bytes.substr(0, largest_part);
      stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));  // zlib only reads
      stream.avail_in = static_cast<uInt>(part.size());
      bytes.remove_prefix(part.size());
      do {
        stream.next_out = buffer.data();
        stream.avail_out = static_cast<uInt>(buffer.size());
        deflate(&stream, flush);
        store(buffer.data(), buffer.size() - stream.avail_out);
      } while (stream.avail_out == 0);
    } while (!bytes.empty());
  }

  void end_stream() {
    if (compressed) deflateEnd(&stream);
    compressed = false;
  }

  void discard() {
    end_stream();
    if (file == nullptr) return;
    std::fclose(file);
    file = nullptr;
    std::remove(partial().c_str());
  }

  std::string name;
  std::FILE* file = nullptr;
  bool compressed, broken = false;
  int exceptions;
  std::vector<unsigned char> buffer;
  z_stream stream{};
};

}  // namespace slim::data

#include "slim/core/end.hpp"
