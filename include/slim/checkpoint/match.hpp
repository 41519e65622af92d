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

/// The first of many names, and how many more there are.
class short_list {
public:
  /// `describe` is called for those that are told.
  template <class Describe>
  void add(Describe&& describe) {
    if (++count <= told) text += (count > 1 ? ", " : "") + describe();
  }
  bool empty() const { return count == 0; }
  std::string names() const { return count <= told ? text : text + " and " + std::to_string(count - told) + " more"; }

private:
  static constexpr int told = 8;
  std::string text;
  int count = 0;
};

}  // namespace detail

/// Throws slim::error that lists the variables which `file` lacks, has too many, or has in another shape or type.
inline void expect_match(const safetensors& file, const std::vector<variable_reference>& variables, detail::conversion convert = detail::conversion::none) {
  detail::short_list missing, surplus, differing;
  for (const variable_reference& one : variables) {
    const tensor_view* const found = file.find(one.name);
    if (found == nullptr) {
      missing.add([&] {
        const std::string nearest = detail::nearest_name(one.name, file.tensors());
        return "'" + one.name + "'" + (nearest.empty() ? "" : " (nearest in the file: '" + nearest + "')");
      });
    } else if (const std::string other = detail::misfit(*found, one, convert); !other.empty()) {
      differing.add([&] { return "'" + one.name + "' (expected " + describe(one) + ", found " + other + ")"; });
    }
  }
  for (const tensor_view& one : file.tensors()) {
    bool known = false;
    for (const variable_reference& own : variables) known = known || own.name == one.name;
    if (!known) surplus.add([&] { return "'" + one.name + "'"; });
  }
  if (missing.empty() && surplus.empty() && differing.empty()) return;
  std::string differences;
  const auto list = [&](const char* kind, const detail::short_list& all) {
    if (!all.empty()) differences += (differences.empty() ? "" : "; ") + std::string(kind) + " " + all.names();
  };
  list("missing", missing);
  list("surplus", surplus);
  list("different", differing);
  file.fail("expected the " + std::to_string(variables.size()) + " variables of this program, found " + std::to_string(file.tensors().size()) + ": " +
            differences + "; restore what was saved, or choose variables with assign_from_checkpoint");
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
