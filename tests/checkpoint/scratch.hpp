#pragma once
// Files for one test case, gone afterwards.

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <string>

#include "slim/core/error.hpp"

namespace checkpoint_tests {

struct scratch {
  std::string folder;

  scratch() : folder((std::filesystem::temp_directory_path() / "slim_checkpoint_XXXXXX").string()) { REQUIRE(mkdtemp(folder.data()) != nullptr); }
  scratch(const scratch&) = delete;
  ~scratch() { std::filesystem::remove_all(folder); }

  std::string path(const std::string& name) const { return folder + "/" + name; }

  std::string write(const std::string& name, const std::string& content) const {
    std::FILE* const file = std::fopen(path(name).c_str(), "wb");
    REQUIRE(file != nullptr);
    REQUIRE(std::fwrite(content.data(), 1, content.size(), file) == content.size());
    std::fclose(file);
    return path(name);
  }

  /// A file that another process may replace meanwhile: as it was when it was opened.
  std::string read(const std::string& name) const {
    std::FILE* const file = std::fopen(path(name).c_str(), "rb");
    REQUIRE(file != nullptr);
    std::string content;
    for (int c = std::fgetc(file); c != EOF; c = std::fgetc(file)) content += static_cast<char>(c);
    std::fclose(file);
    return content;
  }

  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
    return names;
  }
};

/// What an action complains about; "none" when it does not.
template <class Action>
std::string complaint(Action action) {
  try {
    action();
  } catch (const slim::error& problem) {
    return problem.what();
  }
  return "none";
}

inline bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

/// A file in the format of safetensors, from its header and data.
inline std::string safetensors_file(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string content(8, '\0');
  std::memcpy(content.data(), &length, 8);
  return content + header + data;
}

}  // namespace checkpoint_tests
