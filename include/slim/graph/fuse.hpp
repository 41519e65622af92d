#pragma once
// Fusion is composition of scalar functions: an element-wise node disappears into the one consumer that reads it, or into the store of the
// contraction, window or reduction that produces its operand.

#include "slim/graph/build.hpp"

namespace slim::graph {

/// Functions larger than this are not composed further: their loops would spill registers.
inline constexpr int fusion_node_limit = 40;
/// Cheap functions up to this size are computed again in each of several consumers instead of being stored.
inline constexpr int recompute_node_limit = 6;

namespace detail {

constexpr bool has_epilogue(op kind) {
  using enum op;
  return kind == convolution || kind == convolution_data_gradient || kind == matmul || kind == matmul_data_gradient ||
         kind == depthwise_convolution || kind == depthwise_convolution_data_gradient || kind == max_pool ||
         kind == max_pool_gradient || kind == average_pool || kind == average_pool_gradient;
}

constexpr bool is_function(op kind) { return kind == op::map || kind == op::reduce || kind == op::update; }

/// What two loops must agree in to become one: a number that tells domains apart.
constexpr long loop_key(bool batched, const slim::shape& extent) { return (extent.size() * 65536 + extent.channels()) * 2 + (batched ? 1 : 0); }
constexpr long loop_key(const node& n) { return loop_key(n.batched, n.extent); }

/// The domain of the loop that a function node becomes.
constexpr domain loop_domain(const graph& g, const node& n) {
  if (n.kind == op::reduce) return joint_domain(g, n.operands, n.operand_count);
  return n.kind == op::update ? domain_of(g.nodes[n.operands[0]]) : domain_of(n);
}

/// The composition of two functions of the graph, remembered by the operands they share. Inner operand k is argument `places[k]` of the result.
constexpr int composed(graph& g, int outer, int inner, int position, int outer_count, const int* outer_places, int inner_count, const int* inner_places, int inputs) {
  unsigned long pattern = static_cast<unsigned long>(outer_count);
  for (int k = 0; k < inner_count; ++k) pattern = pattern << 4 | static_cast<unsigned long>(inner_places[k]);
  for (int c = g.known[outer].compositions; c >= 0; c = g.compositions[c].next) {
    const known_composition& known = g.compositions[c];
    if (known.pattern == pattern && known.inner == inner && known.argument == position) return known.result;
  }
  const expr::scalar_function outside = g.functions[outer], inside = g.functions[inner];
  expr::scalar_function result;
  list<int> arguments, inner_arguments;
  for (int k = 0; k < outer_count; ++k) arguments.push(k == position ? -1 : result.add_input(outer_places[k]));
  for (int k = 0; k < inner_count; ++k) inner_arguments.push(result.add_input(inner_places[k]));
  arguments[position] = expr::inline_into(result, inside, 0, inner_arguments);
  for (int o = 0; o < outside.output_count; ++o) result.add_output(expr::inline_into(result, outside, o, arguments));
  result.inputs = inputs;
  const int index = g.intern(expr::pruned(result));
  g.known[outer].compositions = g.compositions.push({inner, position, index, pattern, g.known[outer].compositions});
  return index;
}

/// Replaces operand `position` of function node `consumer` by the function of map node `producer`. False when the result would be too large.
/// Operands before `position` keep their places: an update finds the state it replaces there.
constexpr bool absorb(graph& g, node& consumer, int position, const node& producer) {
  if (g.functions[consumer.function].nodes.size() + g.functions[producer.function].nodes.size() > fusion_node_limit) return false;
  if (consumer.operand_count + producer.operand_count - 1 > node::max_operands - 2) return false;
  int merged[node::max_operands]{}, count = 0;
  int outer_places[node::max_operands]{}, inner_places[node::max_operands]{};
  for (int k = 0; k < consumer.operand_count; ++k)
    if (k != position) {
      merged[count] = consumer.operands[k];
      outer_places[k] = count++;
    }
  for (int k = 0; k < producer.operand_count; ++k) {
    int at = 0;
    while (at < count && merged[at] != producer.operands[k]) ++at;
    if (at == count) merged[count++] = producer.operands[k];
    inner_places[k] = at;
  }
  consumer.function = composed(g, consumer.function, producer.function, position, consumer.operand_count, outer_places, producer.operand_count, inner_places, count);
  consumer.operand_count = count;
  for (int k = 0; k < count; ++k) consumer.operands[k] = merged[k];
  return true;
}

/// Counts the reads of each node by live nodes; outputs and kept nodes count as read twice, so that they stay.
constexpr list<int> read_counts(const graph& g) {
  list<int> reads;
  reads.resize(g.nodes.size(), 0);
  for (const node& n : g.nodes)
    if (!n.dead)
      for (int k = 0; k < n.operand_count; ++k) ++reads[n.operands[k]];
  for (int output : g.outputs) reads[output] += 2;
  for (int i = 0; i < g.nodes.size(); ++i)
    if (g.nodes[i].kept) reads[i] += 2;
  return reads;
}

}  // namespace detail

/// Element-wise nodes into their consumers: those with one reader, and cheap ones that read one large operand whose readers are all
/// functions over the same domain (reading that operand instead costs nothing).
constexpr void fuse_into_consumers(graph& g) {
  list<int> reads = detail::read_counts(g);
  list<int> function_reads;  // reads by functions over the same domain
  function_reads.resize(g.nodes.size(), 0);
  list<long> loops;  // −1: no function
  for (int i = 0; i < g.nodes.size(); ++i) {
    const node& n = g.nodes[i];
    long loop = -1;
    if (!n.dead && detail::is_function(n.kind)) {
      const domain over = detail::loop_domain(g, n);
      loop = detail::loop_key(over.batched, over.extent);
      for (int k = 0; k < n.operand_count; ++k)
        if (detail::loop_key(g.nodes[n.operands[k]]) == loop) ++function_reads[n.operands[k]];
    }
    loops.push(loop);
  }
  list<char> dissolves;
  for (int i = 0; i < g.nodes.size(); ++i) {
    node& n = g.nodes[i];
    const bool function = loops[i] >= 0;
    for (int k = 0; k < n.operand_count && function; ++k) {
      const int producer = n.operands[k];
      if (!dissolves[producer] || loops[i] != loops[producer]) continue;
      if (n.kind == op::update && k < g.functions[n.function].output_count) continue;
      if (detail::absorb(g, n, k, g.nodes[producer]))
        k = -1;  // operands have moved: look at all of them again
      else
        dissolves[producer] = 0;
    }
    bool yes = function && n.kind == op::map && n.ignored == 0 && reads[i] > 0 && reads[i] == function_reads[i] && !uses_position(g.functions[n.function]);
    if (yes && reads[i] > 1) {
      int large = 0;
      for (int k = 0; k < n.operand_count; ++k) {
        const node& operand = g.nodes[n.operands[k]];
        if (detail::loop_key(operand) != loops[i]) continue;
        ++large;
        // It costs nothing at the store of the operation that makes its operand.
        if (detail::has_epilogue(operand.kind) && reads[n.operands[k]] == 1) yes = false;
      }
      yes = yes && large <= 1 && g.functions[n.function].nodes.size() <= recompute_node_limit;
    }
    dissolves.push(yes);
  }
}

/// Element-wise nodes into the store of the operation that makes their operand, when nothing else reads it.
constexpr void fuse_into_producers(graph& g) {
  const list<int> reads = detail::read_counts(g);
  for (int i = 0; i < g.nodes.size(); ++i) {
    node& n = g.nodes[i];
    if (n.dead || n.kind != op::map || n.ignored != 0 || uses_position(g.functions[n.function])) continue;
    int position = -1;
    for (int k = 0; k < n.operand_count; ++k) {
      const node& producer = g.nodes[n.operands[k]];
      if (detail::has_epilogue(producer.kind) && producer.epilogue < 0 && reads[n.operands[k]] == 1 && !producer.dead &&
          producer.batched == n.batched && producer.extent == n.extent && (position < 0 || n.operands[k] > n.operands[position]))
        position = k;
    }
    for (int k = 0; k < n.operand_count && position >= 0; ++k) {  // kernels hand over rows of one pixel: longer rows do not fit
      const node& operand = g.nodes[n.operands[k]];
      if (access_of(operand, domain_of(n)).how == expr::access::column && operand.extent.size() != n.extent.channels()) position = -1;
    }
    if (position < 0) continue;
    node& producer = g.nodes[n.operands[position]];
    if (producer.operand_count + n.operand_count - 1 > node::max_operands) continue;
    // The fused node takes the place of the map, where all other operands are known; argument 0 is the producer's result.
    node fused = producer;
    fused.body_operands = producer.operand_count;
    expr::scalar_function epilogue;
    list<int> arguments;
    int next = 1;
    for (int k = 0; k < n.operand_count; ++k) {
      if (k == position) {
        arguments.push(epilogue.add_input(0));
        continue;
      }
      fused.operands[fused.operand_count++] = n.operands[k];
      arguments.push(epilogue.add_input(next++));
    }
    epilogue.add_output(expr::inline_into(epilogue, g.functions[n.function], 0, arguments));
    fused.epilogue = g.intern(expr::pruned(epilogue));
    fused.kept = n.kept;
    fused.scope = n.scope;
    fused.extent = n.extent;
    producer.dead = true;
    n = fused;
  }
}

/// Gradients with fewer elements stay in cache until their update reads them.
inline constexpr long least_gradient_in_pieces = 1 << 17;

/// Updates into the product, or Winograd's algorithm, that makes their gradient, when nothing else reads it: the gradient then exists only
/// piece by piece, which saves its memory and two passes over it. After `choose`.
constexpr void fuse_updates(graph& g) {
  const list<int> reads = detail::read_counts(g);
  for (int i = 0; i < g.nodes.size(); ++i) {
    node& n = g.nodes[i];
    if (n.dead || n.kind != op::update) continue;
    const expr::scalar_function f = g.functions[n.function];
    if (uses_position(f)) continue;
    for (int k = f.output_count; k < n.operand_count; ++k) {
      node& producer = g.nodes[n.operands[k]];
      const bool makes_weights_gradient = producer.kind == op::matmul_weights_gradient || producer.kind == op::convolution_weights_gradient;
      if (!makes_weights_gradient || producer.how == algorithm::direct || reads[n.operands[k]] != 1 || !(producer.extent == n.extent) || n.extent.size() < least_gradient_in_pieces) continue;
      if (producer.operand_count + n.operand_count - 1 > node::max_operands) continue;
      node fused = producer;
      fused.body_operands = producer.operand_count, fused.scope = n.scope, fused.updates = true;
      expr::scalar_function epilogue;
      list<int> arguments;
      const int gradient = epilogue.add_input(0);
      for (int operand = 0; operand < n.operand_count; ++operand) {
        if (operand == k) {
          arguments.push(gradient);
          continue;
        }
        arguments.push(epilogue.add_input(fused.operand_count - fused.body_operands + 1));
        fused.operands[fused.operand_count++] = n.operands[operand];
      }
      for (int o = 0; o < f.output_count; ++o) epilogue.add_output(expr::inline_into(epilogue, f, o, arguments));
      epilogue.inputs = n.operand_count;
      fused.epilogue = g.intern(expr::pruned(epilogue));
      producer.dead = true;
      n = fused;
      break;
    }
  }
}

}  // namespace slim::graph
