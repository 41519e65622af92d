#pragma once
// Comparison of networks with the numbers that make_nets.py wrote.

#include "tests/golden/golden.hpp"

namespace golden {

/// The variables of make_nets.py: the sequence of a variable is the hash of its name, so that a network holds the same numbers in whatever order it makes them.
template <class Model>
void set_named_weights(Model& m) {
  using T = typename Model::scalar;
  for (int v = 0; v < m.variables(); ++v) {
    const std::string name = m.variable_name(v);
    const slim::shape& extent = m.variable_shape(v);
    std::uint32_t sequence = 2166136261u;
    for (char c : name) sequence = (sequence ^ static_cast<unsigned char>(c)) * 16777619u;
    double scale = 0.1, offset = 0;
    if (name.ends_with("depthwise_weights")) scale = std::sqrt(6.0 / static_cast<double>(extent[0] * extent[1]));
    else if (name.ends_with("weights")) scale = std::sqrt(6.0 * extent.channels() / static_cast<double>(extent.size()));
    else if (name.ends_with("/gamma")) scale = 0.2, offset = 1;
    else if (name.ends_with("/moving_variance")) scale = 0.5, offset = 1;
    const std::span<T> values = m.variable_values(v);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(offset + scale * laws::number(sequence, static_cast<std::uint32_t>(i)));
  }
}

/// Output and inner end points of a network for one square image.
template <const auto& Net, int Side, class T, slim::text... EndPoints>
static void compare_network(const std::string& network, double tolerance) {
  using slim::input;
  file expected("nets_double.txt");
  slim::model<Net, input<Side, Side, 3>, slim::precision<T>, slim::keep<EndPoints>...> m(slim::seed(1), slim::capacity(1));
  set_named_weights(m);
  const auto checked = [&](const std::string& name, const auto& found) {
    check<T>(network + " " + name, expected[network + ":" + name], std::span<const T>(found.data(), static_cast<std::size_t>(found.size())), tolerance);
  };
  checked("output", m.predict(laws::numbers<T>(3 * Side * Side, 1)));
  (checked(EndPoints.c_str(), m.template end_point<EndPoints>()), ...);
}

}  // namespace golden
