#pragma once
#include "slim/core/begin.hpp"
// All operations, and what passes, reports and programs ask of one without naming it. A new operation is one line in `all`, with its header.

#include <type_traits>
#include <utility>

#include "slim/op/all_reduce.hpp"
#include "slim/op/average_pool.hpp"
#include "slim/op/batch_matmul.hpp"
#include "slim/op/batch_loss.hpp"
#include "slim/op/concat.hpp"
#include "slim/op/convolution.hpp"
#include "slim/op/depthwise_convolution.hpp"
#include "slim/op/gather.hpp"
#include "slim/op/joint_weights_gradient.hpp"
#include "slim/op/local_response_normalization.hpp"
#include "slim/op/matmul.hpp"
#include "slim/op/max_pool.hpp"
#include "slim/op/mirror_pad.hpp"
#include "slim/op/moments.hpp"
#include "slim/op/recurrence.hpp"
#include "slim/op/reduce_max.hpp"
#include "slim/op/resize_bilinear.hpp"
#include "slim/op/slice.hpp"
#include "slim/op/softmax.hpp"
#include "slim/op/softmax_cross_entropy.hpp"
#include "slim/op/transpose.hpp"

namespace slim::op {

template <class... Operations>
struct operation_list {
  static constexpr int count = sizeof...(Operations);
};

using all =
    operation_list<all_reduce_start, all_reduce, average_pool, average_pool_gradient, batch_matmul, batch_loss, batch_loss_gradient, concat, convolution,
                   convolution_data_gradient, convolution_weights_gradient, depthwise_convolution, depthwise_convolution_data_gradient,
                   depthwise_convolution_weights_gradient, gather, gather_gradient, gather_gradient_rows, joint_weights_gradient_start, joint_weights_gradient,
                   local_response_normalization, local_response_normalization_gradient, matmul, matmul_data_gradient, matmul_weights_gradient, max_pool,
                   max_pool_gradient, mirror_pad, mirror_pad_gradient, moments, recurrence, recurrence_gradient, reduce_max, resize_bilinear,
                   resize_bilinear_gradient, slice, pad, softmax, softmax_gradient, softmax_cross_entropy, softmax_cross_entropy_gradient, transpose>;

/// What an operation tells at compile time, see operation.hpp.
struct description {
  graph::kind kind;
  const char* name;
  const char* (*fault)(node_view);
  void (*pull_back)(adjoints&, int, int);
  double (*work)(node_view);
  graph::algorithm (*choose)(node_view, bool);
  bool (*takes_updates)(node_view);
  unsigned (*variants)(node_view);
};

namespace detail {

template <class... Operations>
struct table {
  description rows[sizeof...(Operations)];
};
template <class... Operations>
constexpr auto describe(operation_list<Operations...>) {
  table<Operations...> all{{{Operations::kind, Operations::name, &Operations::fault, &Operations::pull_back, &Operations::work, &Operations::choose,
                             &Operations::takes_updates, &Operations::variants}...}};
  return all;
}
inline constexpr auto descriptions = describe(all{});

/// Positions in the list by ascending kind, for binary search.
struct order {
  graph::kind kinds[all::count]{};
  int positions[all::count]{};
};
inline constexpr order by_kind = [] {
  order sorted;
  for (int i = 0; i < all::count; ++i) {
    int at = i;
    for (; at > 0 && sorted.kinds[at - 1] > descriptions.rows[i].kind; --at)
      sorted.kinds[at] = sorted.kinds[at - 1], sorted.positions[at] = sorted.positions[at - 1];
    sorted.kinds[at] = descriptions.rows[i].kind, sorted.positions[at] = i;
  }
  return sorted;
}();
static_assert(
    [] {
      for (int i = 1; i < all::count; ++i)
        if (by_kind.kinds[i] == by_kind.kinds[i - 1]) return false;
      return true;
    }(),
    "two operations have one name, or names of one hash: rename one");

}  // namespace detail

/// Position of an operation in the list; −1 for a kind that is not there.
constexpr int position_of(graph::kind k) {
  int first = 0, last = all::count;
  while (first < last) {
    const int middle = (first + last) / 2;
    if (detail::by_kind.kinds[middle] < k) first = middle + 1;
    else last = middle;
  }
  return first < all::count && detail::by_kind.kinds[first] == k ? detail::by_kind.positions[first] : -1;
}

constexpr const description& description_of(graph::kind k) { return detail::descriptions.rows[position_of(k)]; }

constexpr const char* name_of(graph::kind k) {
  constexpr const char* names[] = {"input", "variable", "slot", "scalar", "batch_size", "constant", "map", "reduce", "update", "reshape", "result"};
  return graph::is_operation(k) ? description_of(k).name : names[static_cast<unsigned>(k)];
}

/// The operations that a program needs, and of each the variants: the others are not compiled, which is most of what a small network costs.
struct needed_operations {
  unsigned variants[all::count];  // 0: the operation is not needed

