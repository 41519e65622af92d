#pragma once
#include "slim/core/begin.hpp"
// A new file, written completely or not at all, plain or compressed. Link with zlib.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zlib.h>

#include "slim/checkpoint/atomic_file.hpp"
#include "slim/core/error.hpp"
#include "slim/data/byte_source.hpp"

namespace slim::data {

/// Writes under a hidden name beside `path`, which no pattern of data files matches, and gives the file its name when it is complete: an older
/// file of that name stays until then, and an interrupted program leaves no half file that looks whole. What dead programs left in the folder is
/// removed. Throws slim::error for what cannot be written.
class byte_sink {
public:
  explicit byte_sink(const std::string& path, compression format = compression::none)
      : name(path), compressed(format != compression::none), exceptions(std::uncaught_exceptions()), buffer(std::size_t{1} << 16) {
    checkpoint::remove_leftovers(checkpoint::detail::folder_of(path));
    file.emplace(path);
    constexpr int gzip_format = 16 + MAX_WBITS, zlib_format = MAX_WBITS, usual_memory = 8;
    const int bits = format == compression::gzip ? gzip_format : zlib_format;
    if (compressed && deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, bits, usual_memory, Z_DEFAULT_STRATEGY) != Z_OK) fail("no memory for zlib");
  }
  byte_sink(const byte_sink&) = delete;
  byte_sink& operator=(const byte_sink&) = delete;

  /// Closes, unless an exception is on its way: then what was written is incomplete and goes.
  ~byte_sink() {
    try {
      if (file && std::uncaught_exceptions() == exceptions) close();
    } catch (const error&) {}
    if (compressed) deflateEnd(&stream);
  }

  const std::string& path() const { return name; }

  void write(std::string_view bytes) {
    if (!file) fail("the file closed already");
    if (compressed) deflate_part(bytes, Z_NO_FLUSH);
    else store(bytes);
  }

  /// Completes the file. The destructor does the same but cannot tell of a failure (a full disk).
  void close() {
    if (broken) fail("that a part is missing, as was told before");
    if (!file) return;
    if (compressed) deflate_part({}, Z_FINISH);
    else flush();
    whole_or_none([&] { file->commit(); });
    file.reset();
  }

private:
  [[noreturn]] void fail(const std::string& found) const {
    throw error("write data: " + name + ": expected a writable file, found " + found + "; check the folder and the space on the disk");
  }

  /// Who catches what `action` throws and goes on has no file that looks whole.
  template <class Action>
  void whole_or_none(Action action) {
    try {
      action();
    } catch (const error&) {
      broken = true;
      file.reset();
      throw;
    }
  }

  void flush() {
    whole_or_none([&] { file->write(buffer.data(), filled); });
    filled = 0;
  }

  void store(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t part = std::min(bytes.size(), buffer.size() - filled);
      std::memcpy(buffer.data() + filled, bytes.data(), part);
      bytes.remove_prefix(part);
      if ((filled += part) == buffer.size()) flush();
    }
  }

  void deflate_part(std::string_view bytes, int last) {
    do {
      constexpr std::size_t largest_part = std::size_t{1} << 30;  // zlib counts in 32 bits
      const std::string_view part = bytes.substr(0, largest_part);
      stream.next_in = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));  // zlib only reads
      stream.avail_in = static_cast<uInt>(part.size());
      bytes.remove_prefix(part.size());
      do {
        stream.next_out = buffer.data();
        stream.avail_out = static_cast<uInt>(buffer.size());
        deflate(&stream, last);
        filled = buffer.size() - stream.avail_out;
        flush();
      } while (stream.avail_out == 0);
    } while (!bytes.empty());
  }

  std::string name;
  std::optional<checkpoint::atomic_file> file;
  bool compressed, broken = false;
  int exceptions;
  std::vector<unsigned char> buffer;
  std::size_t filled = 0;
  z_stream stream{};
};

}  // namespace slim::data

#include "slim/core/end.hpp"
