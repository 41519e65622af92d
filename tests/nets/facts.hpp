#pragma once
// What the tests of networks ask of the graph as it was written down; no model is made, so that asking costs little.
// The answers are static, as the library's are: networks of two files may have one name.

#include <string>
#include <vector>

#include "slim/slim.hpp"

namespace facts {

/// Numbers in all variables, moving averages included.
template <const auto& Net, class... Options>
static constexpr long all_numbers = [] {
  const auto& p = slim::traced<Net, slim::model_options<Options...>>::program;
  long total = 0;
  for (int i = 0; i < p.sizes.variables; ++i) total += p.variables[i].extent.size();
  return total;
}();

/// What section 13.2 says of each network: numbers that are trained, all numbers, variables. Only the trace is made, in the compiler or by the running test.
struct counts {
  long trained = 0, all = 0;
  int variables = 0;
  constexpr bool operator==(const counts&) const = default;
};
constexpr counts counts_in(const slim::graph::graph& g) {
  counts found{0, 0, g.variables.size()};
  for (const slim::graph::variable_entry& v : g.variables) found.all += v.extent.size(), found.trained += v.trainable ? v.extent.size() : 0;
  return g.failed() ? counts{} : found;
}
template <const auto& Net, class... Options>
static constexpr counts counts_of() {
  slim::tracer trace;
  slim::detail::trace_network<Net, slim::model_options<Options...>>(trace);
  return counts_in(trace.g);
}

/// A network in a line that static_assert can compare: numbers that are trained, all numbers, variables, and the end points directly below its scope with their
/// shapes, those in front of `first` left out: "1971043 1981837 388 AuxLogits:5 PreLogits:1x1x613 Logits:5".
struct text_line {
  char characters[4096]{};
  int size = 0;

  constexpr void add(const char* text) {
    while (*text != '\0') characters[size++] = *text++;
  }
  constexpr void add(long number) {
    char digits[20]{};
    int count = 0;
    do digits[count++] = static_cast<char>('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0) characters[size++] = digits[--count];
  }
  constexpr bool operator==(const char* text) const { return slim::equal(characters, text); }
};
template <const auto& Net, class Input>
static constexpr text_line line_of(const char* first = "") {
  slim::tracer trace;
  slim::detail::trace_network<Net, slim::model_options<Input>>(trace);
  const slim::graph::graph& g = trace.g;
  text_line line;
  if (g.failed()) {
    line.add("failed: "), line.add(g.error.detail);
    return line;
  }
  const counts found = counts_in(g);
  line.add(found.trained), line.add(" "), line.add(found.all), line.add(" "), line.add(static_cast<long>(found.variables));
  bool listed = first[0] == '\0';
  for (const slim::graph::named_node& point : g.end_points) {
    const slim::graph::scope_entry& scope = g.scopes[point.scope];
    if (scope.parent < 0 || g.scopes[scope.parent].parent >= 0) continue;
    slim::name_buffer name;
    slim::graph::add_own_name(name, scope);
    listed = listed || slim::equal(name.c_str(), first);
    if (!listed) continue;
    line.add(" "), line.add(name.c_str());
    for (int i = 0; i < point.extent.rank; ++i) line.add(i == 0 ? ":" : "x"), line.add(static_cast<long>(point.extent[i]));
  }
  return line;
}

inline std::vector<std::string> names_in(const slim::graph::graph& g) {
  std::vector<std::string> names;
  for (const slim::graph::variable_entry& v : g.variables) names.push_back(slim::graph::variable_name(g.scopes, v).c_str());
  return names;
}

/// The network traced now, by the running test.
template <const auto& Net, class... Options>
static slim::graph::graph traced_now() {
  slim::tracer trace;
  slim::detail::trace_network<Net, slim::model_options<Options...>>(trace);
  return trace.g;
}

/// Full names of all variables, in the order of creation.
template <const auto& Net, class... Options>
static std::vector<std::string> variable_names() {
  return names_in(traced_now<Net, Options...>());
}

/// The shape of an end point, none when there is no such.
inline slim::shape extent_in(const slim::graph::graph& g, const std::string& name) {
  for (const slim::graph::named_node& point : g.end_points)
    if (slim::graph::scope_name(g.scopes, point.scope).c_str() == name) return point.extent;
  return {};
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
static std::vector<std::string> end_point_names() {
  const slim::graph::graph g = traced_now<Net, Options...>();
  std::vector<std::string> names;
  for (const slim::graph::named_node& point : g.end_points) names.push_back(slim::graph::scope_name(g.scopes, point.scope).c_str());
  return names;
}

}  // namespace facts
