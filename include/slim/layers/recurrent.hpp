#pragma once
#include "slim/core/begin.hpp"
// Layers over sequences [time, channels]: simple_rnn, gru, lstm, as Keras has them. One set of weights for all steps.

#include "slim/initializers/initializers.hpp"
#include "slim/layers/linear.hpp"
#include "slim/op/recurrence.hpp"

namespace slim {

// clang-format off
struct return_sequences_keyword : keyword<return_sequences_keyword, bool> { static constexpr const char* name = "return_sequences"; using keyword::operator=; };
struct recurrent_initializer_keyword : keyword<recurrent_initializer_keyword, initializer> { static constexpr const char* name = "recurrent_initializer"; using keyword::operator=; static constexpr number_fault fault(const initializer& n) { return n.fault(); } };
struct return_state_keyword : keyword<return_state_keyword, bool> { static constexpr const char* name = "return_state"; using keyword::operator=; };
struct unit_forget_bias_keyword : keyword<unit_forget_bias_keyword, bool> { static constexpr const char* name = "unit_forget_bias"; using keyword::operator=; };
struct initial_state_keyword : keyword<initial_state_keyword, tensor> { static constexpr const char* name = "initial_state"; using keyword::operator=; };
// clang-format on
constexpr void slim_describe(const tensor& value, name_buffer& to) { to.add(value.bound() ? "a tensor" : "zeros"); }
inline constexpr initial_state_keyword initial_state;
inline constexpr return_sequences_keyword return_sequences;
inline constexpr return_state_keyword return_state;
inline constexpr recurrent_initializer_keyword recurrent_initializer;
inline constexpr unit_forget_bias_keyword unit_forget_bias;

namespace detail {

/// Call: lstm(num_outputs[, "scope"][, keyword = value ...]) on [time, channels], which gives the output of the last step [num_outputs], or with
/// `return_sequences = true` of all, [time, num_outputs]. The state before the first step is zero, or `initial_state`: [1, num_outputs], for lstm [2,
/// num_outputs], output and cell. With `return_state = true`, last_state of the result is the state after the last step. Variables, as in Keras: `kernel`
/// [channels, gates·num_outputs], `recurrent_kernel` [num_outputs, gates·num_outputs], `bias`.
template <class Self, kernel::recurrent_cell Cell>
struct recurrent_layer : layer<Self> {
  struct positional {
    whole_number outputs;
    template <class Number>
      requires detail::convertible<Number, whole_number>
    constexpr positional(Number n) : outputs(n) {}
  };
  using layer<Self>::operator();
  template <class... Rest>
  constexpr auto operator()(positional p, const Rest&... rest) const {
    return layer<Self>::bind(rest..., num_outputs = p.outputs);
  }

