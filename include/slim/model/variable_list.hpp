#pragma once
#include "slim/core/begin.hpp"
// The variables of a model, and the state of whatever trains it, as lists.

#include <vector>

#include "slim/graph/collections.hpp"
#include "slim/tensor/variable_reference.hpp"

namespace slim {

/// The variables of `net` for whose number in the network chosen(i) is true, in the order in which the network makes them.
template <class Model, class Chosen>
std::vector<variable_reference> variables_of(Model& net, Chosen&& chosen) {
  std::vector<variable_reference> all;
  for (int i = 0; i < net.variables(); ++i)
    if (chosen(i)) all.emplace_back(net.variable_name(i), net.variable_shape(i), net.variable_values(i).data());
  return all;
}

/// The variables of `net` that a checkpoint keeps: all but local ones and those in collections of their own alone. Of a const model they can only be read.
template <class Model>
std::vector<variable_reference> variables_of(Model& net) {
  return variables_of(net, [](int i) { return is_saved(Model::kind_of_variable(i)); });
}

/// Everything that `sources` pass to the visitor of their for_each_state: a train_op, moving averages, a user's own counters.
template <class... Sources>
std::vector<variable_reference> state_of(Sources&... sources) {
  std::vector<variable_reference> all;
  (sources.for_each_state([&](const variable_reference& one) { all.push_back(one); }), ...);
  return all;
}

}  // namespace slim

#include "slim/core/end.hpp"
