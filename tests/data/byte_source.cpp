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

TEST_CASE("a gzip file may be several members, also empty ones; anything else behind them is damage") {
  scratch_directory scratch;
  const auto member = [&](const std::string& content) {
    slim::data::byte_sink sink(scratch.path("member"), compression::gzip);
    sink.write(content);
    sink.close();
    return content_of(scratch.path("member"));
  };
  std::string large(300'000, '\0');  // stored in more than one buffer
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * i * i >> 7);
  const std::string several = member("one ") + member("") + member(large) + member("two");
  byte_source memory(in_memory{several}), file(scratch.write("several", several));
  CHECK(read_all(memory) == "one " + large + "two");
  CHECK(read_all(file) == "one " + large + "two");
  const std::string short_of_five = several.substr(0, several.size() - 5), longer = several + "x", other = several + "\x1f\x8c";
  byte_source cut(in_memory{short_of_five}), padded(in_memory{longer}), foreign(in_memory{other});
  CHECK(has(complaint_of([&] { read_all(cut); }), "truncated"));
  CHECK(has(complaint_of([&] { read_all(padded); }), "found more bytes; the file is damaged"));
  CHECK(has(complaint_of([&] { read_all(foreign); }), "damaged"));
}
