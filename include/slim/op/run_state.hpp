#pragma once
#include "slim/core/begin.hpp"
// Everything a compiled program needs while it runs: where its memory is and how many examples there are.

#include <cstdint>

#include "slim/core/config.hpp"
#include "slim/graph/memory_plan.hpp"
#include "slim/graph/node.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim {

/// Pointers of one run. The program itself is constant; two runs with different states can go on at the same time.
template <class T>
struct run_state {
  const graph::node* nodes = nullptr;
  const graph::place* places = nullptr;
  T* examples = nullptr;        // arena for `capacity` examples
  T* fixed = nullptr;           // arena that does not depend on the batch
  T* workspace = nullptr;       // scratch memory of single kernels
  const aligned_buffer<T>* prepared = nullptr;  // for each step its weights as made ahead, or null
  T* variables = nullptr;
  T* slots = nullptr;           // all first slots, then all second slots …
  const T* const* inputs = nullptr;
  const T* scalars = nullptr;
  const T* batch_size = nullptr;
  long slot_stride = 0;
  long batch = 0, capacity = 0;
  int threads = 1;
  std::uint32_t seed = 0;

  /// Memory of node `i`.
  SLIM_ALWAYS_INLINE T* operator[](int i) const {
    const graph::place& p = places[i];
    switch (p.where) {
      case graph::region::examples: return examples + p.offset * capacity;
      case graph::region::fixed: return fixed + p.offset;
      case graph::region::variables: return variables + p.offset;
      case graph::region::slots: return slots + nodes[i].slot() * slot_stride + p.offset;
      case graph::region::input: return const_cast<T*>(inputs[p.offset]);  // programs never write to inputs
      case graph::region::scalars: return const_cast<T*>(scalars + p.offset);
      case graph::region::batch_size: return const_cast<T*>(batch_size);
      default: return nullptr;
    }
  }
};

}  // namespace slim

#include "slim/core/end.hpp"
