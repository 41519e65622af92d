#pragma once
#include "slim/core/begin.hpp"
// The text file `checkpoint` of a folder: which checkpoint is the latest, which others are retained. TF-Slim section 6.4.

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

#include "slim/checkpoint/atomic_file.hpp"
#include "slim/core/number_text.hpp"

namespace slim::checkpoint {

namespace detail {

inline constexpr std::string_view file_beginning = "model.ckpt-", file_ending = ".safetensors";

inline std::string weights_file(std::int64_t global_step) { return std::string(file_beginning) + std::to_string(global_step) + std::string(file_ending); }

/// The step in `model.ckpt-<step>.safetensors`; nothing for any other name.
inline std::optional<std::int64_t> step_in(std::string_view file) {
  if (!file.starts_with(file_beginning) || !file.ends_with(file_ending) || file.size() <= file_beginning.size() + file_ending.size()) return std::nullopt;
  const std::string_view digits = file.substr(file_beginning.size(), file.size() - file_beginning.size() - file_ending.size());
  std::int64_t step = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), step);
  return problem == std::errc() && end == digits.data() + digits.size() && digits[0] != '-' ? std::optional(step) : std::nullopt;
}

/// Calls visit(path, weights file, id) for every file of training state in `folder`.
template <class Visit>
void for_each_training_file(const std::string& folder, Visit&& visit) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const std::string file = entry.path().filename().string();
    const std::size_t mark = file.find(".training-");
    if (mark == std::string::npos || !file.ends_with(file_ending) || file.size() < mark + 10 + file_ending.size()) continue;
    const std::string weights = file.substr(0, mark) + std::string(file_ending);
    if (step_in(weights)) visit(entry.path().string(), weights, file.substr(mark + 10, file.size() - mark - 10 - file_ending.size()));
  }
}

/// When a file was written, in seconds since 1970; 0 when it is gone.
inline double modified(const std::string& path) {
  struct stat about{};
  return stat(path.c_str(), &about) == 0 ? static_cast<double>(about.st_mtim.tv_sec) + 1e-9 * static_cast<double>(about.st_mtim.tv_nsec) : 0;
}

