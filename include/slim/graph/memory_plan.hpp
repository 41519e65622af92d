#pragma once
#include "slim/core/begin.hpp"
// Where the values of a program live, as the pass in passes/plan.hpp works it out.

#include "slim/core/list.hpp"

namespace slim::graph {

using slim::detail::list;

/// Which memory a node's value lives in.
enum class region : unsigned char {
  nowhere,     // dead, or a constant
  examples,    // arena that scales with the batch: offset counts elements per example
  fixed,       // arena that does not
  variables,   // parameters
  slots,       // optimizer state; which slot is node::slot()
  input,       // memory of the caller; offset = index of the input
  scalars,     // run-time numbers; offset = index
  batch_size,  // the number of examples times what memory_plan::multiples says; offset = index
  exchanged,   // what travels between processes, in the order in which it starts
};

struct place {
  region where = region::nowhere;
  long offset = 0;
};

/// Offsets are multiples of this many elements, which is 64 bytes of float.
inline constexpr long alignment_elements = 16;
constexpr long aligned(long elements) { return (elements + alignment_elements - 1) / alignment_elements * alignment_elements; }

struct memory_plan {
  list<int> order;                                // nodes that do work, in order of execution
  list<place> places;                             // one for each node
  list<int> multiples;                            // of the number of examples that are operands
  long example_elements = 0, fixed_elements = 0;  // sizes of the two arenas, per example and in all
  long exchanged_elements = 0;                    // of region::exchanged
  long example_bound = 0, fixed_bound = 0;        // largest sum of values alive at once: no plan can be smaller
};

}  // namespace slim::graph

#include "slim/core/end.hpp"
