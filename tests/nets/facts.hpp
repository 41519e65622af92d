#pragma once
// What the tests of networks ask of the graph as it was written down; no model is made, so that asking costs little.

#include <string>
#include <vector>

#include "slim/slim.hpp"

namespace facts {

/// Numbers in all variables, moving averages included.
template <const auto& Net, class... Options>
inline constexpr long all_numbers = [] {
  const auto& p = slim::traced<Net, slim::model_options<Options...>>::program;
  long total = 0;
  for (int i = 0; i < p.sizes.variables; ++i) total += p.variables[i].extent.size();
  return total;
}();

inline std::vector<std::string> names_in(const slim::graph::graph& g) {
  std::vector<std::string> names;
  for (const slim::graph::variable_entry& v : g.variables) names.push_back(slim::graph::variable_name(g.scopes, v).c_str());
  return names;
}

/// The network traced now, by the running test.
template <const auto& Net, class... Options>
slim::graph::graph traced_now() {
  slim::tracer trace;
  slim::detail::trace_network<Net, slim::model_options<Options...>>(trace);
  return trace.g;
}

/// Full names of all variables, in the order of creation.
template <const auto& Net, class... Options>
std::vector<std::string> variable_names() {
  return names_in(traced_now<Net, Options...>());
}

/// `layer`/weights and `layer`/biases of each layer.
inline std::vector<std::string> weights_and_biases(const std::vector<std::string>& layers) {
  std::vector<std::string> names;
  for (const std::string& layer : layers) {
    names.push_back(layer + "/weights");
    names.push_back(layer + "/biases");
  }
  return names;
}

/// Full names of all end points, in the order of creation.
template <const auto& Net, class... Options>
std::vector<std::string> end_point_names() {
  const slim::graph::graph g = traced_now<Net, Options...>();
  std::vector<std::string> names;
  for (const slim::graph::named_node& point : g.end_points) names.push_back(slim::graph::scope_name(g.scopes, point.scope).c_str());
  return names;
}

}  // namespace facts
