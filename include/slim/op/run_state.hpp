#pragma once
#include "slim/core/begin.hpp"
// Everything a compiled program needs while it runs: where its memory is and how many examples there are.

#include <cstdint>

#include "slim/core/config.hpp"
#include "slim/graph/memory_plan.hpp"
#include "slim/graph/node.hpp"
#include "slim/simd/level.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim {

namespace op {

/// What a run does together with other processes: see op/all_reduce.hpp.
struct exchange {
  virtual ~exchange() = default;
  double weight = 1;       // of this process in a mean over all
  long first_example = 0;  // of this process among those of all: random numbers belong to the example, wherever it is worked on
  /// The elements of region::exchanged in front of `end` are there, those of this process times its weight: they may travel.
  virtual void start(long end) = 0;
  /// Memory for the rows of two factors, all of the first and behind them all of the second: `count` each, those of this process from row `own` on.
  struct rows {
    void* memory = nullptr;
    long own = 0, count = 0;
  };
  /// Where the elements in front of `end` are a gradient that is made jointly: where `start` finds the rows of this process and `wait` leaves all. No memory
  /// where it is summed like others. See op/joint_weights_gradient.hpp.
  virtual rows rows_of(long end) = 0;
  /// Returns when the elements in front of `end` are sums over all processes.
  virtual void wait(long end) = 0;
};

}  // namespace op

template <class T>
struct run_state;
inline namespace SLIM_LEVEL {
template <class T>
T* memory_of(const run_state<T>& state, int node);
}

/// Pointers of one run. The program itself is constant; two runs with different states can go on at the same time.
template <class T>
struct run_state {
  const graph::node* nodes = nullptr;
  const graph::place* places = nullptr;
  T* examples = nullptr;                        // arena for `capacity` examples
  T* fixed = nullptr;                           // arena that does not depend on the batch
  T* workspace = nullptr;                       // scratch memory of single kernels
  const aligned_buffer<T>* prepared = nullptr;  // for each step its weights as made ahead, or null
  T* variables = nullptr;
  T* slots = nullptr;  // all first slots, then all second slots …
  const T* const* inputs = nullptr;
  const T* scalars = nullptr;
  const T* batch_size = nullptr;
  long slot_stride = 0;
  long batch = 0, capacity = 0;
  int threads = 1;
  T* exchanged = nullptr;
  op::exchange* together = nullptr;  // null: this process is alone
  std::uint32_t seed = 0;

  /// Memory of node `i`.
  SLIM_ALWAYS_INLINE T* operator[](int i) const { return memory_of(*this, i); }
  /// Elements of a value with so many per example that belong to examples of other processes in front.
  SLIM_ALWAYS_INLINE std::uint32_t elements_before(long per_example) const {
    return together == nullptr ? 0 : static_cast<std::uint32_t>(together->first_example * per_example);
  }
};

inline namespace SLIM_LEVEL {

/// What operator[] returns: one copy for each level, a class that is the same at all of them has none of its own.
template <class T>
SLIM_ONE_COPY T* memory_of(const run_state<T>& state, int node) {
  const graph::place& p = state.places[node];
  switch (p.where) {
    case graph::region::examples: return state.examples + p.offset * state.capacity;
    case graph::region::fixed: return state.fixed + p.offset;
    case graph::region::variables: return state.variables + p.offset;
    case graph::region::slots: return state.slots + state.nodes[node].slot() * state.slot_stride + p.offset;
    case graph::region::input: return const_cast<T*>(state.inputs[p.offset]);  // programs never write to inputs
    case graph::region::scalars: return const_cast<T*>(state.scalars + p.offset);
    case graph::region::batch_size: return const_cast<T*>(state.batch_size + p.offset);
    case graph::region::exchanged: return state.exchanged + p.offset;
    default: return nullptr;
  }
}

}  // namespace SLIM_LEVEL

}  // namespace slim

#include "slim/core/end.hpp"
