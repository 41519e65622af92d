#pragma once
#include "slim/core/begin.hpp"
// Means over several processes in two operations, so that values travel while others are worked out. Nothing of how they travel is known here: see
// op::exchange.

#include "slim/kernel/parallel.hpp"
#include "slim/op/operation.hpp"

namespace slim::op {

struct all_reduce_attributes {
  bool weighted = true;  // times the weight of this process: sums of what is weighted are means over all examples of all processes
};

/// Hands x to the exchange. The plan puts it right behind what makes x and, where nobody else reads x and it is not weighted, lets that be made in the memory
/// that travels.
struct all_reduce_start : operation<"all_reduce_start", all_reduce_attributes> {
  static constexpr long usual_bucket_bytes = 4 << 20;  // so much travels at a time, unless told otherwise

  static constexpr int add(graph::graph& g, int x, int scope, bool weighted = true) {
    return add_operation(g, kind, {false, g.nodes[x].extent}, {x}, scope, attributes{weighted});
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 1 && !n.self.batched && !n.operand(0).batched && n.extent() == n.extent(0)
               ? nullptr
               : "a mean over processes of what is not one tensor for all examples";
  }
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    if (to.flows_to(to.g.nodes[y], 0)) to.accumulate(to.g.nodes[y].operands[0], dy);
  }
  static constexpr double work(node_view n) { return static_cast<double>(n.extent().size()); }
  template <class T>
  static void run(const invocation<T>& r) {
    const T* const x = r.in(0);
    T* const out = r.out();
    exchange* const together = r.state.together;
    const T weight = together != nullptr && attributes_of(r.node()).weighted ? static_cast<T>(together->weight) : T(1);
    const long count = r.extent().size(), all = graph::aligned(count), each = 1 << 14;
    if (x != out)
      kernel::parallel_for((count + each - 1) / each, 2.0 * each, r.threads(), [&](long task) {
        const long last = task * each + each < count ? task * each + each : count;
        for (long i = task * each; i < last; ++i) out[i] = x[i] * weight;
      });
    for (long i = count; i < all; ++i) out[i] = 0;
    if (together != nullptr) together->start(r.state.places[r.at.node].offset + all);
  }
};

/// The sum over all processes of what `started`, an all_reduce_start, has handed over. In the same memory.
struct all_reduce : operation<"all_reduce", all_reduce_attributes> {
  static constexpr int add(graph::graph& g, int started, int scope, bool weighted = false) {
    return add_operation(g, kind, {false, g.nodes[started].extent}, {started}, scope, attributes{weighted});
  }
  static constexpr const char* fault(node_view n) {
    return n.self.operand_count == 1 && n.operand(0).kind == all_reduce_start::kind && n.extent() == n.extent(0)
               ? nullptr
               : "a mean over processes that nothing has started";
  }
  /// Each process has the sum in its loss; gradients are those of the weighted sum of all losses.
  static constexpr void pull_back(adjoints& to, int y, int dy) {
    const node n = to.g.nodes[y];
    if (to.flows_to(n, 0))
      to.accumulate(n.operands[0], add(to.g, all_reduce_start::add(to.g, dy, n.scope, false), n.scope, attributes_of(to.g.nodes[n.operands[0]]).weighted));
  }
  static constexpr double work(node_view) { return 0; }
  template <class T>
  static void run(const invocation<T>& r) {
    exchange* const together = r.state.together;
    if (together == nullptr) return;
    together->wait(r.state.places[r.at.node].offset + graph::aligned(r.extent().size()));
    if (!attributes_of(r.node()).weighted) return;
    for (T *x = r.out(), *const end = x + r.extent().size(); x < end; ++x) *x *= static_cast<T>(together->weight);
  }
};

/// The mean of x over all processes, worked out at once; `weighted` as in all_reduce_attributes.
constexpr int mean_over_processes(graph::graph& g, int x, int scope, bool weighted = true) {
  return all_reduce::add(g, all_reduce_start::add(g, x, scope, weighted), scope);
}

}  // namespace slim::op

#include "slim/core/end.hpp"
