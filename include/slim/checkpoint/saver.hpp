#pragma once
#include "slim/core/begin.hpp"
// Saving: the weights, beside them the state of training, and an index. TF-Slim section 6.4.

#include <chrono>
#include <string>
#include <vector>

#include "slim/checkpoint/index.hpp"
#include "slim/checkpoint/safetensors.hpp"
#include "slim/model/variable_list.hpp"

namespace slim::checkpoint {

namespace detail {

inline constexpr const char* id_key = "slim.checkpoint";  // the same in both files of a checkpoint

/// The name of the state that belongs to a file of weights. Because the name has the checkpoint's identity, renaming the weights into place
/// replaces a whole checkpoint at once, even one of the same step.
inline std::string training_file(const std::string& weights, const std::string& id) {
  return weights.substr(0, weights.size() - file_ending.size()) + ".training-" + id + std::string(file_ending);
}

/// Sixteen hexadecimal digits that depend on every bit of both files: equal runs write equal files.
inline std::string identity(const std::vector<tensor_view>& weights, const std::vector<tensor_view>& state) {
  const auto sum = [](const std::vector<tensor_view>& tensors) {
    std::uint32_t crc = 0;
    for (const tensor_view& one : tensors) {
      const std::string form = one.name + describe(one);
      crc = crc32c(form.data(), form.size(), crc);
      crc = crc32c(one.bytes.data(), one.bytes.size(), crc);
    }
    return hexadecimal(crc);
  };
  return sum(weights) + sum(state);
}

inline void remove_checkpoint(const std::string& folder, const std::string& weights) {
  std::error_code ignored;
  std::filesystem::remove(folder + "/" + weights, ignored);
  for_each_training_file(folder, [&](const std::string& path, const std::string& of, const std::string&) {
    if (of == weights) std::filesystem::remove(path, ignored);
  });
}

inline std::vector<tensor_view> views_of(const std::vector<variable_reference>& variables) { return {variables.begin(), variables.end()}; }

}  // namespace detail

/// Writes checkpoints into a folder and removes old ones. It has no memory of its own, everything is in the folder: a process that goes on
/// where another was killed continues its list.
struct saver {
  int max_to_keep = 5;                 ///< older checkpoints are removed; 0: none are
  double keep_every_n_hours = 10'000;  ///< besides, one of each such span of time stays for ever and leaves the index

  /// Saves the variables of `net` and the state of `train_op` and of anything else that has for_each_state(visitor), as
  /// `folder`/model.ckpt-<global_step>.safetensors and, beside it, a file of training state. Creates the folder. Whenever the process is
  /// killed, the folder holds this checkpoint or those before it, complete. Returns the file of the weights. Throws slim::error.
  template <class Model, class TrainOp, class... States>
  std::string save(const std::string& folder, Model& net, TrainOp& train_op, States&... others) const {
    return save_variables(folder, train_op.step(), variables_of(net), state_of(train_op, others...));
  }

  /// The same for variables that are listed, with notes for the metadata of both files.
  std::string save_variables(const std::string& folder, std::int64_t global_step, const std::vector<variable_reference>& variables,
                             const std::vector<variable_reference>& training_state, metadata notes = {}) const {
    if (global_step < 0) throw error{"write: ", folder, ": expected a global step of 0 or more, found ", global_step, "; steps are counted from 0"};
    std::error_code problem;
    std::filesystem::create_directories(folder, problem);
    if (problem) throw error("write: " + folder + ": expected to create this folder, found " + problem.message() + "; check the path");
    auto [files, problems, index, by_index] = find_checkpoints(folder);
    if (!by_index && max_to_keep > 0)  // after the loss of an index: older ones may be there to stay
      while (index.all.size() > static_cast<std::size_t>(max_to_keep)) index.all.erase(index.all.begin());
    remove_leftovers(folder);
    remove_orphans(folder);

    const auto weights = detail::views_of(variables), state = detail::views_of(training_state);
    const std::string file = detail::weights_file(global_step), path = folder + "/" + file;
    const std::string id = detail::identity(weights, state);
    notes.insert({{detail::id_key, id}, {"global_step", std::to_string(global_step)}});
    write_safetensors(detail::training_file(path, id), state, notes);
    write_safetensors(path, weights, notes);  // from here on this is the checkpoint of its step
    add_to(index, file);
    index.write(folder);  // from here on it is the latest

    detail::for_each_training_file(folder, [&](const std::string& other, const std::string& of, const std::string& other_id) {
      if (of == file && other_id != id) std::filesystem::remove(other, problem);
    });
    if (max_to_keep > 0 && index.all.size() > static_cast<std::size_t>(max_to_keep)) {
      remove_old(index, folder);
      index.write(folder);
    }
    return path;
  }

private:
  /// State whose weights are gone, or were never written because the process died: no checkpoint has it.
  static void remove_orphans(const std::string& folder) {
    detail::for_each_training_file(folder, [&](const std::string& path, const std::string& weights, const std::string&) {
      std::error_code ignored;
      if (!std::filesystem::exists(folder + "/" + weights, ignored)) std::filesystem::remove(path, ignored);
    });
  }

  static void add_to(checkpoint_index& index, const std::string& file) {
    const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    if (index.all.empty() && index.last_preserved_timestamp == 0) index.last_preserved_timestamp = now;
    std::erase_if(index.all, [&](const retained& one) { return one.file == file; });
    index.all.push_back({file, now});
  }

  void remove_old(checkpoint_index& index, const std::string& folder) const {
    while (index.all.size() > static_cast<std::size_t>(max_to_keep)) {
      const retained oldest = index.all.front();
      index.all.erase(index.all.begin());
      if (oldest.timestamp - index.last_preserved_timestamp >= keep_every_n_hours * 3600) index.last_preserved_timestamp = oldest.timestamp;
      else detail::remove_checkpoint(folder, oldest.file);
    }
  }
};

/// Writes only the variables of `net`, for inference elsewhere, to a file of any name. Whatever has that name stays until the new one is complete.
template <class Model>
  requires requires(Model& net) { net.variables(); }
void save_weights(const std::string& path, Model& net) {
  write_safetensors(path, detail::views_of(variables_of(net)));
}
/// The same for variables that are listed, for example get_model_variables(net), all that inference needs.
inline void save_weights(const std::string& path, const std::vector<variable_reference>& variables) { write_safetensors(path, detail::views_of(variables)); }

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
