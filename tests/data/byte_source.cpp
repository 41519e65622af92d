#include "slim/data/byte_source.hpp"

#include <doctest/doctest.h>

#include <string>

#include "slim/data/byte_sink.hpp"
#include "tests/data/files.hpp"

using slim::data::byte_source;
using slim::data::compression;
using slim::data::in_memory;
using slim::data::read_all;

TEST_CASE("memory and files give the same bytes, in parts of any size") {
  scratch_directory scratch;
  std::string content(200'000, '\0');
  for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * i >> 5);
  const std::string path = scratch.write("file", content);
  for (const std::size_t part : {std::size_t{1000}, std::size_t{65536}, std::size_t{70000}, std::size_t{1} << 20}) {
    byte_source file(path), memory(in_memory{content});
    for (byte_source* source : {&file, &memory}) {
      std::string all, buffer(part, '\0');
      while (const std::size_t got = source->read(buffer.data(), part)) all.append(buffer, 0, got);
      CHECK(all == content);
      CHECK(source->offset() == content.size());
    }
  }
  byte_source empty(in_memory{""});
  CHECK(read_all(empty).empty());
}

TEST_CASE("gzip is recognised, zlib is told") {
  scratch_directory scratch;
  const std::string content(100'000, 'x'), path = scratch.path("file");
  for (const auto format : {compression::gzip, compression::zlib}) {
    slim::data::byte_sink sink(path, format);
    sink.write(content);
    sink.close();
    const std::string stored = content_of(path);
    CHECK(stored.size() < 1000);
    byte_source told(path, format), from_memory(in_memory{stored}, format), plain(path, compression::none), unknown(path);
    CHECK(read_all(told) == content);
    CHECK(read_all(from_memory) == content);
    CHECK(read_all(plain) == stored);
    CHECK(read_all(unknown) == (format == compression::gzip ? content : stored));
  }
  byte_source foreign(in_memory{"neither of them", "text"}, compression::zlib);
  CHECK(has(complaint_of([&] { read_all(foreign); }), "read data: text: offset 0: expected valid compressed data, found incorrect header check"));
}
