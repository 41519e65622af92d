#pragma once
#include "slim/core/begin.hpp"
// The files that a pattern means.

#include <string>
#include <vector>

#include <glob.h>

#include "slim/core/error.hpp"

namespace slim::data {

/// The given file names in their order, with each pattern (a name with *, ? or [) replaced by the files that match, sorted. A name
/// without these is not looked for. Throws slim::error for a pattern that no file matches, and for no names. TF-Slim's get_data_files.
inline std::vector<std::string> get_data_files(const std::vector<std::string>& data_sources) {
  const auto fail = [](const std::string& asked) {
    throw error("No data files found in " + asked + ": expected at least one file, found none; check the folder");
  };
  std::vector<std::string> files;
  for (const std::string& source : data_sources) {
    if (source.find_first_of("*?[") == std::string::npos) {
      files.push_back(source);
      continue;
    }
    glob_t found{};
    const bool any = glob(source.c_str(), 0, nullptr, &found) == 0;
    if (any) files.insert(files.end(), found.gl_pathv, found.gl_pathv + found.gl_pathc);
    globfree(&found);
    if (!any) fail(source);
  }
  if (files.empty()) fail("an empty list");
  return files;
}

}  // namespace slim::data

#include "slim/core/end.hpp"
