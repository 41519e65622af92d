#pragma once
#include "slim/core/begin.hpp"
// The pipeline: trace → differentiate → simplify → fuse → choose → plan; what comes out is checked. Runs inside the compiler, once per model and use.

#include "slim/compile/numerics.hpp"
#include "slim/compile/options.hpp"
#include "slim/compile/updates.hpp"
#include "slim/core/room_for.hpp"
#include "slim/graph/program.hpp"
#include "slim/losses/collection.hpp"
#include "slim/passes/choose.hpp"
#include "slim/passes/differentiate.hpp"
#include "slim/passes/fuse.hpp"
#include "slim/passes/fuse_blocks.hpp"
#include "slim/passes/fuse_pools.hpp"
#include "slim/passes/pool_gradients.hpp"
#include "slim/passes/simplify.hpp"
#include "slim/passes/verify.hpp"
#include "slim/trace/tensor.hpp"

namespace slim {

/// Several results of one network: `return outputs(scene, depth);`
template <int Count>
struct tensor_list {
  static constexpr int count = Count;
  tensor items[room_for(Count)];
  tracer* trace;
};
template <class... Tensors>
constexpr tensor_list<1 + sizeof...(Tensors)> outputs(const tensor& first, const Tensors&... rest) {
  return {{first, rest...}, first.trace};
}

/// The labels come with the network's own inputs: its result is the loss.
struct no_loss {};
/// No variable changes.
struct no_optimizer {
  static constexpr int slots = 0, numbers = 0;
};

namespace detail {

template <int>
using tensor_for = tensor;

/// Whether the network can be called with tensors.
template <class Net, class... Tensors>
concept function_of = requires(Net net, const Tensors&... inputs) { net(inputs...); };

/// The smallest number of tensors, up to eight, that the network can be called with; 0 when there is none.
template <const auto& Net, int Count = 1>
static constexpr int inputs_taken() {
  constexpr bool callable = []<int... I>(std::integer_sequence<int, I...>) {
    return function_of<decltype(Net), tensor_for<I>...>;
  }(std::make_integer_sequence<int, Count>{});
  if constexpr (callable) return Count;
  else if constexpr (Count < 8) return inputs_taken<Net, Count + 1>();
  else return 0;
}

/// What a network may return: a tensor, or outputs(...).
template <class Result>
concept network_result = std::is_same_v<Result, tensor> || requires(const Result& result) { result.items; };

/// The network takes another number of tensors than it is given, or cannot be called with any: what its body did wrong then has its own message.
constexpr tensor wrong_number_of_inputs(tracer& trace, int given, int taken) {
  if (taken == 0) trace.fail(graph::rule::no_function_of_tensors);
  else trace.fail(graph::rule::wrong_input_count, {given}, {taken});
  return tensor(trace, graph::constant(trace.g, 0));
}

/// Calls the network on symbolic inputs. Its results become the graph's outputs.
template <const auto& Net, class Options>
static constexpr void trace_network(tracer& trace) {
  trace.g.precision = dtype_of<typename Options::scalar>();
  trace.g.tracing = true;
  const auto result = [&]<int... I>(std::integer_sequence<int, I...>) {
    const tensor inputs[] = {tensor(trace, graph::add_leaf(trace.g, graph::kind::input, true, Options::input_extents[I], I))...};
    if constexpr (!function_of<decltype(Net), tensor_for<I>...>) {
      return wrong_number_of_inputs(trace, Options::input_count, inputs_taken<Net>());
    } else if constexpr (network_result<std::remove_cvref_t<decltype(Net(inputs[I]...))>>) {
      return Net(inputs[I]...);
    } else {
      trace.fail(graph::rule::no_tensor);
      return tensor(trace, graph::constant(trace.g, 0));
    }
  }(std::make_integer_sequence<int, Options::input_count>{});
  trace.g.inputs = Options::input_count;
  if constexpr (std::is_same_v<std::remove_cvref_t<decltype(result)>, tensor>) trace.g.outputs.push(result.in(trace));
  else
    for (const tensor& one : result.items) trace.g.outputs.push(one.in(trace));
  trace.g.tracing = false;
  if (trace.g.error.broken == graph::rule::network_too_large) {  // only the names are read
    trace.g.nodes.shrink(1), trace.g.outputs.shrink(0), trace.g.variables.shrink(0), trace.g.end_points.shrink(0);
    trace.g.losses.shrink(0), trace.g.regularization_losses.shrink(0);
    for (graph::scope_entry& scope : trace.g.scopes) scope.layer_node = -1;
  }
}

/// Lets the caller read a node after a run.
constexpr void keep(graph::graph& g, graph::named_node& named) {
  named.node = readable(g, named.node);
  g.nodes[named.node].kept = true;
}

/// Marks end points that the caller wants to read after a run.
template <class Options>
constexpr void keep_end_points(graph::graph& g) {
  for (int k = 0; k < Options::kept_count; ++k) {
    bool found = equal(Options::kept[k], "*");
    for (graph::named_node& point : g.end_points)
      if (equal(Options::kept[k], "*") || equal(graph::scope_name(g.scopes, point.scope).c_str(), Options::kept[k])) {
        keep(g, point);
        found = true;
      }
    if (!found) g.fail(graph::rule::end_point_missing, -1, {}, {}, Options::kept[k]);
  }
}

/// Class numbers are checked while the program runs: before it where they are an input, else once they are there, and before
/// any variable changes (see execution_order); then they are kept.
constexpr void keep_class_labels(graph::graph& g) {
  for (graph::class_labels& one : g.labels) {
    if (one.loss < 0 || g.nodes[one.loss].dead) {
      one.labels = one.loss = -1;
      continue;
    }
    int root = one.labels;
    while (g.nodes[root].kind == graph::kind::reshape) root = g.nodes[root].operands[0];
    if (g.nodes[root].kind == graph::kind::input) one.labels = root;
    else g.nodes[one.labels].kept = true;
  }
}

/// The checker behind a pass: one that leaves a graph which breaks a rule of verify.hpp is reported by its name.
template <class... Plan>
constexpr void check(graph::graph& g, const char* pass, const Plan&... plan) {
  if (g.failed()) return;
  if (const char* const fault = graph::fault_of(g, plan...)) g.fail(graph::rule::unsound_graph, -1, {}, {}, fault, pass);
}

/// The second half of the pipeline: simplify → fuse → choose → fuse pools and updates → plan. What comes out is checked; `each_pass`: what every pass
/// leaves, too, which takes the compiler as long as the passes and is done only to say which of them is wrong.
constexpr graph::compilation finish(graph::graph&& from, bool each_pass = false) {
  graph::compilation result{static_cast<graph::graph&&>(from)};
  graph::graph& g = result.g;
  const auto done = [&](const char* pass) {
    if (each_pass) check(g, pass);
  };
  if (g.failed()) return result;
  graph::share_equal(g);
  graph::remove_dead(g);
  graph::store_constants(g);
  done("simplify");
  keep_class_labels(g);
  result.unfused = graph::traffic_of(g);
  graph::work_before_pools(g);
  done("work_before_pools");
  graph::fuse_into_consumers(g);
  graph::remove_dead(g);
  done("fuse_into_consumers");
  graph::join_sums(g);
  done("join_sums");
  graph::move_before_reshapes(g);
  done("move_before_reshapes");
  graph::fuse_into_producers(g);
  graph::remove_dead(g);
  done("fuse_into_producers");
  if (g.failed()) return result;
  graph::choose(g);
  graph::fuse_pools(g);
  done("fuse_pools");
  graph::fuse_blocks(g);
  done("fuse_blocks");
  graph::fuse_updates(g);
  check(g, "fuse_updates");
  if (g.failed()) return result;
  result.plan = graph::plan(g);
  check(g, "plan", result.plan);
  return result;
}
constexpr graph::compilation leave_as_written(graph::graph&& from, bool) { return {static_cast<graph::graph&&>(from)}; }

/// The network as written, before any pass: for names, shapes and counts.
template <const auto& Net, class Options>
constexpr graph::compilation trace_only() {
  tracer trace;
  trace_network<Net, Options>(trace);
  return {static_cast<graph::graph&&>(trace.g), {}};
}

/// The forward graph for inference.
template <const auto& Net, class Options>
constexpr graph::compilation trace_inference() {
  tracer trace;
  trace_network<Net, Options>(trace);
  graph::compilation result{static_cast<graph::graph&&>(trace.g), {}};
  if (result.g.failed()) return result;
  for (graph::node& n : result.g.nodes) n.dead |= n.kind == graph::kind::update;  // inference changes nothing, as in TF-Slim, whatever is_training says
  keep_end_points<Options>(result.g);
  for (int& output : result.g.outputs) output = readable(result.g, output);
  check(result.g, "trace");
  return result;
}

/// Multiplies the regularization losses by the number of the option of this name.
template <class Optimizer, class TrainOptions>
constexpr void scale_regularization(tracer& trace) {
  graph::graph& g = trace.g;
  trace.regularization_losses();
  constexpr int number = Optimizer::numbers + TrainOptions::template first_number<learning::regularization_scale>;
  const int factor = graph::add_leaf(g, graph::kind::scalar, false, {}, number);
  for (graph::named_node& loss : g.regularization_losses) loss.node = map_of(g, loss.scope, product, loss.node, factor);
}

/// Traces the training form up to its total loss, which becomes the only output. Returns the node of the network's (first) result.
template <const auto& Net, class Options, class Loss, class Optimizer = no_optimizer, class TrainOptions = train_options<>>
constexpr int trace_loss(tracer& trace) {
  trace.training = true;
  trace_network<Net, Options>(trace);
  graph::graph& g = trace.g;
  if (g.failed()) return -1;
  const int result = g.outputs[0];
  int total = result;
  if constexpr (!std::is_same_v<Loss, no_loss>) {
    const tensor prediction(trace, total);
    const slim::shape expected = Options::has_labels ? Options::label_extent : Loss::label_shape(prediction.shape());
    const tensor labels(trace, graph::add_leaf(g, graph::kind::input, true, expected, g.inputs++));
    Loss{}(prediction, labels);
    if constexpr (TrainOptions::template has<learning::regularization_scale>) scale_regularization<Optimizer, TrainOptions>(trace);
    total = losses::get_total_loss().in(trace);
  } else if (g.nodes[total].batched || g.nodes[total].extent.size() != 1) {
    trace.fail(graph::rule::not_a_scalar_loss, g.nodes[total].extent, {});
  }
  trace.regularization_losses();  // those that no total asked for can be read after a step, too
  g.outputs.shrink(0);
  g.outputs.push(total);
  return result;
}

/// The training graph: forward, backward and updates. Its outputs are the total loss, then what the training options ask for, see
/// numerics.hpp.
template <const auto& Net, class Options, class Loss, class Optimizer, class TrainOptions>
constexpr graph::compilation trace_and_differentiate() {
  static_assert(!std::is_same_v<Loss, no_loss> || !TrainOptions::template has<learning::regularization_scale>,
                "regularization_scale needs a loss in the call of create_train_op: this network has already summed its total loss");
  tracer trace;
  trace.step_number = Optimizer::numbers + TrainOptions::numbers;  // behind those of optimizer and options
  trace.shares_statistics = TrainOptions::exchanges && TrainOptions::template has<learning::synchronized_batch_norm>;
  trace_loss<Net, Options, Loss, Optimizer, TrainOptions>(trace);
  graph::compilation result{static_cast<graph::graph&&>(trace.g), {}};
  graph::graph& g = result.g;
  if (g.failed()) return result;
  for (graph::named_node& loss : g.losses) keep(g, loss);
  for (graph::named_node& loss : g.regularization_losses) keep(g, loss);
  keep_end_points<Options>(g);
  const list<char> trained = trained_variables<TrainOptions>(g);
  list<char> wanted;
  wanted.resize(g.nodes.size(), 0);
  for (int v = 0; v < g.variables.size(); ++v) wanted[g.variables[v].node] = trained[v];
  if constexpr (TrainOptions::template has<learning::check_numerics>) add_forward_checks(g);
  int seed = -1;  // of several processes each has its weight
  if constexpr (TrainOptions::exchanges) seed = graph::add_leaf(g, graph::kind::scalar, false, {}, trace.step_number + 1);
  int checked = g.outputs[0];  // where processes decide together whether to go on, they look at one number
  if constexpr (TrainOptions::exchanges && TrainOptions::template has<learning::skip_not_finite>)
    checked = readable(g, op::mean_over_processes(g, checked, -1));
  const transformed_gradients updated = add_updates<Optimizer, TrainOptions>(g, graph::gradients(g, g.outputs[0], wanted, seed), trained, seed);
  g.outputs[0] = readable(g, g.outputs[0]);
  if constexpr (TrainOptions::template has<learning::check_numerics>)
    for (const variable_gradient& one : updated.all) add_check(g, one.node);
  if constexpr (TrainOptions::template has<learning::summarize_gradients>)
    for (const variable_gradient& one : updated.all) g.outputs.push(readable(g, one.node));
  if (updated.norm >= 0) g.outputs.push(updated.norm);
  if constexpr (TrainOptions::template has<learning::skip_not_finite>) {
    const int looked_at = TrainOptions::exchanges ? checked : g.outputs[0];
    g.labels.push({looked_at, looked_at});
    if (updated.norm >= 0) g.labels.push({updated.norm, updated.norm});
  }
  graph::remove_dead(g);
  check(g, "differentiate");
  return result;
}

/// The training graph without updates. Its outputs are the total loss, the network's result and, with `Backward`, the gradients of the
/// network's inputs and of all variables that TrainOptions trains, zeros where the loss does not depend on them.
template <const auto& Net, class Options, class Loss, class TrainOptions, bool Backward>
constexpr graph::compilation trace_gradients() {
  tracer trace;
  const int prediction = trace_loss<Net, Options, Loss, no_optimizer, TrainOptions>(trace);
  graph::compilation result{static_cast<graph::graph&&>(trace.g), {}};
  graph::graph& g = result.g;
  if (g.failed()) return result;
  for (graph::node& n : g.nodes) n.dead |= n.kind == graph::kind::update;
  for (graph::named_node& loss : g.losses) keep(g, loss);
  for (graph::named_node& loss : g.regularization_losses) keep(g, loss);
  keep_end_points<Options>(g);
  const int total = g.outputs[0];
  g.outputs[0] = readable(g, total);
  g.outputs.push(readable(g, prediction));
  if constexpr (Backward) {
    const list<char> trained = trained_variables<TrainOptions>(g);
    list<char> wanted;
    wanted.resize(g.nodes.size(), 0);
    list<int> leaves;
    for (int i = 0; i < Options::input_count; ++i)
      for (int k = 0; k < g.nodes.size(); ++k)
        if (g.nodes[k].kind == graph::kind::input && g.nodes[k].index() == i) leaves.push(k);
    for (int v = 0; v < g.variables.size(); ++v) {
      g.variables[v].trainable = trained[v];  // so that the program tells which gradients it has
      if (trained[v]) leaves.push(g.variables[v].node);
    }
    for (const int leaf : leaves) wanted[leaf] = 1;
    const list<int> gradient = graph::gradients(g, total, wanted);
    for (const int leaf : leaves)
      g.outputs.push(readable(g, leaf < gradient.size() && gradient[leaf] >= 0 ? gradient[leaf] : graph::filled_like(g, leaf, 0, g.nodes[leaf].scope)));
  }
  graph::remove_dead(g);
  check(g, "differentiate");
  return result;
}

/// Why a network that cannot be traced inside the compiler cannot: it is a variable without constexpr, or it meets something that is none.
template <const auto& Net>
constexpr graph::rule reason_against() {
  using type = std::remove_cvref_t<decltype(Net)>;
  if constexpr (std::is_function_v<type> || requires { typename graph::detail::constant_value<(static_cast<void>(type(Net)), 0)>; })
    return graph::rule::network_not_computable;
  else return graph::rule::network_not_constant;
}

}  // namespace detail

// Compiled forms of a network, each worked out on first use: as written, for inference, for training.

template <const auto& Net, class Options>
struct traced : graph::compiled<&detail::trace_only<Net, Options>, &detail::leave_as_written, detail::reason_against<Net>()> {};

template <const auto& Net, class Options>
struct inference : graph::compiled<&detail::trace_inference<Net, Options>, &detail::finish, detail::reason_against<Net>()> {};

template <const auto& Net, class Options, class Loss, class TrainOptions, bool Backward>
struct gradient_program
    : graph::compiled<&detail::trace_gradients<Net, Options, Loss, TrainOptions, Backward>, &detail::finish, detail::reason_against<Net>()> {};

template <const auto& Net, class Options, class Loss, class Optimizer, class TrainOptions = train_options<>>
struct training_of
    : graph::compiled<&detail::trace_and_differentiate<Net, Options, Loss, Optimizer, TrainOptions>, &detail::finish, detail::reason_against<Net>()> {};

}  // namespace slim

#include "slim/core/end.hpp"
