#pragma once
#include "slim/core/begin.hpp"
// A program with the memory it runs in.

#include <span>
#include <string>
#include <vector>

#include "slim/core/error.hpp"
#include "slim/core/callback.hpp"
#include "slim/run/unrolled.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim {

/// Runs `Program` on batches of up to `capacity` examples. Owns the arenas, not the parameters. A value: copies are independent.
/// One executor belongs to one thread at a time; several executors may share parameters that none of them changes.
template <class T, const auto& Program>
class executor {
  static_assert(Program.precision == dtype_of<T>(), "a program runs in the precision that it was compiled for");

public:
  executor(long capacity, int threads)
      : room(capacity), team(threads < 1 ? 1 : threads), examples(Program.example_elements * capacity), fixed(Program.fixed_elements),
        exchanged(Program.exchanged_elements), workspace(workspace_elements<T, op::needed_by(Program)>(Program, capacity, team)) {}

  long capacity() const { return room; }
  int threads() const { return team; }
  void set_threads(int threads) {
    team = threads < 1 ? 1 : threads;
    const long needed = workspace_elements<T, op::needed_by(Program)>(Program, room, team);
    if (needed > workspace.size()) workspace = aligned_buffer<T>(needed);
  }
  /// Bytes of the arenas.
  long bytes() const {
    long elements = examples.size() + fixed.size() + exchanged.size() + workspace.size();
    for (const aligned_buffer<T>& weights : prepared) elements += weights.size();
    return static_cast<long>(sizeof(T)) * elements;
  }

  /// From now on runs are parts of one over several processes. `others` outlives this.
  void join(op::exchange& others) { together = &others; }
  /// What travels between them.
  T* travelling() { return exchanged.data(); }

  /// Runs all steps. `inputs` has one pointer for each input of the program. `check_labels()` is called once all class numbers that the program works out
  /// are there; when it throws no variable has changed. `finished`, when given, is called with the node of each step that is done; small programs are one
  /// straight line and do not call it.
  template <class CheckLabels>
  void run(T* variables, T* slots, long slot_stride, const T* const* inputs, const T* scalars, long batch, std::uint32_t seed, const CheckLabels& check_labels,
           [[maybe_unused]] const callback<void(int node)>* finished = nullptr) {
    for (int i = 0; i < Program.multiples; ++i) examples_in_run[i] = static_cast<T>(multiples.of_batch[i] * batch);
    last_batch = batch;
    run_state<T> state = fresh_state(variables);
    state.examples = examples.data(), state.fixed = fixed.data(), state.workspace = workspace.data();
    if (!prepared.empty()) state.prepared = prepared.data();
    state.slots = slots, state.slot_stride = slot_stride;
    state.inputs = inputs, state.scalars = scalars, state.batch_size = examples_in_run;
    state.batch = batch, state.seed = seed;
    state.exchanged = exchanged.data(), state.together = together;
    if constexpr (one_straight_line) {
      unrolled<T, Program>::run(state);
    } else {
      const auto& table = steps_of<T, Program>;
      for (int i = 0; i < Program.sizes.steps; ++i) {
        table.steps[i].run(state, table.steps[i]);
        if (i == last_labels) check_labels();
        if (finished != nullptr) (*finished)(table.steps[i].node);
      }
    }
  }

  /// Transforms or packs weights ahead: runs skip that until the next call, and do not see changes of these weights before it.
  void prepare(T* variables) {
    const run_state<T> state = fresh_state(variables);
    prepared.clear();
    for (int i = 0; i < Program.sizes.steps; ++i) {
      const op::step<T>& at = steps_of<T, Program>.steps[i];
      const op::preparer<T> make = preparers_of<T, Program>.of_step[i];
      prepared.emplace_back(make != nullptr ? make(state, at, nullptr) : 0);
      if (prepared.back().size() > 0) make(state, at, prepared.back().data());
    }
  }

  /// Values of node `i` after a run; valid for outputs and kept nodes.
  const T* value(int i) const {
    const graph::place& p = Program.places[i];
    return p.where == graph::region::examples ? examples.data() + p.offset * room : fixed.data() + p.offset;
  }
  /// The same as a span over the examples of the last run (or over all, when it does not depend on the batch).
  std::span<const T> values(int i) const {
    const graph::node& n = Program.nodes[i];
    return {value(i), static_cast<std::size_t>(n.extent.size() * (n.batched ? last_batch : 1))};
  }
  /// One number that does not depend on the batch, such as a loss.
  T number(int i) const { return *value(i); }

private:
  /// The step after which the program knows all class numbers that it works out itself; −1 where it works out none.
  static constexpr int last_labels = [] {
    int last = -1;
    for (int l = 0; l < Program.sizes.labels; ++l) {
      int labels = Program.labels[l].labels;
      while (labels >= 0 && graph::is_view(Program.nodes[labels].kind)) labels = Program.nodes[labels].operands[0];
      for (int i = last + 1; i < Program.sizes.steps; ++i)
        if (Program.order[i] == labels) last = i;
    }
    return last;
  }();
  /// What the number of examples is multiplied by in each element of region::batch_size.
  struct multiple_list {
    long of_batch[room_for(Program.multiples)]{};

    constexpr multiple_list() {
      for (int i = 0; i < Program.sizes.nodes; ++i)
        if (Program.places[i].where == graph::region::batch_size) of_batch[Program.places[i].offset] = Program.nodes[i].index();
    }
  };
  static constexpr multiple_list multiples{};
  static constexpr bool one_straight_line = last_labels < 0 && unrolled<T, Program>::worthwhile;

  run_state<T> fresh_state(T* variables) const {
    run_state<T> state;
    state.nodes = Program.nodes, state.places = Program.places, state.variables = variables, state.capacity = room, state.threads = team;
    return state;
  }

  long room;
  int team;
  long last_batch = 0;
  T examples_in_run[room_for(Program.multiples)]{};
  aligned_buffer<T> examples, fixed, exchanged, workspace;
  op::exchange* together = nullptr;
  std::vector<aligned_buffer<T>> prepared;  // one for each step, once prepare() was called
};

}  // namespace slim

#include "slim/core/end.hpp"
