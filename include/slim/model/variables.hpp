#pragma once
#include "slim/core/begin.hpp"
// Variables of a model by name, scope and collection, while the program runs. TF-Slim section 10. Patterns are POSIX extended regular expressions.

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "slim/core/regular_expression.hpp"
#include "slim/core/text.hpp"
#include "slim/model/variable_list.hpp"

namespace slim {

namespace detail {

/// TensorFlow's filter of collections: the pattern matches from the first character of the name with its output number, `scope/name:0`.
inline std::vector<variable_reference> matching(const std::vector<variable_reference>& variables, const std::string& scope, std::string suffix) {
  if (!suffix.empty() && suffix.find(':') == std::string::npos) suffix += ":";
  if (scope.empty() && suffix.empty()) return variables;
  const regular_expression pattern(suffix.empty() ? scope : scope + ".*" + suffix, "variables");
  std::vector<variable_reference> result;
  for (const variable_reference& one : variables)
    if (pattern.begins(one.name + ":0")) result.push_back(one);
  return result;
}

[[noreturn]] inline void fail_unknown_variable(const std::vector<variable_reference>& variables, const std::string& name) {
  std::string nearest;
  int least = 1 << 20;
  for (const variable_reference& one : variables) {
    const int distance = edit_distance(one.name.c_str(), name.substr(0, name_buffer::capacity).c_str());
    if (distance < least) least = distance, nearest = one.name;
  }
  throw error("variable '" + name + "': not in this network" + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
}

}  // namespace detail

// `scope` is a regular expression that matches from the beginning of the full name, so "net/conv" also finds "net/conv2/weights"; "" finds
// all. `suffix` is one that matches up to its end: "weights" also finds "my_weights", "/weights" does not.

/// The saved variables of `net`, or those of a collection that the network names.
template <class Model>
std::vector<variable_reference> get_variables(Model& net, const std::string& scope = "", const std::string& suffix = "", const std::string& collection = "") {
  return detail::matching(
      variables_of(net, [&](int i) { return collection.empty() ? is_saved(Model::kind_of_variable(i)) : Model::variable_in(i, collection); }), scope, suffix);
}
/// Those of layers and of model_variable.
template <class Model>
std::vector<variable_reference> get_model_variables(Model& net, const std::string& scope = "", const std::string& suffix = "") {
  return detail::matching(variables_of(net, [](int i) { return Model::kind_of_variable(i) == variable_kind::model; }), scope, suffix);
}
template <class Model>
std::vector<variable_reference> get_local_variables(Model& net, const std::string& scope = "", const std::string& suffix = "") {
  return detail::matching(variables_of(net, [](int i) { return Model::kind_of_variable(i) == variable_kind::local; }), scope, suffix);
}
template <class Model>
std::vector<variable_reference> get_trainable_variables(Model& net, const std::string& scope = "", const std::string& suffix = "") {
  return detail::matching(variables_of(net, [](int i) { return Model::variable_trainable(i); }), scope, suffix);
}
template <class Model>
std::vector<variable_reference> get_variables_by_suffix(Model& net, const std::string& suffix, const std::string& scope = "") {
  return get_variables(net, scope, suffix);
}

/// The variables whose last path component is `name`, taken literally. Without a scope also a variable outside all scopes.
template <class Model>
std::vector<variable_reference> get_variables_by_name(Model& net, const std::string& name, const std::string& scope = "") {
  std::vector<variable_reference> result = get_variables(net, scope);
  std::erase_if(result, [&](const variable_reference& one) { return !one.name.ends_with("/" + name) && !(scope.empty() && one.name == name); });
  return result;
}

/// The variable of this full name. Throws slim::error with the nearest name when there is none.
template <class Model>
variable_reference get_unique_variable(Model& net, const std::string& name) {
  const std::vector<variable_reference> all = get_variables(net);
  for (const variable_reference& one : all)
    if (one.name == name) return one;
  detail::fail_unknown_variable(all, name);
}

/// The variables of the scopes `include`, in that order (none given: all), without those of the scopes `exclude`.
template <class Model>
std::vector<variable_reference> get_variables_to_restore(Model& net, const std::vector<std::string>& include = {},
                                                         const std::vector<std::string>& exclude = {}) {
  std::vector<variable_reference> result;
  const auto has = [](const std::vector<variable_reference>& list, const std::string& name) {
    for (const variable_reference& one : list)
      if (one.name == name) return true;
    return false;
  };
  if (include.empty()) result = get_variables(net);
  for (const std::string& scope : include)
    for (const variable_reference& one : get_variables(net, scope))
      if (!has(result, one.name)) result.push_back(one);
  for (const std::string& scope : exclude) {
    const std::vector<variable_reference> excluded = get_variables(net, scope);
    std::erase_if(result, [&](const variable_reference& one) { return has(excluded, one.name); });
  }
  return result;
}

/// Keeps variables that any of `include` matches (none given: all) and then drops those that any of `exclude` matches: anywhere in the
/// name, or from its beginning when `reg_search` is false. The order stays.
inline std::vector<variable_reference> filter_variables(const std::vector<variable_reference>& variables, const std::vector<std::string>& include = {},
                                                        const std::vector<std::string>& exclude = {}, bool reg_search = true) {
  const auto any = [&](const variable_reference& candidate, const std::vector<regular_expression>& patterns) {
    for (const regular_expression& one : patterns)
      if (reg_search ? one.is_in(candidate.name) : one.begins(candidate.name)) return true;
    return false;
  };
  std::vector<regular_expression> included, excluded;
  for (const std::string& one : include) included.emplace_back(one, "variables");
  for (const std::string& one : exclude) excluded.emplace_back(one, "variables");
  std::vector<variable_reference> result;
  for (const variable_reference& one : variables)
    if ((include.empty() || any(one, included)) && !any(one, excluded)) result.push_back(one);
  return result;
}

/// Sets variables by their full names to values, row by row. Throws slim::error, and then changes nothing, for a name that `net` does not
/// have and for another number of values.
template <class Model>
void assign_from_values(Model& net, const std::map<std::string, std::vector<typename Model::scalar>>& values) {
  using T = typename Model::scalar;
  for (const auto& [name, given] : values) {
    const std::size_t expected = get_unique_variable(net, name).template values<T>().size();
    if (given.size() != expected)
      throw error("assign_from_values: variable '" + name + "': expected " + std::to_string(expected) + " values, found " + std::to_string(given.size()) +
                  "; give one for each element");
  }
  for (const auto& [name, given] : values) std::copy(given.begin(), given.end(), get_unique_variable(net, name).template values<T>().begin());
}

}  // namespace slim

#include "slim/core/end.hpp"
