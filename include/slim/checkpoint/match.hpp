#pragma once
#include "slim/core/begin.hpp"
// Whether a file has exactly the variables of a program, and if not, what differs.

#include <string>
#include <vector>

#include "slim/checkpoint/convert.hpp"
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

/// Whether numbers of another type are converted (see convert.hpp): weights are, the state of a training goes on bit by bit.
enum class conversion : bool { none, of_floats };
enum class reshaping : bool { none, of_equal_sizes };

/// What `found` is that keeps it from being read into `expected`; empty when it can be.
inline std::string misfit(const tensor_view& found, const variable_reference& expected, conversion convert, reshaping reshape = reshaping::none) {
  const tensor_view own(expected);
  if (reshape == reshaping::none ? found.extents != own.extents : found.size() != own.size()) return describe(found);
  if (convert == conversion::none && found.type != own.type) return describe(found);
  return unconvertible(found, own.type);
}

}  // namespace detail

/// Throws slim::error that lists all variables which `file` lacks, has too many, or has in another shape or type.
inline void expect_match(const safetensors& file, const std::vector<variable_reference>& variables, detail::conversion convert = detail::conversion::none) {
  std::string missing, surplus, differing;
  const auto add = [](std::string& to, const std::string& text) { to += (to.empty() ? "" : ", ") + text; };
  for (const variable_reference& one : variables) {
    const tensor_view* const found = file.find(one.name);
    if (found == nullptr) {
      const std::string nearest = detail::nearest_name(one.name, file.tensors());
      add(missing, "'" + one.name + "'" + (nearest.empty() ? "" : " (nearest in the file: '" + nearest + "')"));
    } else if (const std::string other = detail::misfit(*found, one, convert); !other.empty()) {
      add(differing, "'" + one.name + "' (expected " + describe(one) + ", found " + other + ")");
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

#include "slim/core/end.hpp"
