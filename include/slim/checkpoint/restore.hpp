#pragma once
// Restoring: all or nothing.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "slim/checkpoint/match.hpp"
#include "slim/checkpoint/saver.hpp"

namespace slim::checkpoint {

/// What was restored, and the messages of newer checkpoints that were refused before it.
struct restored {
  std::string path;
  std::vector<std::string> refused;
};

namespace detail {

/// The file that `where` means: a file, the same without `.safetensors`, or a folder, whose latest checkpoint it is.
inline std::string resolve(const std::string& where) {
  std::error_code ignored;
  if (std::filesystem::is_directory(where, ignored)) {
    if (const auto latest = latest_checkpoint(where)) return *latest;
    throw error("read checkpoint: " + where + ": expected a folder with a checkpoint, found none; check the path");
  }
  const std::string completed = where + std::string(file_ending);
  return !std::filesystem::exists(where, ignored) && std::filesystem::exists(completed, ignored) ? completed : where;
}

/// The training state that belongs to `weights`. Throws when it is not there.
inline safetensors training_state_of(const safetensors& weights) {
  const std::string id = weights.about(id_key);
  if (id.size() != 16 || id.find_first_not_of("0123456789abcdef") != std::string::npos || !weights.path().ends_with(file_ending))
    weights.fail("expected a checkpoint with the state of training, found weights alone; assign_from_checkpoint reads them");
  safetensors state(training_file(weights.path(), id));
  if (state.about(id_key) != id)
    state.fail("expected the state of checkpoint " + id + ", found that of '" + state.about(id_key) + "'; the file is damaged");
  return state;
}

/// A checkpoint of slim has a check sum for each tensor.
inline void expect_check_sums(const safetensors& file) {
  for (const tensor_view& one : file.tensors())
    if (file.about(std::string(checksum_key) + one.name).empty())
      file.fail("tensor '" + one.name +
                "': expected its CRC-32C in the metadata, found none; the file is damaged or no checkpoint of slim: assign_from_checkpoint reads it");
}

/// Who restores the state of training goes on with it, and so clears up after a process that was killed.
inline void restore_both(const std::string& path, const std::vector<variable_reference>& variables,
                         const std::vector<variable_reference>& training_state) {
  remove_leftovers(folder_of(path));
  const safetensors weights(path), state = training_state_of(weights);
  for (const safetensors* file : {&weights, &state}) expect_check_sums(*file);
  expect_match(weights, variables);
  expect_match(state, training_state);
  for (const variable_reference& one : variables) copy(*weights.find(one.name), one);
  for (const variable_reference& one : training_state) copy(*state.find(one.name), one);
}

/// Checkpoint files of `folder`, latest first: those of the index, and without one that can be read all that are there.
inline std::vector<std::string> candidates(const std::string& folder) {
  std::vector<std::string> files;
  try {
    for (const retained& one : checkpoint_index::read(folder).all) files.push_back(one.file);
  } catch (const error&) {
    std::multimap<std::int64_t, std::string> by_step;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string file = entry.path().filename().string();
      if (const auto step = step_in(file)) by_step.emplace(*step, file);
    }
    for (const auto& one : by_step) files.push_back(one.second);
  }
  std::reverse(files.begin(), files.end());
  for (std::string& file : files) file = folder + "/" + file;
  return files;
}

}  // namespace detail

/// Reads a checkpoint into the model that was saved, and into its train_op and whatever else was saved with it: training goes on as if it had
/// never stopped. `where` is a file, its name without `.safetensors`, or a folder, whose latest checkpoint it is. Throws slim::error for a
/// damaged file and for one of another network or optimizer; then nothing has changed. Returns the file. Temporary files that a killed
/// process left beside it are removed.
template <class Model, class TrainOp, class... States>
std::string restore(const std::string& where, Model& net, TrainOp& train_op, States&... others) {
  const std::string path = detail::resolve(where);
  detail::restore_both(path, variables_of(net), state_of(train_op, others...));
  return path;
}

/// Reads only the weights, for evaluation and inference; also from files that other programs wrote.
template <class Model>
std::string restore(const std::string& where, Model& net) {
  const std::string path = detail::resolve(where);
  const std::vector<variable_reference> variables = variables_of(net);
  const safetensors weights(path);
  expect_match(weights, variables);
  for (const variable_reference& one : variables) detail::copy(*weights.find(one.name), one);
  return path;
}

/// Restores the newest checkpoint of `folder` that is undamaged and fits. Throws slim::error when there is none, with what was wrong with
/// the newest.
template <class Model, class TrainOp, class... States>
restored restore_newest_good(const std::string& folder, Model& net, TrainOp& train_op, States&... others) {
  const std::vector<variable_reference> variables = variables_of(net), training_state = state_of(train_op, others...);
  restored result;
  for (const std::string& path : detail::candidates(folder)) {
    try {
      detail::restore_both(path, variables, training_state);
      result.path = path;
      return result;
    } catch (const error& problem) {
      result.refused.push_back(problem.what());
    }
  }
  if (result.refused.empty()) throw error("read checkpoint: " + folder + ": expected a folder with a checkpoint, found none; check the path");
  throw error(result.refused.front());
}

}  // namespace slim::checkpoint