  static constexpr tensor apply(const tensor& x, const arguments<Self>& with) {
    tracer& trace = *x.trace;
    graph::graph& g = trace.g;
    const int units = with[num_outputs], time = x.shape()[0], channels = x.channels();
    const bool all = with[return_sequences], trained = with[trainable];
    if (x.shape().rank != 2) {
      trace.fail(graph::rule::rank_mismatch, {x.shape().rank}, {2});
      return x;
    }
    const reuse_guard sharing(trace, with[reuse]);
    const int columns = static_cast<int>(kernel::recurrence_geometry{Cell}.gates()) * units, regularize = interned(trace, with[weights_regularizer]);
    const int weights = layer_variable(trace, "kernel", "weights", {channels, columns}, with[weights_initializer], regularize, trained, with);
    const int recurrent =
        layer_variable(trace, "recurrent_kernel", "recurrent_weights", {units, columns}, with[recurrent_initializer], regularize, trained, with);
    int bias = -1;
    if (initializer initial = with[biases_initializer]; initial.kind != distribution::none) {
      if constexpr (Cell == kernel::recurrent_cell::lstm)
        if (with[unit_forget_bias]) initial.part = units, initial.in_part = 1;
      const slim::shape extent = Cell == kernel::recurrent_cell::gru ? slim::shape{2, columns} : slim::shape{columns};
      bias = layer_variable(trace, "bias", "biases", extent, initial, interned(trace, with[biases_regularizer]), trained, with);
    }
    const tensor& given = with[initial_state];
    const slim::shape extent_of_state{static_cast<int>(kernel::recurrence_geometry{Cell}.state_rows()), units};
    if (given.bound() && !(given.shape() == extent_of_state)) trace.fail(graph::rule::shape_mismatch, given.shape(), extent_of_state);
    if (given.bound() && trace.streaming) trace.fail(graph::rule::steps_mixed, {}, {}, "initial_state");
    if (g.failed()) return x;
    const int state = given.bound()        ? graph::batched(g, given.node, trace.scope)
                      : trace.streaming    ? trace.open_stream(x.node, extent_of_state)
                      : with[return_state] ? graph::broadcast(g, graph::constant(g, 0), {true, extent_of_state}, trace.scope)
                                           : -1;
    const int made = op::recurrence::add(g, Cell, x.node, weights, recurrent, bias, state, trace.scope);
    const auto rows = [&](int first, int count) { return op::slice::add(g, made, {first, 0}, {count, units}, trace.scope); };
    const int next = trace.streaming ? rows(time - 1, g.nodes[state].extent[0]) : -1;
    const int result = all ? rows(0, time) : graph::reshape(g, rows(time - 1, 1), {units}, trace.scope);
    if (trace.streaming) trace.close_stream(next, result);
    return {trace, result};
  }
};

}  // namespace detail

/// h = tanh(x·kernel + h·recurrent_kernel + bias)
struct simple_rnn_layer : detail::recurrent_layer<simple_rnn_layer, kernel::recurrent_cell::simple_rnn> {
  static constexpr const char* function_name = "simple_rnn";
  static constexpr const char* default_scope = "simple_rnn";
  static constexpr auto defaults =
      arguments_of(num_outputs = 0, return_sequences = false, return_state = false, initial_state = tensor(0.0), weights_initializer = xavier(),
                   recurrent_initializer = orthogonal(), weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none, trainable = true,
                   reuse = false, variables_collections = variable_collections{});
};
inline constexpr simple_rnn_layer simple_rnn;

/// Cho et al. 2014 with the reset gate behind the product (Keras's reset_after, PyTorch). Gates in the order z, r, h: h = z·h + (1 − z)·tanh(x·W + b + r·(h·U +
/// c)); `bias` is [2, 3·num_outputs], of the input and of the state.
struct gru_layer : detail::recurrent_layer<gru_layer, kernel::recurrent_cell::gru> {
  static constexpr const char* function_name = "gru";
  static constexpr const char* default_scope = "gru";
  static constexpr auto defaults = simple_rnn_layer::defaults;
};
inline constexpr gru_layer gru;

/// Hochreiter & Schmidhuber 1997 with forget gates (Gers et al. 2000). Gates in the order i, f, c, o: c = f·c + i·tanh(…), h = o·tanh(c). `unit_forget_bias`:
/// the biases of f begin at 1, whatever biases_initializer says of the others (Jozefowicz et al. 2015).
struct lstm_layer : detail::recurrent_layer<lstm_layer, kernel::recurrent_cell::lstm> {
  static constexpr const char* function_name = "lstm";
  static constexpr const char* default_scope = "lstm";
  static constexpr auto defaults =
      arguments_of(num_outputs = 0, return_sequences = false, return_state = false, initial_state = tensor(0.0), weights_initializer = xavier(),
                   recurrent_initializer = orthogonal(), weights_regularizer = none, biases_initializer = zeros, biases_regularizer = none,
                   unit_forget_bias = true, trainable = true, reuse = false, variables_collections = variable_collections{});
};
inline constexpr lstm_layer lstm;

/// The state of a recurrent layer with `return_state = true` after its last step, of what the layer has returned: what `initial_state` of another takes. [1,
/// num_outputs], for lstm [2, num_outputs], output and cell.
constexpr tensor last_state(const tensor& result) {
  tracer& trace = *result.trace;
  int made = result.node;
  // Back over what the layer itself has made of its steps.
  const int scope = trace.g.nodes[made].scope;
  while (trace.g.nodes[made].scope == scope && (trace.g.nodes[made].kind == graph::kind::reshape || trace.g.nodes[made].kind == op::slice::kind))
    made = trace.g.nodes[made].operands[0];
  const graph::node& n = trace.g.nodes[made];
  if (n.scope == scope && n.kind == op::recurrence::kind && n.attributes.as<op::recurrence_attributes>().state) {
    const kernel::recurrence_geometry of = op::detail::recurrence_of({trace.g.nodes.begin(), n});
    return {trace,
            op::slice::add(trace.g, made, {static_cast<int>(of.time) - 1, 0}, {static_cast<int>(of.state_rows()), static_cast<int>(of.units)}, trace.scope)};
  }
  trace.fail_number("return_state", 0, "true in the recurrent layer whose result this is");
  return result;
}

}  // namespace slim

#include "slim/core/end.hpp"
