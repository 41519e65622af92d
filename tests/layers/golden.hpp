#pragma once
// A network of layers beside what TF-Slim computes for it: tests/golden/make_layers.py.

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

namespace golden {

/// Numbers along one fixed direction. The name is that of an end point, "d " and that of a variable for its gradient, or that of a variable after the step.
struct line {
  const char* name;
  double value;
};

template <class Values>
double along(const Values& values) {
  double total = 0;
  std::uint32_t i = 0;
  for (const auto v : values) total += static_cast<double>(v) * laws::number(77, i++);
  return total;
}

/// Trainable variables and averages get the numbers that the script gives them.
template <class Model>
void fill(Model& m) {
  for (int v = 0; v < m.variables(); ++v) {
    const std::string full = m.variable_name(v);
    const std::string_view last = std::string_view(full).substr(full.rfind('/') + 1);
    const bool average = full.find("moving_") != full.npos || full.find("renorm_") != full.npos;
    if (!m.variable_trainable(v) && !average) continue;
    const bool one =
        last == "gamma" || last == "w" || last == "temperature" || last == "reparam_beta" || last.ends_with("variance") || last.ends_with("stddev");
    std::uint32_t sequence = 100, i = 0;
    for (const char c : full) sequence += static_cast<std::uint32_t>(c);
    if (average) sequence = 200 + static_cast<std::uint32_t>(last.size());
    for (auto& value : m.variable_values(v))
      value = static_cast<std::remove_reference_t<decltype(value)>>(last == "local_step" ? 2 : one + 0.3 * laws::number(sequence, i++));
  }
}

/// One step of `Net` on `batch` examples; the loss is the mean squared error of the output.
template <const auto& Net, class T, class Input, slim::text... Points>
static void check(std::initializer_list<line> expected, double tolerance, int batch = 3) {
  slim::model<Net, Input, slim::precision<T>, slim::keep<Points>...> m(slim::seed(1), slim::capacity(batch + 1), 1);
  fill(m);
  auto op = slim::learning::create_train_op(m, slim::losses::mean_squared_error, slim::optimizers::keep_gradients{});
  const auto extent = [&](int input) {
    long size = 1;
    for (const slim::graph::node& n : op.program.nodes)
      if (n.kind == slim::graph::kind::input && n.index() == input) size = n.extent.size();
    return size;
  };
  op(laws::numbers<T>(extent(0) * batch, 1), laws::numbers<T>(extent(1) * batch, 2));
  int found = 0;
  const auto compare = [&](const std::string& name, const auto& values) {
    for (const line& one : expected) {
      if (name != one.name) continue;
      ++found;
      INFO(name);
      const double here = along(values);
      CHECK(std::abs(here - one.value) <= tolerance * (1 + std::abs(one.value)));
    }
  };
  for (int v = 0; v < m.variables(); ++v) {
    const std::string name = m.variable_name(v);
    m.variable_trainable(v) ? compare("d " + name, op.slot_values(v)) : compare(name, m.variable_values(v));
  }
  (compare(Points.c_str(), op.template end_point<Points>()), ...);
  CHECK(found == static_cast<int>(expected.size()));
}

/// In both precisions.
template <const auto& Net, class Input, slim::text... Points>
static void check_both(std::initializer_list<line> expected, int batch = 3) {
  check<Net, double, Input, Points...>(expected, 1e-9, batch);
  check<Net, float, Input, Points...>(expected, 1e-5, batch);
}

}  // namespace golden
