#pragma once
// The variables of a model, and the state of whatever trains it, as lists.

#include <vector>

#include "slim/tensor/variable_reference.hpp"

namespace slim {

/// Every variable of `net`, in the order in which the network makes them.
template <class Model>
std::vector<variable_reference> variables_of(Model& net) {
  std::vector<variable_reference> all;
  for (int i = 0; i < net.variables(); ++i) all.emplace_back(net.variable_name(i), net.variable_shape(i), net.variable_values(i).data());
  return all;
}

/// Everything that `sources` pass to the visitor of their for_each_state: a train_op, moving averages, a user's own counters.
template <class... Sources>
std::vector<variable_reference> state_of(Sources&... sources) {
  std::vector<variable_reference> all;
  (sources.for_each_state([&](const variable_reference& one) { all.push_back(one); }), ...);
  return all;
}

}  // namespace slim
