#pragma once
#include "slim/core/begin.hpp"
// Inference on sequences that do not end: a step at a time, with the weights of a model.

#include "slim/model/model.hpp"

namespace slim {

namespace detail {

/// The options of a model for sequences [time, ...] of `Frames` steps.
template <class Options, int Frames>
struct streaming_options : Options {
  using whole = Options;
  static constexpr auto input_extents = [] {
    auto extents = Options::input_extents;
    for (int i = 0; i < Options::input_count; ++i)
      if (extents.items[i].rank > 1) extents.items[i].extents[0] = Frames;
    return extents;
  }();
};

/// Whether each step of node `n` is made from the same step of its operands `sequences`, with time as their first axis and that of the result.
constexpr bool works_step_by_step(const graph::graph& g, const graph::node& n, const list<char>& sequences, int steps) {
  const graph::node_view view{g.nodes.begin(), n};
  if (n.extent.rank < 1 || n.extent[0] != steps) return false;
  const auto all_of_rank = [&] {
    for (int k = 0; k < n.operand_count; ++k)
      if (sequences[n.operands[k]] && view.extent(k).rank != n.extent.rank) return false;
    return true;
  };
  if (n.kind == graph::kind::map || n.kind == graph::kind::reduce) return all_of_rank();
  if (n.kind == op::concat::kind) return n.attributes.as<op::concat_attributes>().axis != 0;
  if (n.kind == op::transpose::kind) return n.attributes.as<op::transpose_attributes>().axes[0] == 0;
  if (n.kind == op::convolution::kind || n.kind == op::depthwise_convolution::kind) return view.extent(1)[0] == 1;
  for (const graph::kind one :
       {graph::kind::reshape, op::matmul::kind, op::slice::kind, op::pad::kind, op::softmax::kind, op::local_response_normalization::kind})
    if (n.kind == one) return n.extent.rank > 1;
  return false;
}

/// Refuses networks in which anything but a layer with a state mixes steps, such as pools, or vectors made of whole sequences.
template <const auto& Net, class Options>
constexpr void check_streaming(graph::graph& checked) {
  constexpr int steps = 1009;  // not likely to be another extent
  tracer trace;
  trace.streaming = true;
  trace_network<Net, streaming_options<Options, steps>>(trace);
  const graph::graph& g = trace.g;
  list<char> sequences;  // nodes whose first axis is time
  sequences.resize(g.nodes.size(), 0);
  int next = 0;
  for (int i = 0; i < g.nodes.size() && !g.failed(); ++i) {
    const graph::node& n = g.nodes[i];
    if (next < trace.streams.size() && i == trace.streams[next].first) {
      const stream_state& own = trace.streams[next++];
      if (!sequences[own.sequence]) return checked.fail(graph::rule::steps_mixed, n.scope, {}, {}, "state");
      sequences[own.result] = g.nodes[own.result].extent.rank > 1;
      i = own.last;
      continue;
    }
    bool reads = n.kind == graph::kind::input && n.extent.rank > 1;
    for (int k = 0; k < n.operand_count; ++k) reads = reads || sequences[n.operands[k]];
    sequences[i] = reads;
    if (reads && n.kind != graph::kind::input && !works_step_by_step(g, n, sequences, steps))
      return checked.fail(graph::rule::steps_mixed, n.scope, {}, {}, op::name_of(n.kind));
  }
  if (g.failed()) checked.error = g.error;
}

/// Inference with states as inputs and outputs behind those of the network.
template <const auto& Net, class Options>
constexpr graph::compilation trace_streaming() {
  tracer trace;
  trace.streaming = true;
  trace_network<Net, Options>(trace);
  check_streaming<Net, typename Options::whole>(trace.g);
  graph::compilation result{static_cast<graph::graph&&>(trace.g), {}};
  graph::graph& g = result.g;
  if (g.failed()) return result;
  for (graph::node& n : g.nodes) n.dead |= n.kind == graph::kind::update;
  for (const stream_state& one : trace.streams) {
    if (one.before < 0) continue;
    g.nodes[one.before].attributes = graph::position{g.inputs++};
    g.outputs.push(one.after);
  }
  for (int& output : g.outputs) output = readable(g, output);
  check(g, "trace");
  return result;
}

template <const auto& Net, class Options>
struct streaming_inference : graph::compiled<&trace_streaming<Net, Options>, &finish, reason_against<Net>()> {};

}  // namespace detail

/// Runs a model of sequences [time, ...] on their next `Frames` steps, again and again: streaming_predictor live(net); live(frame). simple_rnn, gru, lstm and
/// conv1d with CAUSAL padding continue from the state that the call before left, which lies here; the results are, bit for bit, those of the whole sequence so
/// far. Inputs without a time axis are given anew in each call. Several streams go together as examples of a batch, up to the capacity. A step takes no memory
/// and no lock. Weights are the model's, as for a predictor.
template <class Model, int Frames = 1>
class streaming_predictor {
  using traits = detail::model_traits<Model>;
  using options = typename traits::options;
  using T = typename traits::scalar;
  static constexpr const auto& program = detail::streaming_inference<traits::network, detail::streaming_options<options, Frames>>::program;
  static_assert(sizeof(is_valid<program>) != 0);
  static constexpr int states = program.inputs - options::input_count;

public:
  explicit streaming_predictor(const Model& of, capacity streams = capacity(1), int threads = 1)
      : weights(detail::values_of(of.shared())), run(streams.examples, threads), batch(streams.examples), noise_seed(of.seed_value()), room(streams.examples) {
    static_assert(program.error.broken != graph::rule::none || detail::same_variables(program, traits::program),
                  "the network has variables whose shapes depend on the number of steps: it cannot go step by step");
    for (int k = 0; k < states; ++k) state[k] = aligned_buffer<T>(room * elements(k));
    reset();
  }
  streaming_predictor(const streaming_predictor&) = default;
  streaming_predictor& operator=(const streaming_predictor&) = default;