  constexpr needed_operations() {
    for (unsigned& one : variants) one = 0;  // one by one: g++ 12 leaves zeros that nobody wrote out of the names of templates
  }
};
inline constexpr needed_operations every_operation = [] {
  needed_operations needed;
  for (unsigned& variants : needed.variants) variants = ~0u;
  return needed;
}();
template <class Program>
constexpr needed_operations needed_by(const Program& p) {
  needed_operations needed;
  for (int i = 0; i < p.sizes.steps; ++i) {
    const node& n = p.nodes[p.order[i]];
    if (graph::is_operation(n.kind)) needed.variants[position_of(n.kind)] |= description_of(n.kind).variants({p.nodes, n});
  }
  return needed;
}

/// Runs an operation on numbers of type T.
template <class T>
using runner = void (*)(const run_state<T>&, const step<T>&);
/// Makes what an operation needs of its weights ahead of many runs, at `ahead` unless that is null, and returns the number of elements.
template <class T>
using preparer = long (*)(const run_state<T>&, const step<T>&, T* ahead);

/// One of each operation, by position in the list; null where there is none.
template <class T>
struct runner_table {
  runner<T> rows[all::count]{};
};
template <class T>
struct preparer_table {
  preparer<T> rows[all::count]{};
};

/// Both with every variant, and the scratch memory that the kernels of one level need.
template <class T>
struct kernel_table {
  runner_table<T> run;
  preparer_table<T> prepare;
  long (*workspace)(node_view n, long capacity, int threads) = nullptr;
};
/// All kernels compiled for one level, see op/compiled.
struct compiled_level {
  const char* name;
  const kernel_table<float>* single;
  const kernel_table<double>* twice;
};

namespace detail {
/// Changes with the version and the list: a program and a library that do not belong together are not linked.
inline constexpr unsigned long library_key = [] {
  unsigned long key = (SLIM_VERSION_MAJOR * 1000ul + SLIM_VERSION_MINOR) * 1000ul + SLIM_VERSION_PATCH;
  for (const description& one : descriptions.rows) key = key * 0x100000001B3ul + static_cast<unsigned>(one.kind);
  return key * 0x100000001B3ul + sizeof(node) + sizeof(step<float>) + sizeof(run_state<float>);
}();
}  // namespace detail

/// Only in programs that are linked with slim_kernels: its kernels for this processor, chosen at the first use; SLIM_KERNEL_LEVEL in the environment may name a
/// lower level.
template <unsigned long Library = detail::library_key>
const compiled_level& compiled_kernels();
template <>
const compiled_level& compiled_kernels<detail::library_key>();

template <class T>
const kernel_table<T>& compiled_table() {
  if constexpr (std::is_same_v<T, float>) return *compiled_kernels<>().single;
  else return *compiled_kernels<>().twice;
}

inline namespace SLIM_LEVEL {
namespace running {

/// Whether weights of an operation can be made ahead.
template <class T, class Operation, unsigned Variants>
inline constexpr bool prepares = requires(const invocation<T>& r) { Operation::template prepare<T>(r, nullptr); } ||
                                 requires(const invocation<T>& r) { Operation::template prepare<T, Variants>(r, nullptr); };

#ifdef SLIM_COMPILED_KERNELS

template <class T, class Operation, unsigned Variants>
void run(const run_state<T>& state, const step<T>& at) {
  compiled_table<T>().run.rows[position_of(Operation::kind)](state, at);
}
template <class T, class Operation, unsigned Variants>
long prepare(const run_state<T>& state, const step<T>& at, T* ahead) {
  return compiled_table<T>().prepare.rows[position_of(Operation::kind)](state, at, ahead);
}

#else

template <class T, class Operation, unsigned Variants>
void run(const run_state<T>& state, const step<T>& at) {
  const invocation<T> r{state, at};
  if constexpr (requires { Operation::template run<T, Variants>(r); }) Operation::template run<T, Variants>(r);
  else Operation::template run<T>(r);
}
template <class T, class Operation, unsigned Variants>
long prepare(const run_state<T>& state, const step<T>& at, T* ahead) {
  const invocation<T> r{state, at};
  if constexpr (requires { Operation::template prepare<T, Variants>(r, ahead); }) return Operation::template prepare<T, Variants>(r, ahead);
  else return Operation::template prepare<T>(r, ahead);
}

#endif

template <class T, class Operation, unsigned Variants>
constexpr runner<T> runner_for() {
  if constexpr (Variants != 0) return &run<T, Operation, Variants>;
  else return nullptr;
}
template <class T, class Operation, unsigned Variants>
constexpr preparer<T> preparer_for() {
  if constexpr (Variants != 0 && prepares<T, Operation, Variants>) return &prepare<T, Operation, Variants>;
  else return nullptr;
}

template <class T, needed_operations Needed, class... Operations>
constexpr runner_table<T> runners_of(operation_list<Operations...>) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return runner_table<T>{{runner_for<T, Operations, Needed.variants[I]>()...}};
  }(std::index_sequence_for<Operations...>{});
}
template <class T, needed_operations Needed, class... Operations>
constexpr preparer_table<T> preparers_of(operation_list<Operations...>) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return preparer_table<T>{{preparer_for<T, Operations, Needed.variants[I]>()...}};
  }(std::index_sequence_for<Operations...>{});
}

