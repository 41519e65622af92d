#pragma once
#include "slim/core/begin.hpp"
// What an operation gets when it runs: the memory of its operands and its result, the number of examples, and the function at its store.

#include "slim/op/step.hpp"

namespace slim::op::inline SLIM_LEVEL {

/// Belongs to a level, and so do all functions that take one.
template <class T>
struct invocation {
  const run_state<T>& state;
  const step<T>& at;

  const graph::node& node() const { return state.nodes[at.node]; }
  const graph::node& operand(int k) const { return state.nodes[node().operands[k]]; }
  graph::node_view view() const { return {state.nodes, node()}; }
  const slim::shape& extent() const { return node().extent; }
  const slim::shape& extent(int k) const { return operand(k).extent; }

  SLIM_ONE_COPY const T* in(int k) const { return state[node().operands[k]]; }
  SLIM_ONE_COPY T* out() const { return state[at.node]; }
  /// Result `number` of an operation that has several.
  T* out(int number) const { return out() + number * graph::aligned(extent().size()) * (node().batched ? state.capacity : 1); }
  /// Scratch memory, as much as the operation's `workspace` asked for.
  T* workspace() const { return state.workspace; }
  /// The weights as `prepare` made them ahead; null when it did not.
  const T* prepared() const { return state.prepared != nullptr ? state.prepared[at.index].data() : nullptr; }

  long batch() const { return state.batch; }
  int threads() const { return state.threads; }
  /// The value of a node as a matrix [rows, channels].
  long rows(const graph::node& of) const { return (of.batched ? state.batch : 1) * (of.extent.size() / of.extent.channels()); }
  long rows() const { return rows(node()); }
  long channels() const { return extent().channels(); }

  /// The function that is applied to each number before it is stored, for operations that say so. Keep it while `call` is used.
  slim::detail::bound_epilogue<T> epilogue() const { return {state, at}; }
};

/// The largest run that scratch memory is asked for.
struct largest_run {
  long capacity;  // examples
  int threads;
};

}  // namespace slim::op::inline SLIM_LEVEL

#include "slim/core/end.hpp"
