#pragma once
#include "slim/core/begin.hpp"
// Restoring: all or nothing.

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "slim/checkpoint/match.hpp"
#include "slim/checkpoint/saver.hpp"

namespace slim::checkpoint {

/// What was restored, and what was passed over: an index that was not followed, newer checkpoints that are damaged.
struct restored {
  std::string path;
  std::vector<std::string> refused;
  metadata notes = {};  ///< of the checkpoint
};

namespace detail {

/// The file that `where` means: a file, the same without `.safetensors`, or a folder, whose latest checkpoint it is.
inline std::string resolve(const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored)) {
    const checkpoints_found found = find_checkpoints(where);
    for (const std::string& problem : found.problems) std::fprintf(stderr, "%s\n", problem.c_str());
    if (!found.files.empty()) return found.files.front();
    throw error("read checkpoint: " + where + ": expected a folder with a checkpoint, found none; check the path");
  }
  const std::string completed = where + std::string(file_ending);
  return !std::filesystem::exists(where, ignored) && std::filesystem::exists(completed, ignored) ? completed : where;
}

/// The file of the training state that belongs to `weights`; empty for weights alone.
inline std::string state_beside(const safetensors& weights) {
  const std::string id = weights.about(id_key);
  const bool known = id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string::npos && weights.path().ends_with(file_ending);
  return known ? training_file(weights.path(), id) : "";
}

/// The training state that belongs to `weights`. Throws when it is not there.
inline safetensors training_state_of(const safetensors& weights) {
  const std::string path = state_beside(weights), id = weights.about(id_key);
  if (path.empty()) weights.fail("expected a checkpoint with the state of training, found weights alone; assign_from_checkpoint reads them");
  safetensors state(path);
  if (state.about(id_key) != id) state.fail("expected the state of checkpoint " + id + ", found that of '" + state.about(id_key) + "'; the file is damaged");
  return state;
}

/// A checkpoint of slim has a check sum for each tensor.
inline void expect_check_sums(const safetensors& file) {
  for (const tensor_view& one : file.tensors())
    if (file.about(std::string(checksum_key) + one.name).empty())
      file.fail("tensor '" + one.name +
                "': expected its CRC-32C in the metadata, found none; the file is damaged or no checkpoint of slim: assign_from_checkpoint reads it");
}

/// Both files of a checkpoint, undamaged.
struct opened_checkpoint {
  safetensors weights, state;

  explicit opened_checkpoint(const std::string& path) : weights(path), state(training_state_of(weights)) {
    for (const safetensors* file : {&weights, &state}) expect_check_sums(*file);
  }
  void copy_to(const std::vector<variable_reference>& variables, const std::vector<variable_reference>& training_state) const {
    expect_match(weights, variables);
    expect_match(state, training_state);
    for (const variable_reference& one : variables) copy(*weights.find(one.name), one);
    for (const variable_reference& one : training_state) copy(*state.find(one.name), one);
  }
};

}  // namespace detail

/// Reads a checkpoint into the model that was saved, and into its train_op and whatever else was saved with it: training goes on as if it had
/// never stopped. `where` is a file, its name without `.safetensors`, or a folder, whose latest checkpoint it is. Throws slim::error for a
/// damaged file and for one of another network or optimizer; then nothing has changed. Returns the file. Temporary files that a killed
/// process left beside it are removed.
template <class Model, class TrainOp, class... States>
std::string restore(const std::string& where, Model& net, TrainOp& train_op, States&... others) {
  const std::string path = detail::resolve(where);
  remove_leftovers(detail::folder_of(path));  // who restores the state of training goes on with it, and so clears up
  detail::opened_checkpoint(path).copy_to(variables_of(net), state_of(train_op, others...));
  return path;
}

/// Reads only the weights, for evaluation and inference; also from files that other programs wrote, and from those of another precision (see convert.hpp).
template <class Model>
std::string restore(const std::string& where, Model& net) {
  const std::string path = detail::resolve(where);
  const std::vector<variable_reference> variables = variables_of(net);
  const safetensors weights(path);
  expect_match(weights, variables, detail::conversion::of_floats);
  for (const variable_reference& one : variables) detail::copy(*weights.find(one.name), one);
  return path;
}

/// Restores the newest checkpoint of `folder` that is undamaged. Throws slim::error when there is none, with what was wrong with the newest,
/// and when it is of another network or optimizer, or may not be read: then an older one would not be what is wanted.
template <class Model, class TrainOp, class... States>
restored restore_newest_good(const std::string& folder, Model& net, TrainOp& train_op, States&... others) {
  const std::vector<variable_reference> variables = variables_of(net), training_state = state_of(train_op, others...);
  const checkpoints_found found = find_checkpoints(folder);
  if (found.files.empty()) throw error("read checkpoint: " + folder + ": expected a folder with a checkpoint, found none; check the path");
  remove_leftovers(folder);
  restored result{{}, found.problems, {}};
  std::vector<std::string> damages;
  for (const std::string& path : found.files) {
    std::optional<detail::opened_checkpoint> opened;
    try {
      opened.emplace(path);
    } catch (const detail::not_permitted&) {
      throw;
    } catch (const error& damage) {
      damages.push_back(damage.what());
      continue;
    }
    opened->copy_to(variables, training_state);
    result.path = path;
    result.notes = opened->weights.about();
    result.refused.insert(result.refused.end(), damages.begin(), damages.end());
    return result;
  }
  throw error(damages.front() +
              (damages.size() > 1 ? " (and none of the other " + std::to_string(damages.size() - 1) + " checkpoints of the folder can be read)" : ""));
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
