#pragma once
// What the fuzz targets share. A target defines `seeds` and `consume`; libFuzzer calls `consume` with mutated seeds.
// Whatever the bytes are, a reader returns or throws slim::error: anything else ends the program.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "slim/core/error.hpp"

/// Valid files, from which the mutations start.
std::vector<std::string> seeds();

void consume(std::string_view bytes);

/// Puts the seeds into the corpus folders of the command line, which it makes.
extern "C" int LLVMFuzzerInitialize(int* count, char*** values) {
  for (int i = 1; i < *count; ++i) {
    const std::string folder = (*values)[i];
    if (folder[0] == '-' || std::filesystem::is_regular_file(folder)) continue;
    std::filesystem::create_directories(folder);
    int number = 0;
    for (const std::string& seed : seeds()) std::ofstream(folder + "/seed_" + std::to_string(number++), std::ios::binary) << seed;
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    consume({reinterpret_cast<const char*>(data), size});
  } catch (const slim::error&) {}
  return 0;
}

/// For statements that the compiler must not remove.
inline void expect(bool condition) {
  if (!condition) __builtin_trap();
}
