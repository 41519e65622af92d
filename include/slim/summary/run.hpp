#pragma once
#include "slim/core/begin.hpp"
// What a training run has written: all event files of a folder, by tag.

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/summary/event_reader.hpp"

namespace slim::summaries {

template <class Content>
struct point {
  std::int64_t step = 0;
  double wall_time = 0;  ///< seconds since 1970
  Content content;
};

/// The summaries under one tag, by rising step.
template <class Content>
using series = std::vector<point<Content>>;

struct run {
  std::map<std::string, series<float>> scalars;
  std::map<std::string, series<histogram>> histograms;
  std::map<std::string, series<encoded_image>> images;
  std::vector<std::string> problems;  ///< files that could not be read to their end, and why

  bool empty() const { return scalars.empty() && histograms.empty() && images.empty(); }
};

namespace detail {

inline bool is_event_file(const std::filesystem::path& path) { return path.filename().string().find(".tfevents.") != std::string::npos; }

/// What a file has begun to add: its first step, and tags by kind of summary.
struct added_by_file {
  std::optional<std::int64_t> first_step = {};
  std::set<std::pair<std::size_t, std::string>> tags = {};
};

template <class Content>
void append(std::map<std::string, series<Content>>& all, added_by_file& file, const event& happened, summary_value& value) {
  series<Content>& points = all[value.tag];
  if (file.tags.insert({value.content.index(), value.tag}).second) std::erase_if(points, [&](const auto& one) { return one.step >= *file.first_step; });
  points.push_back({happened.step, happened.wall_time, std::get<Content>(std::move(value.content))});
}

}  // namespace detail

/// Reads `files`, written one after the other. A run that was resumed from an earlier step wrote some steps twice: a file discards what earlier
/// ones have under its tags from its first step on. Those of others stay: an evaluation may write beside the training that goes on. Files that
/// cannot be read are listed in `problems`.
inline run read_run(const std::vector<std::string>& files) {
  run result;
  for (const std::string& path : files) {
    try {
      event_reader reader(path);
      event happened;
      for (detail::added_by_file file; reader.next(happened);) {
        if (!file.first_step && (happened.session_start || !happened.values.empty())) file.first_step = happened.step;
        for (summary_value& value : happened.values) {
          switch (value.content.index()) {
            case 0: detail::append(result.scalars, file, happened, value); break;
            case 1: detail::append(result.histograms, file, happened, value); break;
            default: detail::append(result.images, file, happened, value);
          }
        }
      }
      if (!reader.problem().empty()) result.problems.push_back(reader.problem());
    } catch (const error& problem) {
      result.problems.push_back(problem.what());
    }
  }
  const auto by_step = [](auto& all) {
    for (auto& [tag, points] : all) std::stable_sort(points.begin(), points.end(), [](const auto& a, const auto& b) { return b.step > a.step; });
  };
  by_step(result.scalars), by_step(result.histograms), by_step(result.images);
  return result;
}

/// All runs below `logdir`: each folder that holds event files is one, named by its path from `logdir` ("." for itself).
/// Throws slim::error if there is no such folder or no event file in it.
inline std::map<std::string, run> read_runs(const std::string& logdir) {
  namespace fs = std::filesystem;
  std::error_code problem;
  std::map<std::string, std::vector<std::string>> files;
  fs::recursive_directory_iterator at(logdir, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && at != fs::recursive_directory_iterator(); at.increment(problem)) {
    std::error_code gone;
    if (detail::is_event_file(at->path()) && at->is_regular_file(gone)) {
      files[fs::relative(at->path().parent_path(), logdir).string()].push_back(at->path().string());
    }
  }
  if (problem) throw error("read events: " + logdir + ": expected a readable folder, found " + problem.message() + "; check the path");
  if (files.empty()) {
    throw error("read events: " + logdir + ": expected files *.tfevents.* in this folder or below, found none; is this the logdir of a run?");
  }
  std::map<std::string, run> runs;
  for (auto& [name, paths] : files) {
    std::sort(paths.begin(), paths.end());
    runs[name] = read_run(paths);
  }
  return runs;
}

}  // namespace slim::summaries

#include "slim/core/end.hpp"
