#pragma once
#include "slim/core/begin.hpp"
// Reads event files, whoever wrote them. Link with zlib.

#include <optional>
#include <string>
#include <string_view>

#include "slim/core/error.hpp"
#include "slim/data/tfrecord.hpp"
#include "slim/summary/event_message.hpp"

namespace slim::summaries {

/// The events of one file, in order. The first damaged event, or one that is not complete because the run was killed, ends the reading;
/// `problem` tells where and why. Throws slim::error for a missing file and for one that does not begin as event files do.
class event_reader {
public:
  explicit event_reader(const std::string& path) : records(path) {
    const std::optional<std::string_view> first = records.next();
    if (!first) return;  // the run was killed before it could write
    const std::string version = decode_event(*first, where()).file_version;
    if (version.rfind("brain.Event:", 0) != 0) {
      throw error(where() + ": expected file version " + current_file_version + ", found '" + version + "'; is this an event file?");
    }
  }

  /// False at the end.
  bool next(event& happened) {
    if (!trouble.empty()) return false;
    try {
      const std::optional<std::string_view> record = records.next();
      if (record) happened = decode_event(*record, where());
      return record.has_value();
    } catch (const error& problem) {
      trouble = problem.what();
      return false;
    }
  }

  /// Why reading ended early; empty when every event was read.
  const std::string& problem() const { return trouble; }

private:
  std::string where() const { return "read events: " + records.path() + ": offset " + std::to_string(records.offset()); }

  data::tfrecord_reader records;
  std::string trouble;
};

}  // namespace slim::summaries

#include "slim/core/end.hpp"