/// The content of a small file; nothing when there is none. Throws slim::error for one that is there and cannot be read.
inline std::optional<std::string> content_of(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  std::string content;
  char part[4096];
  ssize_t count = descriptor < 0 ? -1 : 0;
  while (descriptor >= 0 && ((count = ::read(descriptor, part, sizeof part)) > 0 || (count < 0 && errno == EINTR)))
    if (count > 0) content.append(part, static_cast<std::size_t>(count));
  const int reason = errno;
  if (descriptor >= 0) close(descriptor);
  if (count < 0) throw error("read checkpoint: " + path + ": expected a readable file, found " + std::strerror(reason) + "; check it and its permissions");
  return content;
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

  /// Empty when `folder` has no index. Throws slim::error for one that cannot be read or is not whole: its names are only ever those of
  /// checkpoints.
  static checkpoint_index read(const std::string& folder) {
    const std::string path = folder + "/checkpoint";
    checkpoint_index result;
    const std::string content = detail::content_of(path).value_or("");
    if (content.empty()) return result;
    std::string line, latest;
    std::size_t timestamps = 0, next = 0;
    bool whole = false;  // the last line is written last
    for (int number = 1; next < content.size(); ++number) {
      const std::size_t end_of_line = std::min(content.find('\n', next), content.size());
      line = content.substr(next, end_of_line - next);
      next = end_of_line + 1;
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
        else latest = name;
      } else if (key == "all_model_checkpoint_timestamps") {
        if (timestamps == result.all.size()) fail("no more times than checkpoints");
        result.all[timestamps++].timestamp = seconds();
      } else if (key == "last_preserved_timestamp") {
        result.last_preserved_timestamp = seconds();
        whole = end_of_line < content.size();
      } else {
        fail("a field of a checkpoint index");
      }
    }
    if (!whole || timestamps != result.all.size() || (result.all.empty() ? "" : result.all.back().file) != latest)
      throw error("read checkpoint: " + path +
                  ": expected a whole index, found one that is cut off; remove it to begin a new one (checkpoints stay), "
                  "or use another folder");
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

/// The checkpoints of a folder, and what is wrong with it.
struct checkpoints_found {
  std::vector<std::string> files;     ///< of weights, with the folder, latest first
  std::vector<std::string> problems;  ///< sentences for a person: an index that was not followed, files that it names and that are gone
  checkpoint_index index;             ///< of what is there: what saving goes on with
  bool by_index = false;              ///< false when there was none to follow
};

/// Looks for checkpoints: those of the index and newer ones whose process died before it named them, latest first, then others that lie there,
/// by falling step. An index that is missing, damaged, or names only what is gone hides nothing: then all are taken by step. Throws slim::error
/// when the folder cannot be read, and when an index is damaged and there is nothing else to go by.
inline checkpoints_found find_checkpoints(const std::string& folder) {
  checkpoints_found found;
  std::error_code problem;
  std::vector<std::pair<std::int64_t, std::string>> there;
  std::filesystem::directory_iterator at(folder, problem);
  if (problem == std::errc::no_such_file_or_directory || problem == std::errc::not_a_directory) return found;
  for (; !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    const std::string file = at->path().filename().string();
    std::error_code ignored;
    if (const auto step = detail::step_in(file); step && at->is_regular_file(ignored)) there.emplace_back(*step, file);
  }
  if (problem) throw error("read checkpoint: " + folder + ": expected a readable folder, found " + problem.message() + "; check its permissions");
  std::sort(there.rbegin(), there.rend());

  std::string why_not;
  try {
    found.index = checkpoint_index::read(folder);
    if (found.index.all.empty()) why_not = "read checkpoint: " + folder + ": expected an index 'checkpoint' that names its checkpoints, found none";
  } catch (const error& damage) {
    if (there.empty()) throw;
    why_not = damage.what();
  }
  const auto is_there = [&](const std::string& file) { return std::any_of(there.begin(), there.end(), [&](const auto& one) { return one.second == file; }); };
  std::vector<std::string> gone;  // newer ones only: an old one whose removal was cut short is not missed
  std::erase_if(found.index.all, [&](const retained& one) {
    if (is_there(one.file)) return gone.clear(), false;
    return gone.push_back(one.file), true;
  });
  for (const std::string& file : gone)
    found.problems.push_back("read checkpoint: " + folder + "/checkpoint: expected the checkpoints that it names, " + file + " is gone");
  // Newer ones that it does not name yet: their process died before that. Those that stay for ever are older than the latest.
  for (auto one = there.rbegin(); one != there.rend() && !found.index.all.empty(); ++one) {
    const retained latest = found.index.all.back();
    if (one->first <= *detail::step_in(latest.file)) continue;
    bool whole = false;
    detail::for_each_training_file(folder, [&](const auto&, const std::string& of, const auto&) { whole = whole || of == one->second; });
    const double saved = detail::modified(folder + "/" + one->second);
    if (whole && saved > latest.timestamp) found.index.all.push_back({one->second, saved});
  }
  for (auto one = found.index.all.rbegin(); one != found.index.all.rend(); ++one) found.files.push_back(one->file);
  found.by_index = !found.files.empty();
  if (!found.by_index && !there.empty() && !why_not.empty()) found.problems.push_back(why_not);
  for (const auto& one : there)
    if (std::find(found.files.begin(), found.files.end(), one.second) == found.files.end()) found.files.push_back(one.second);
  for (auto one = there.rbegin(); !found.by_index && one != there.rend(); ++one)
    if (const double saved = detail::modified(folder + "/" + one->second); saved > 0) found.index.all.push_back({one->second, saved});
  if (!found.by_index && !found.index.all.empty()) found.index.last_preserved_timestamp = found.index.all.front().timestamp;
  for (std::string& file : found.files) file = folder + "/" + file;
  return found;
}

/// The file of the latest checkpoint in `folder` that is there; nothing when there is none. What it names is complete.
/// Throws slim::error as find_checkpoints does.
inline std::optional<std::string> latest_checkpoint(const std::string& folder) {
  const checkpoints_found found = find_checkpoints(folder);
  return found.files.empty() ? std::nullopt : std::optional(found.files.front());
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
