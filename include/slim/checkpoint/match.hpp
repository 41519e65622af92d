#pragma once
// Whether a file has exactly the variables of a program, and if not, what differs.

#include <cstring>
#include <string>
#include <vector>

#include "slim/checkpoint/safetensors.hpp"
#include "slim/core/text.hpp"

namespace slim::checkpoint {

namespace detail {

/// The name in `candidates` with the fewest edits from `name`; empty when there is no candidate.
template <class List>
std::string nearest_name(const std::string& name, const List& candidates) {
  const auto cut = [](const std::string& whole) { return whole.substr(0, name_buffer::capacity); };
  std::string nearest;
  int least = 1 << 20;
  for (const auto& one : candidates) {
    const int distance = edit_distance(cut(one.name).c_str(), cut(name).c_str());
    if (distance < least) least = distance, nearest = one.name;
  }
  return nearest;
}

inline bool same_form(const tensor_view& found, const variable_reference& expected) {
  const tensor_view own(expected);
  return found.type == own.type && found.extents == own.extents;
}

inline void copy(const tensor_view& from, const variable_reference& to) {
  if (!from.bytes.empty()) std::memcpy(to.bytes().data(), from.bytes.data(), from.bytes.size());
}

}  // namespace detail

/// Throws slim::error that lists all variables which `file` lacks, has too many, or has in another shape or type.
inline void expect_match(const safetensors& file, const std::vector<variable_reference>& variables) {
  std::string missing, surplus, differing;
  const auto add = [](std::string& to, const std::string& text) { to += (to.empty() ? "" : ", ") + text; };
  for (const variable_reference& one : variables) {
    const tensor_view* const found = file.find(one.name);
    if (found == nullptr) {
      const std::string nearest = detail::nearest_name(one.name, file.tensors());
      add(missing, "'" + one.name + "'" + (nearest.empty() ? "" : " (nearest in the file: '" + nearest + "')"));
    } else if (!detail::same_form(*found, one)) {
      add(differing, "'" + one.name + "' (expected " + describe(one) + ", found " + describe(*found) + ")");
    }
  }
  for (const tensor_view& one : file.tensors()) {
    bool known = false;
    for (const variable_reference& own : variables) known = known || own.name == one.name;
    if (!known) add(surplus, "'" + one.name + "'");
  }
  if (missing.empty() && surplus.empty() && differing.empty()) return;
  std::string differences;
  const auto list = [&](const char* kind, const std::string& names) {
    if (!names.empty()) differences += (differences.empty() ? "" : "; ") + std::string(kind) + " " + names;
  };
  list("missing", missing);
  list("surplus", surplus);
  list("different", differing);
  file.fail("expected the " + std::to_string(variables.size()) + " variables of this program, found " + std::to_string(file.tensors().size()) + ": " +
            differences + "; restore what was saved, or choose variables with assign_from_checkpoint");
}

}  // namespace slim::checkpoint
