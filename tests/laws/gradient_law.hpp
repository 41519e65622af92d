#pragma once
// The gradient law: what the library differentiates is what its loss does. Analytic gradients of a whole network against central
// differences of its loss, in double.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

namespace laws {

/// How a case is set up. Piecewise functions need a sequence that keeps every element away from the kinks.
struct setting {
  int batch = 3;
  std::uint32_t sequence = 1;
  bool class_labels = false;  // the last input is a class number
  int classes = 0;
};

/// One vector for each input of the training program.
template <class Op>
auto inputs_of(const setting& with) {
  std::array<std::vector<double>, static_cast<std::size_t>(Op::program.inputs)> all;
  for (const slim::graph::node& n : Op::program.nodes)
    if (n.kind == slim::graph::kind::input && all[static_cast<std::size_t>(n.index())].empty())
      all[static_cast<std::size_t>(n.index())] = numbers(n.extent.size() * with.batch, with.sequence + 17 * static_cast<std::uint32_t>(n.index()));
  if (with.class_labels)
    for (std::size_t i = 0; i < all.back().size(); ++i) all.back()[i] = static_cast<double>((i * 2 + 1) % static_cast<std::size_t>(with.classes));
  return all;
}

/// Moves every trainable variable away from the symmetric values that initializers give (zero biases, unit gammas).
template <class Model>
void disturb(Model& m, std::uint32_t sequence) {
  for (int v = 0; v < m.variables(); ++v) {
    if (!m.variable_trainable(v)) continue;
    const std::span<double> values = m.variable_values(v);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.3 * number(sequence + 1000 + static_cast<std::uint32_t>(v), static_cast<std::uint32_t>(i));
  }
}

/// Checks all trainable variables of `Net`. `loss`: what create_train_op takes (slim::no_loss when the network returns its loss).
/// Fails when a gradient differs and when a whole gradient is zero.
template <const auto& Net, class... Options, class Loss>
static void check_gradients(Loss, setting with = {}) {
  using model_type = slim::model<Net, slim::precision<double>, Options...>;
  using op_type = slim::train_op<model_type, Loss, slim::optimizers::keep_gradients>;
  model_type m(slim::seed(7), slim::capacity(with.batch), 1);
  disturb(m, with.sequence);
  const auto inputs = inputs_of<op_type>(with);
  // A new op for every evaluation: all evaluate step 1, whose dropout masks are the same.
  const auto step = [&] { return op_type(m, {}, {}, slim::capacity(with.batch), 1); };
  const auto run = [&](op_type& op) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return op(inputs[I]...); }(std::make_index_sequence<inputs.size()>{});
  };
  const auto loss_now = [&] {
    op_type op = step();
    return run(op);
  };

  op_type analytic = step();
  run(analytic);
  constexpr double delta = 1e-6;
  int checked = 0;
  for (int v = 0; v < m.variables(); ++v) {
    if (!m.variable_trainable(v)) continue;
    INFO("variable " << m.variable_name(v) << ", batch " << with.batch);
    const std::span<const double> gradient = analytic.slot_values(v);
    double largest = 0;
    for (double g : gradient) largest = std::max(largest, std::abs(g));
    CHECK(largest > 1e-7);
    const std::span<double> values = m.variable_values(v);
    const std::size_t stride = values.size() / 60 + 1;  // large variables are sampled
    for (std::size_t i = 0; i < values.size(); i += stride) {
      const double before = values[i];
      values[i] = before + delta;
      const double above = loss_now();
      values[i] = before - delta;
      const double below = loss_now();
      values[i] = before;
      const double numeric = (above - below) / (2 * delta);
      INFO("element " << i);
      // Rounding of the loss leaves about 1e-9 in the difference quotient.
      CHECK(std::abs(numeric - gradient[i]) <= 1e-5 * largest + 3e-9 * (1 + std::abs(above)));
      ++checked;
    }
  }
  CHECK(checked > 0);
}

/// Batches of 1 and of 3.
template <const auto& Net, class... Options, class Loss>
static void check_gradients_at_batches(Loss loss, setting with = {}) {
  for (int batch : {1, 3}) {
    with.batch = batch;
    check_gradients<Net, Options...>(loss, with);
  }
}

}  // namespace laws
