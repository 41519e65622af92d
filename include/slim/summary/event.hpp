#pragma once
#include "slim/core/begin.hpp"
// The content of an event file: TensorBoard's messages Event and Summary as plain values.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "slim/summary/histogram.hpp"

namespace slim::summaries {

/// A picture in a common format; slim writes PNG. `colorspace` is the number of channels.
struct encoded_image {
  int height = 0, width = 0, colorspace = 0;
  std::string bytes;
};

/// One summary: a number, a histogram or a picture under a tag.
struct summary_value {
  std::string tag;
  std::variant<float, histogram, encoded_image> content;
};

/// What happened at one step. The first event of a file has only a time and `file_version`.
struct event {
  double wall_time = 0;  ///< seconds since 1970
  std::int64_t step = 0;
  std::string file_version;
  std::vector<summary_value> values;
  bool session_start = false;  ///< a run begins here or goes on: what earlier files have from this step on is void
};

inline constexpr const char* current_file_version = "brain.Event:2";

}  // namespace slim::summaries

#include "slim/core/end.hpp"
