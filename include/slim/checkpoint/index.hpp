#pragma once
// The text file `checkpoint` of a folder: which checkpoint is the latest, which others are retained. TF-Slim section 6.4.

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "slim/checkpoint/atomic_file.hpp"
#include "slim/core/number_text.hpp"

namespace slim::checkpoint {

namespace detail {

inline constexpr std::string_view file_beginning = "model.ckpt-", file_ending = ".safetensors";

inline std::string weights_file(std::int64_t global_step) {
  return std::string(file_beginning) + std::to_string(global_step) + std::string(file_ending);
}

/// The step in `model.ckpt-<step>.safetensors`; nothing for any other name.
inline std::optional<std::int64_t> step_in(std::string_view file) {
  if (!file.starts_with(file_beginning) || !file.ends_with(file_ending) || file.size() <= file_beginning.size() + file_ending.size())
    return std::nullopt;
  const std::string_view digits = file.substr(file_beginning.size(), file.size() - file_beginning.size() - file_ending.size());
  std::int64_t step = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  return problem == std::errc() && end == digits.data() + digits.size() && digits[0] != '-' ? std::optional(step) : std::nullopt;
}

}  // namespace detail

/// One retained checkpoint: a file of the folder, and when it was saved, in seconds since 1970.
struct retained {
  std::string file;
  double timestamp = 0;
};

/// The content of the index; the latest checkpoint is the last one. It has the fields of TensorFlow's CheckpointState.
struct checkpoint_index {
  std::vector<retained> all;
  double last_preserved_timestamp = 0;

  /// Empty when `folder` has no index. Throws slim::error for one that cannot be read: its names are only ever those of checkpoints.
  static checkpoint_index read(const std::string& folder) {
    const std::string path = folder + "/checkpoint";
    checkpoint_index result;
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return result;
    std::ifstream file(path);
    std::string line;
    std::size_t timestamps = 0;
    for (int number = 1; std::getline(file, line); ++number) {
      const std::size_t colon = line.find(": ");
      const std::string key = line.substr(0, colon);
      const std::string value = colon == std::string::npos ? "" : line.substr(colon + 2);
      const auto fail = [&](const std::string& expected) {
        throw error("read checkpoint: " + path + ": line " + std::to_string(number) + ": expected " + expected + ", found '" + line +
                    "'; remove this index to begin a new one (checkpoints stay), or use another folder");
      };
      const auto seconds = [&] {
        double time = 0;
        const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), time);
        if (problem != std::errc() || end != value.data() + value.size()) fail("a time in seconds");
        return time;
      };
      if (key == "model_checkpoint_path" || key == "all_model_checkpoint_paths") {
        const std::string name = value.size() >= 2 && value.front() == '"' && value.back() == '"' ? value.substr(1, value.size() - 2) : "";
        if (!detail::step_in(name)) fail("a name \"model.ckpt-<step>.safetensors\"");
        if (key == "all_model_checkpoint_paths") result.all.push_back({name});
      } else if (key == "all_model_checkpoint_timestamps") {
        if (timestamps == result.all.size()) fail("no more times than checkpoints");
        result.all[timestamps++].timestamp = seconds();
      } else if (key == "last_preserved_timestamp") {
        result.last_preserved_timestamp = seconds();
      } else {
        fail("a field of a checkpoint index");
      }
    }
    return result;
  }

  void write(const std::string& folder) const {
    std::string text;
    if (!all.empty()) text += "model_checkpoint_path: \"" + all.back().file + "\"\n";
    for (const retained& one : all) text += "all_model_checkpoint_paths: \"" + one.file + "\"\n";
    for (const retained& one : all) text += "all_model_checkpoint_timestamps: " + fixed_text(one.timestamp, 6) + "\n";
    text += "last_preserved_timestamp: " + fixed_text(last_preserved_timestamp, 6) + "\n";
    atomic_file file(folder + "/checkpoint");
    file.write(text.data(), text.size());
    file.commit();
  }
};

/// The file of the latest checkpoint in `folder` that is there; nothing when there is none. What it names is complete: the index is written last.
inline std::optional<std::string> latest_checkpoint(const std::string& folder) {
  const checkpoint_index index = checkpoint_index::read(folder);
  std::error_code ignored;
  for (auto one = index.all.rbegin(); one != index.all.rend(); ++one)
    if (std::filesystem::is_regular_file(folder + "/" + one->file, ignored)) return folder + "/" + one->file;
  return std::nullopt;
}

}  // namespace slim::checkpoint
