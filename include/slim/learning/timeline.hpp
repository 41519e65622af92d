#pragma once
#include "slim/core/begin.hpp"
// Where the time of a step goes, as a file that chrome://tracing and Perfetto show.

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "slim/checkpoint/atomic_file.hpp"
#include "slim/core/number_text.hpp"

namespace slim::learning {

/// Spans of time with names, on one line: those inside another are drawn below it. Chrome's trace event format.
class timeline {
public:
  using clock = std::chrono::steady_clock;

  void add(std::string name, const char* category, clock::time_point start, clock::time_point end) { spans.push_back({std::move(name), category, start, end}); }

  /// Writes the file at once. Times count from the first span. Throws slim::error.
  void save(const std::string& path) const {
    std::string text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
    for (const span& one : spans) {
      text += (&one == &spans.front() ? "\n{\"name\": \"" : ",\n{\"name\": \"") + quoted(one.name) + "\", \"cat\": \"" + one.category +
              "\", \"ph\": \"X\", \"ts\": " + fixed_text(microseconds(one.start - spans.front().start), 3) +
              ", \"dur\": " + fixed_text(microseconds(one.end - one.start), 3) + ", \"pid\": 1, \"tid\": 1}";
    }
    text += "\n]}\n";
    checkpoint::atomic_file file(path);
    file.write(text.data(), text.size());
    file.commit();
  }

private:
  struct span {
    std::string name;
    const char* category;
    clock::time_point start, end;
  };

  static double microseconds(clock::duration of) { return std::chrono::duration<double, std::micro>(of).count(); }

  static std::string quoted(const std::string& name) {
    std::string text;
    for (const char one : name) text += one == '"' || one == '\\' ? std::string("\\") + one : std::string(1, one);
    return text;
  }

  std::vector<span> spans;
};

}  // namespace slim::learning

#include "slim/core/end.hpp"
