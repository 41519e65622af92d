#pragma once
// Reads event files, whoever wrote them.

#include <string>

#include "slim/summary/event.hpp"
#include "slim/summary/record.hpp"

namespace slim::summaries {

/// The events of one file, in order. Reading ends at the first damaged or incomplete event; `problem` tells where and why.
/// Throws slim::error for a missing file and for one that does not begin as event files do.
class event_reader {
public:
  explicit event_reader(const std::string& path) : records(path) {
    std::string bytes;
    if (!records.next(bytes)) {
      const bool killed_at_once = records.truncated() || records.problem().empty();
      if (!killed_at_once) records.fail("expected an event file, found something else; check the path");
      return;
    }
    const event first = decode_event(bytes, records.where());
    if (first.file_version.rfind("brain.Event:", 0) != 0) {
      records.fail("expected file version " + std::string(current_file_version) + ", found '" + first.file_version + "'; is this an event file?");
    }
  }

  /// False at the end.
  bool next(event& happened) {
    std::string bytes;
    if (!trouble.empty() || !records.next(bytes)) return false;
    try {
      happened = decode_event(bytes, records.where());
    } catch (const error& problem) {
      trouble = problem.what();
      return false;
    }
    return true;
  }

  /// Why reading ended early; empty when every event was read.
  const std::string& problem() const { return trouble.empty() ? records.problem() : trouble; }

private:
  record_reader records;
  std::string trouble;
};

}  // namespace slim::summaries
