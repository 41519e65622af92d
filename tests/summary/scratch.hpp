// A folder of its own for each test case, gone afterwards.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

struct scratch {
  std::filesystem::path directory;

  scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "slim_summary_XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
  }
  scratch(const scratch&) = delete;
  ~scratch() { std::filesystem::remove_all(directory); }

  std::string path(const std::string& name) const { return (directory / name).string(); }

  std::string write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((directory / name).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }
};

inline std::string read_all(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