  /// The next steps of each stream, [Frames, ...] for each input with a time axis. Returns the first output: a matrix_view [streams, numbers], valid until the
  /// next call.
  template <class... Inputs>
  auto operator()(const Inputs&... inputs) & {
    static_assert(sizeof...(Inputs) == options::input_count, "one argument for each input of the network");
    batch.bind(inputs...);
    for (int k = 0; k < states; ++k) batch.pointers[options::input_count + k] = state[k].data();
    run.run(weights->data(), nullptr, 0, batch.pointers, nullptr, batch.examples, detail::run_seed(noise_seed, ++runs),
            [&] { batch.check_computed_labels(run); });
    for (int k = 0; k < states; ++k) std::copy_n(run.value(program.outputs[own_outputs + k]), batch.examples * elements(k), state[k].data());
    return output<0>();
  }
  template <class... Inputs>
  void operator()(const Inputs&...) && = delete;  // give the predictor a name: what it returns is a view of its memory, which goes with it

  /// Transforms or packs weights of convolutions and products ahead, see predictor.
  void prepare() { run.prepare(weights->data()); }

  /// Output `I` of the last step.
  template <int I = 0>
  void output() const&& = delete;  // give the predictor a name
  template <int I = 0>
  auto output() const& {
    static_assert(I < own_outputs, "the network has no output of this number");
    constexpr int node = program.outputs[I];
    const std::span<const T> all = run.values(node);
    return matrix_view<const T, program.nodes[node].extent.size()>(all.data(), static_cast<long>(all.size()) / program.nodes[node].extent.size());
  }

  /// All streams begin anew.
  void reset() {
    for (aligned_buffer<T>& one : state) one.fill(0);
  }
  /// One stream begins anew.
  void reset(long stream) {
    if (stream < 0 || stream >= room)
      throw error("reset: expected a stream from 0 to " + std::to_string(room - 1) + ", found " + std::to_string(stream) +
                  "; give a larger capacity at construction");
    for (int k = 0; k < states; ++k) std::fill_n(state[k].data() + stream * elements(k), elements(k), T(0));
  }

  long capacity_streams() const { return room; }

private:
  static constexpr int own_outputs = program.sizes.outputs - states;
  static constexpr long elements(int k) { return program.nodes[program.outputs[own_outputs + k]].extent.size(); }

  std::shared_ptr<aligned_buffer<T>> weights;
  executor<T, program> run;
  detail::batch_inputs<T, program> batch;
  aligned_buffer<T> state[room_for(states)];
  std::uint64_t noise_seed;
  std::int64_t runs = 0;
  long room;
};

}  // namespace slim

#include "slim/core/end.hpp"