template <class T, class Operation, unsigned Variants>
constexpr long workspace_of(node_view n, const largest_run& most) {
  if constexpr (Variants == 0) return 0;
  else if constexpr (requires { Operation::template workspace<T, Variants>(n, most); }) return Operation::template workspace<T, Variants>(n, most);
  else return Operation::template workspace<T>(n, most);
}
template <class T, needed_operations Needed, class... Operations>
constexpr long workspace_of(operation_list<Operations...>, node_view n, const largest_run& most) {
  long elements = 0;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (void)((Needed.variants[I] != 0 && Operations::kind == n.self.kind && (elements = workspace_of<T, Operations, Needed.variants[I]>(n, most), true)) || ...);
  }(std::index_sequence_for<Operations...>{});
  return elements;
}

}  // namespace running

/// The runner of each operation that is needed, and what makes its weights ahead: apart, for most programs never ask for that and then do not compile it.
template <class T, needed_operations Needed>
inline constexpr runner_table<T> runners_of = running::runners_of<T, Needed>(all{});
template <class T, needed_operations Needed>
inline constexpr preparer_table<T> preparers_of = running::preparers_of<T, Needed>(all{});

/// Elements of scratch memory that a node needs, which is one of those in `Needed`.
template <class T, needed_operations Needed = every_operation>
constexpr long workspace(node_view n, const largest_run& most) {
#ifdef SLIM_COMPILED_KERNELS
  if (!std::is_constant_evaluated()) return graph::is_operation(n.self.kind) ? compiled_table<T>().workspace(n, most.capacity, most.threads) : 0;
#endif
  return running::workspace_of<T, Needed>(all{}, n, most);
}

}  // namespace SLIM_LEVEL

}  // namespace slim::op

#include "slim/core/end.hpp"
