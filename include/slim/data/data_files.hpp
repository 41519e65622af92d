#pragma once
#include "slim/core/begin.hpp"
// The files that a pattern means.

#include <string>
#include <vector>

#include <glob.h>

#include "slim/core/error.hpp"

namespace slim::data {

/// The given file names in their order, with each pattern (a name with *, ? or [) replaced by the files that match, sorted. A name
/// without these is not looked for. Throws slim::error if there is nothing left. TF-Slim's get_data_files.
inline std::vector<std::string> get_data_files(const std::vector<std::string>& data_sources) {
  std::vector<std::string> files;
  for (const std::string& source : data_sources) {
    if (source.find_first_of("*?[") == std::string::npos) {
      files.push_back(source);
      continue;
    }
    glob_t found{};
    if (glob(source.c_str(), 0, nullptr, &found) == 0) files.insert(files.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
  }
  if (!files.empty()) return files;
  std::string asked;
  for (const std::string& source : data_sources) asked += (asked.empty() ? "" : ", ") + source;
  throw error("No data files found in " + (asked.empty() ? "an empty list" : asked) + ": expected at least one file, found none; check the folder");
}

}  // namespace slim::data

#include "slim/core/end.hpp"
