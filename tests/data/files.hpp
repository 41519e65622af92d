#pragma once
// Files of the tests in this folder, and what the readers say about bad ones.

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "slim/core/error.hpp"

/// A directory of its own for each test case, gone afterwards.
struct scratch_directory {
  std::filesystem::path directory;

  scratch_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "slim_data_XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
  }
  scratch_directory(const scratch_directory&) = delete;
  ~scratch_directory() { std::filesystem::remove_all(directory); }

  std::string path(const std::string& name) const { return (directory / name).string(); }

  std::string write(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((directory / name).parent_path());
    std::FILE* file = std::fopen(path(name).c_str(), "wb");
    REQUIRE(file != nullptr);
    REQUIRE(std::fwrite(content.data(), 1, content.size(), file) == content.size());
    std::fclose(file);
    return path(name);
  }
};

inline std::string content_of(const std::string& path) {
  std::string content(std::filesystem::file_size(path), '\0');
  std::FILE* file = std::fopen(path.c_str(), "rb");
  REQUIRE(file != nullptr);
  REQUIRE(std::fread(content.data(), 1, content.size(), file) == content.size());
  std::fclose(file);
  return content;
}

/// What `action` complains about, or "none".
template <class Action>
std::string complaint_of(Action action) {
  try {
    action();
  } catch (const slim::error& problem) {
    return problem.what();
  }
  return "none";
}

inline bool has(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }
