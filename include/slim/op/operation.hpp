#pragma once
#include "slim/core/begin.hpp"
// What an operation is. Each is one struct in a file of this folder, in the list of op/list.hpp, with these members:
//
//   struct softmax : operation<"softmax", attributes, stores> {
//     static constexpr int add(graph& g, …)                              shape rule: appends the node, reports what does not fit
//     static constexpr const char* fault(node_view n)                    what is wrong with a node of its kind; null: nothing. Asked before a program is stored
//     static constexpr void pull_back(adjoints& to, int y, int dy)       gradient: hands each operand of node y its part of gradient dy
//     static constexpr double work(node_view n)                          floating point operations: for one example when the result is batched or
//                                                                        summed over the batch, else in all. A multiplication and an addition count two
//     template <class T> static void run(const invocation<T>& r)         calls the kernel
//   };
//
// The base has what most operations do without: algorithms to choose from, variants, scratch memory, weights that are prepared ahead.

#include "slim/core/text.hpp"
#include "slim/graph/adjoints.hpp"
#include "slim/op/invocation.hpp"
#include "slim/tensor/aligned_buffer.hpp"

namespace slim::op {

using graph::adjoints;
using graph::domain;
using graph::node;
using graph::node_view;

struct no_attributes {};

/// Whether the kernel applies a scalar function to each number before it is stored: `invocation::epilogue`.
enum class stores : bool { values, functions };

template <text Name, class Attributes = no_attributes, stores Stores = stores::values>
struct operation {
  using attributes = Attributes;
  static constexpr const char* name = Name.c_str();
  static constexpr graph::kind kind = graph::kind_named(name, Stores == stores::functions);

  /// Appends a node. Public forms of `add`, in the operations, check what they are given.
  static constexpr int add(graph::graph& g, const domain& result, std::initializer_list<int> operands, int scope, const Attributes& with = {}) {
    return graph::add_operation(g, kind, result, operands, scope, with);
  }
  SLIM_ALWAYS_INLINE static constexpr Attributes attributes_of(const node& n) { return n.attributes.template as<Attributes>(); }

  /// The rule of operations that only gradients are made of: a network that asks for theirs does not compile.
  static constexpr void no_gradient(adjoints& to, int y) { to.g.fail(graph::rule::no_gradient, to.g.nodes[y].scope, {}, {}, name); }

  /// The algorithm for a node, where there are several. `trains`: of a program that updates variables.
  static constexpr graph::algorithm choose(node_view, bool /*trains*/) { return graph::algorithm::automatic; }
  /// True when the kernel can replace variables piece by piece as their gradient, its result, is made.
  static constexpr bool takes_updates(node_view) { return false; }
  /// Variants of `run` that a node needs, as bits: only those of a program are compiled into it, as `run<T, Variants>`.
  static constexpr unsigned variants(node_view) { return 1; }
  /// Elements of scratch memory. May be `workspace<T, Variants>` as well, where it depends on them.
  template <class T>
  static constexpr long workspace(node_view, const largest_run&) {
    return 0;
  }
};

}  // namespace slim::op

#include "slim/core/end.hpp"
