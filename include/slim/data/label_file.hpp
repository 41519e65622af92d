#pragma once
#include "slim/core/begin.hpp"
// labels.txt: the names of the classes of a data set, one `index:name` a line (TF-Slim's dataset_utils).

#include <charconv>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "slim/data/byte_sink.hpp"
#include "slim/data/byte_source.hpp"

namespace slim::data {

inline constexpr const char* labels_filename = "labels.txt";

inline bool has_labels(const std::string& dataset_dir, const std::string& filename = labels_filename) {
  std::FILE* const file = std::fopen((dataset_dir + "/" + filename).c_str(), "rb");
  if (file != nullptr) std::fclose(file);
  return file != nullptr;
}

/// Writes the names of the classes 0, 1, .... Throws slim::error if it cannot, and for a name that would not be read again: of several lines.
inline void write_label_file(const std::vector<std::string>& names, const std::string& dataset_dir, const std::string& filename = labels_filename) {
  for (std::size_t label = 0; label < names.size(); ++label)
    if (names[label].find_first_of("\r\n") != std::string::npos)
      throw error{"write data: ", dataset_dir, "/", filename, ": expected names of one line, found a line break in that of class ", label, "; take it out"};
  byte_sink sink(dataset_dir + "/" + filename);
  for (std::size_t label = 0; label < names.size(); ++label) sink.write(std::to_string(label) + ":" + names[label] + "\n");
  sink.close();
}

/// Reads the names by their numbers. Throws slim::error for a missing file and for a line that does not begin with a number of its own and
/// a colon.
inline std::map<int, std::string> read_label_file(const std::string& dataset_dir, const std::string& filename = labels_filename) {
  byte_source source(dataset_dir + "/" + filename, compression::none);
  const std::string content = read_all(source);
  std::map<int, std::string> names;
  for (std::string_view left = content; !left.empty();) {
    std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(line.size() < left.size() ? line.size() + 1 : line.size());
    if (line.ends_with('\r')) line.remove_suffix(1);  // of Windows
    if (line.empty()) continue;
    unsigned label = 0;  // of a type that has no minus
    const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), label);
    const std::size_t digits = static_cast<std::size_t>(end - line.data());
    const auto fail = [&](const std::string& expected) {
      const std::size_t place = static_cast<std::size_t>(line.data() - content.data());
      source.fail(place, "expected " + expected + ", found \"" + std::string(line.substr(0, 40)) + "\"; correct the file");
    };
    if (problem != std::errc() || digits == line.size() || *end != ':' || !std::in_range<int>(label)) fail("index:name");
    if (!names.emplace(label, line.substr(digits + 1)).second) fail("each index once");
  }
  return names;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
