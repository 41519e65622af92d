#pragma once
#include "slim/core/begin.hpp"
// Fine-tuning: some variables of a program from some tensors of a file. TF-Slim section 10, "Assigning", and section 7.4.

#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "slim/checkpoint/match.hpp"
#include "slim/checkpoint/restore.hpp"

namespace slim::checkpoint {

/// Which variable gets the tensor of which name; one tensor may go to several variables.
using assignment_map = std::multimap<std::string, variable_reference>;

struct assign_options {
  bool ignore_missing_vars = false;  ///< variables that the file lacks keep their values, with a warning
  bool reshape_variables = false;    ///< a tensor of another shape is taken if it has as many numbers
};

namespace detail {

/// The tensors of a file, and where it has one those of the training state beside it: all that TensorFlow keeps in one checkpoint.
class tensor_source {
public:
  explicit tensor_source(const std::string& path) { files.emplace_back(path); }

  const tensor_view* find(const std::string& name) {
    const tensor_view* found = files.front().find(name);
    if (found != nullptr || !has_state()) return found;
    if (files.size() == 1) files.push_back(training_state_of(files.front()));
    return files.back().find(name);
  }
  /// False also for the weights of a checkpoint that were copied without it.
  bool has_state() const {
    std::error_code ignored;
    return files.size() > 1 || std::filesystem::exists(state_beside(files.front()), ignored);
  }
  const safetensors& weights() const { return files.front(); }

private:
  std::vector<safetensors> files;  // the weights, and the training state once it is needed
};

inline void expect_some(const char* function, const std::string& where, const assignment_map& wanted) {
  if (wanted.empty()) throw error(std::string(function) + ": " + where + ": expected variables to restore, found none; check what is included and excluded");
}

}  // namespace detail

/// Reads the tensors that `wanted` names from `where` (a file, its name without `.safetensors`, or a folder with checkpoints) into its
/// variables. Returns how many there were. Throws slim::error, and then changes nothing, when none are wanted, for a tensor that is missing and not
/// ignored or that has another shape or numbers of another kind; floating-point numbers are converted (see convert.hpp).
inline int assign_from_checkpoint(const std::string& where, const assignment_map& wanted, assign_options options = {}) {
  detail::expect_some("assign_from_checkpoint", where, wanted);
  detail::tensor_source source(detail::resolve(where));
  std::vector<std::pair<tensor_view, variable_reference>> found;
  for (const auto& [name, variable] : wanted) {
    const tensor_view* const tensor = source.find(name);
    const std::string& path = source.weights().path();
    if (tensor == nullptr) {
      if (!options.ignore_missing_vars) {
        const std::string nearest = detail::nearest_name(name, source.weights().tensors());
        const bool alone = !source.has_state() && !source.weights().about(detail::id_key).empty();
        throw error("Checkpoint is missing variable [" + name + "]: " + path + ": expected it for '" + variable.name + "', found no such name" +
                    (alone ? " and no state of training beside the file" : "") + (nearest.empty() ? "" : ", the nearest is '" + nearest + "'") +
                    "; exclude its scope or set ignore_missing_vars");
      }
      std::fprintf(stderr, "Variable %s missing in checkpoint %s\n", name.c_str(), path.c_str());
      continue;
    }
    const std::string other = detail::misfit(*tensor, variable, detail::conversion::of_floats,
                                             options.reshape_variables ? detail::reshaping::of_equal_sizes : detail::reshaping::none);
    if (!other.empty())
      source.weights().fail("tensor '" + name + "': expected " + describe(variable) + (options.reshape_variables ? ", in any shape," : "") + " for '" +
                            variable.name + "', found " + other + "; exclude its scope from what is restored");
    found.emplace_back(*tensor, variable);
  }
  for (const auto& [tensor, variable] : found) detail::copy(tensor, variable);
  return static_cast<int>(found.size());
}

/// Variables under their own names.
inline assignment_map by_name(const std::vector<variable_reference>& variables) {
  assignment_map map;
  for (const variable_reference& one : variables) map.emplace(one.name, one);
  return map;
}

/// Variables under the names that they have in a checkpoint whose scope `in_checkpoint` is called `in_program` here: "" stands for no scope.
inline assignment_map with_renamed_scope(const std::vector<variable_reference>& variables, const std::string& in_program, const std::string& in_checkpoint) {
  assignment_map map;
  const std::string from = in_program.empty() ? "" : in_program + "/", to = in_checkpoint.empty() ? "" : in_checkpoint + "/";
  for (const variable_reference& one : variables) map.emplace(one.name.starts_with(from) ? to + one.name.substr(from.size()) : one.name, one);
  return map;
}

/// Variables under the names of their moving averages: what evaluation restores in place of the trained values. TF-Slim section 7.3.
inline assignment_map moving_averages_of(const std::vector<variable_reference>& variables) {
  assignment_map map;
  for (const variable_reference& one : variables) map.emplace(one.name + "/ExponentialMovingAverage", one);
  return map;
}

inline int assign_from_checkpoint(const std::string& where, const std::vector<variable_reference>& variables, assign_options options = {}) {
  return assign_from_checkpoint(where, by_name(variables), options);
}

/// An assignment to be made later, such as the init_fn of a training. False when there is nothing to assign.
class assignment {
public:
  assignment() = default;
  assignment(std::string file, assignment_map map, assign_options with) : where(std::move(file)), wanted(std::move(map)), options(with) {}

  explicit operator bool() const { return !wanted.empty(); }
  /// Makes the assignment. Throws as assign_from_checkpoint does.
  void operator()() const {
    if (*this) assign_from_checkpoint(where, wanted, options);
  }

private:
  std::string where;
  assignment_map wanted;
  assign_options options;
};

/// TF-Slim's form: an init_fn. Missing variables that are ignored are found out now, all others when it is called. When nothing is left, the
/// result does nothing and is false. Throws slim::error when `wanted` is empty.
inline assignment assign_from_checkpoint_fn(const std::string& where, assignment_map wanted, assign_options options = {}) {
  detail::expect_some("assign_from_checkpoint_fn", where, wanted);
  if (options.ignore_missing_vars) {
    detail::tensor_source source(detail::resolve(where));
    std::erase_if(wanted, [&](const auto& one) {
      const bool missing = source.find(one.first) == nullptr;
      if (missing) std::fprintf(stderr, "Variable %s missing in checkpoint %s\n", one.first.c_str(), source.weights().path().c_str());
      return missing;
    });
    if (wanted.empty()) std::fprintf(stderr, "No Variables to restore\n");
  }
  return {where, std::move(wanted), options};
}
inline assignment assign_from_checkpoint_fn(const std::string& where, const std::vector<variable_reference>& variables, assign_options options = {}) {
  return assign_from_checkpoint_fn(where, by_name(variables), options);
}

}  // namespace slim::checkpoint

#include "slim/core/end.hpp"
