#pragma once
#include "slim/core/begin.hpp"
// Fusion is composition of scalar functions: an element-wise node disappears into the one consumer that reads it, or into the store of the
// contraction, window or reduction that produces its operand.

#include "slim/graph/build.hpp"
#include "slim/op/list.hpp"

namespace slim::graph {

/// Functions larger than this are not composed further: their loops would spill registers.
inline constexpr int fusion_node_limit = 40;
/// Cheap functions up to this size are computed again in each of several consumers instead of being stored.
inline constexpr int recompute_node_limit = 6;
/// Sums that are taken in one pass, at most: as many as an element-wise loop has outputs.
inline constexpr int most_joined_sums = 4;

namespace detail {

/// The composition of two functions of the graph, remembered by the operands they share: the inner function becomes argument `position` of the
/// outer one or, for position −1, its outputs follow. Inner operand k is argument `inner_places[k]` of the result.
constexpr int composed(graph& g, int outer, int inner, int position, int outer_count, const int* outer_places, int inner_count, const int* inner_places,
                       int inputs) {
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
  if (position >= 0) arguments[position] = expr::inline_into(result, inside, 0, inner_arguments);
  for (int o = 0; o < outside.output_count; ++o) result.add_output(expr::inline_into(result, outside, o, arguments));
  for (int o = 0; o < inside.output_count && position < 0; ++o) result.add_output(expr::inline_into(result, inside, o, inner_arguments));
  result.inputs = inputs;
  const int index = g.intern(expr::pruned(result));
  g.known[outer].compositions = g.compositions.push({inner, position, index, pattern, g.known[outer].compositions});
  return index;
}

/// The function of node `inner` becomes argument `position` of that of node `outer`, or for position −1 follows it, and so do its operands. False when
/// the result would be too large, or a sum would not know any more what it sums over. Operands before `position` keep their places: an update finds the
/// state it replaces there.
constexpr bool compose(graph& g, node& outer, int position, const node& inner) {
  if (g.functions[outer.function].nodes.size() + g.functions[inner.function].nodes.size() > fusion_node_limit) return false;
  if (outer.operand_count + inner.operand_count - 1 > node::max_operands - 2) return false;
  int merged[node::max_operands]{}, count = 0;
  int outer_places[node::max_operands]{}, inner_places[node::max_operands]{};
  for (int k = 0; k < outer.operand_count; ++k)
    if (k != position) {
      merged[count] = outer.operands[k];
      outer_places[k] = count++;
    }
  for (int k = 0; k < inner.operand_count; ++k) {
    int at = 0;
    while (at < count && merged[at] != inner.operands[k]) ++at;
    if (at == count) merged[count++] = inner.operands[k];
    inner_places[k] = at;
  }
  if (outer.kind == kind::reduce && !same_loop(joint_domain(g, merged, count), joint_domain(g, outer.operands, outer.operand_count))) return false;
  outer.function = composed(g, outer.function, inner.function, position, outer.operand_count, outer_places, inner.operand_count, inner_places, count);
  outer.operand_count = count;
  for (int k = 0; k < count; ++k) outer.operands[k] = merged[k];
  return true;
}

}  // namespace detail

/// Element-wise nodes into their consumers: those with one reader, and cheap ones that read one large operand whose readers are all
/// functions over the same domain (reading that operand instead costs nothing).
constexpr void fuse_into_consumers(graph& g) {
  node* const nodes = g.nodes.begin();
  const int count = g.nodes.size();
  const list<int> all_reads = read_counts(g);
  const int* const reads = all_reads.begin();
  list<int> all_function_reads;
  all_function_reads.resize(count, 0);
  int* const function_reads = all_function_reads.begin();  // reads by functions over the same domain
  list<domain> all_loops;
  all_loops.reserve(count);
  for (int i = 0; i < count; ++i) {
    const node& n = nodes[i];
    domain loop;
    if (!n.dead && is_function(n.kind)) {
      loop = loop_domain(g, n);
      for (int k = 0; k < n.operand_count; ++k)
        if (same_loop(domain_of(nodes[n.operands[k]]), loop)) ++function_reads[n.operands[k]];
    }
    all_loops.push(loop);
  }
  const domain* const loops = all_loops.begin();  // of functions
  list<char> all_dissolve;
  all_dissolve.resize(count, 0);
  char* const dissolves = all_dissolve.begin();
  for (int i = 0; i < count; ++i) {
    node& n = nodes[i];
    if (n.dead || !is_function(n.kind)) continue;
    for (int k = 0; k < n.operand_count; ++k) {
      const int producer = n.operands[k];
      if (!dissolves[producer] || !same_loop(loops[i], loops[producer])) continue;
      if (n.kind == kind::update && k < g.functions[n.function].output_count) continue;
      if (detail::compose(g, n, k, nodes[producer])) k = -1;  // operands have moved: look at all of them again
      else dissolves[producer] = 0;
    }
    bool yes = n.kind == kind::map && n.ignored == 0 && reads[i] > 0 && reads[i] == function_reads[i] && !uses_position(g.functions[n.function]);
    if (yes && reads[i] > 1) {
      int large = 0;
      for (int k = 0; k < n.operand_count; ++k) {
        const node& operand = nodes[n.operands[k]];
        if (!same_loop(domain_of(operand), loops[i])) continue;
        ++large;
        // It costs nothing at the store of the operation that makes its operand.
        if (stores_functions(operand.kind) && reads[n.operands[k]] == 1) yes = false;
      }
      yes = yes && large <= 1 && g.functions[n.function].nodes.size() <= recompute_node_limit;
    }
    dissolves[i] = yes;
  }
}

namespace detail {
/// True when `n` is a sum per channel whose operands are read by element, by channel or as single numbers.
constexpr bool sums_channels(const graph& g, const node& n, const domain& over) {
  const auto by_channel = [&](const node& value) {
    return access_of(value, over).how == expr::access::column && value.extent.size() == over.extent.channels();
  };
  if (n.kind != kind::reduce || !by_channel(n)) return false;
  for (int k = 0; k < n.operand_count; ++k)
    if (const expr::access how = access_of(g.nodes[n.operands[k]], over).how;
        how >= expr::access::row || (how == expr::access::column && !by_channel(g.nodes[n.operands[k]])))
      return false;
  return true;
}
}  // namespace detail

/// Sums per channel over the same data become one pass with several results.
constexpr void join_sums(graph& g) {
  list<int> sum_of;  // the last sum over each node
  sum_of.resize(g.nodes.size(), -1);
  node* const nodes = g.nodes.begin();
  for (int i = 0, count = g.nodes.size(); i < count; ++i) {
    node& n = nodes[i];
    if (n.dead || n.kind != kind::reduce || n.batched || n.extent.size() == 1) continue;
    const domain loop = loop_domain(g, n);
    if (!detail::sums_channels(g, n, loop)) continue;
    int joined = -1;
    for (int k = 0; k < n.operand_count && joined < 0; ++k)
      if (same_loop(domain_of(nodes[n.operands[k]]), loop)) joined = sum_of[n.operands[k]];
    if (joined >= 0) {
      node& first = nodes[joined];
      bool possible = first.extent == n.extent && first.results < most_joined_sums && same_loop(loop_domain(g, first), loop);
      for (int k = 0; k < n.operand_count; ++k) possible = possible && n.operands[k] < joined;
      if (possible && detail::compose(g, first, -1, n)) {
        n.kind = kind::result, n.attributes = position{first.results++};
        n.operand_count = 1, n.operands[0] = joined, n.function = -1;
        continue;
      }
    }
    for (int k = 0; k < n.operand_count; ++k)
      if (same_loop(domain_of(nodes[n.operands[k]]), loop)) sum_of[n.operands[k]] = i;
  }
}

/// An element-wise node that reads a reshaped value, and nothing else does, works on the value as it was made: there it can be stored with it.
constexpr void move_before_reshapes(graph& g) {
  const list<int> reads = read_counts(g);
  node* const nodes = g.nodes.begin();
  for (int i = 0, count = g.nodes.size(); i < count; ++i) {
    node& n = nodes[i];
    if (n.dead || n.kind != kind::map || n.ignored != 0 || n.kept) continue;
    int view = -1;
    for (int k = 0; k < n.operand_count; ++k)
      if (nodes[n.operands[k]].kind == kind::reshape && reads[n.operands[k]] == 1) view = n.operands[k];
    if (view < 0 || !(nodes[view].extent == n.extent) || nodes[view].batched != n.batched || !stores_functions(nodes[nodes[view].operands[0]].kind) ||
        uses_position(g.functions[n.function]))
      continue;
    node moved = n;
    moved.extent = nodes[nodes[view].operands[0]].extent;
    bool fits = true;
    for (int k = 0; k < n.operand_count; ++k) {
      if (n.operands[k] == view) moved.operands[k] = nodes[view].operands[0];
      const access_result access = access_of(nodes[moved.operands[k]], domain_of(moved));
      fits = fits && moved.operands[k] < view && access.fits && access.how != expr::access::column && access.how != expr::access::row;
    }
    if (!fits) continue;
    node reshaped = nodes[view];
    reshaped.operands[0] = view, reshaped.scope = n.scope;
    nodes[view] = moved;
    n = reshaped;
  }
}

/// Element-wise nodes into the store of the operation that makes their operand, when nothing else reads it.
constexpr void fuse_into_producers(graph& g) {
  const list<int> reads = read_counts(g);
  node* const nodes = g.nodes.begin();
  for (int i = 0, count = g.nodes.size(); i < count; ++i) {
    node& n = nodes[i];
    if (n.dead || n.kind != kind::map || n.ignored != 0) continue;
    int position = -1;
    for (int k = 0; k < n.operand_count; ++k) {
      const node& producer = nodes[n.operands[k]];
      if (stores_functions(producer.kind) && producer.epilogue < 0 && reads[n.operands[k]] == 1 && !producer.dead && producer.batched == n.batched &&
          producer.extent == n.extent && (position < 0 || n.operands[k] > n.operands[position]))
        position = k;
    }
    for (int k = 0; k < n.operand_count && position >= 0; ++k) {  // kernels hand over rows of one pixel: longer rows do not fit
      const node& operand = nodes[n.operands[k]];
      const expr::access how = access_of(operand, domain_of(n)).how;
      if (how == expr::access::row || (how == expr::access::column && operand.extent.size() != n.extent.channels())) position = -1;
    }
    if (position < 0 || uses_position(g.functions[n.function])) continue;
    node& producer = nodes[n.operands[position]];
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

/// The function of an update with its operand `gradient` in front of the others.
constexpr int update_of(graph& g, const node& update, int gradient) {
  const expr::scalar_function f = g.functions[update.function];
  expr::scalar_function epilogue;
  list<int> arguments;
  const int acc = epilogue.add_input(0);
  for (int operand = 0; operand < update.operand_count; ++operand)
    arguments.push(operand == gradient ? acc : epilogue.add_input(operand < gradient ? operand + 1 : operand));
  for (int o = 0; o < f.output_count; ++o) epilogue.add_output(expr::inline_into(epilogue, f, o, arguments));
  epilogue.inputs = update.operand_count;
  return g.intern(expr::pruned(epilogue));
}

/// `producer` with the update in place of its result, which is operand `gradient` of that.
constexpr node with_update(const node& producer, const node& update, int gradient, int epilogue) {
  node fused = producer;
  fused.body_operands = producer.operand_count, fused.scope = update.scope, fused.updates = true, fused.epilogue = epilogue;
  for (int operand = 0; operand < update.operand_count; ++operand)
    if (operand != gradient) fused.operands[fused.operand_count++] = update.operands[operand];
  return fused;
}

/// Gradients with fewer elements stay in cache until their update reads them.
inline constexpr long least_gradient_in_pieces = 1 << 17;

/// Updates into the product, or Winograd's algorithm, that makes their gradient, when nothing else reads it: the gradient then exists only
/// piece by piece, which saves its memory and two passes over it. After `choose`.
constexpr void fuse_updates(graph& g) {
  const list<int> reads = read_counts(g);
  node* const nodes = g.nodes.begin();
  int function = -1, gradient = -1, epilogue = -1;  // of the last one: most variables are updated alike
  for (int i = 0, count = g.nodes.size(); i < count; ++i) {
    node& n = nodes[i];
    if (n.dead || n.kind != kind::update) continue;
    if (uses_position(g.functions[n.function])) continue;
    for (int k = g.functions[n.function].output_count; k < n.operand_count; ++k) {
      node& producer = nodes[n.operands[k]];
      if (!is_operation(producer.kind) || !op::description_of(producer.kind).takes_updates({nodes, producer})) continue;
      if (reads[n.operands[k]] != 1 || !(producer.extent == n.extent) || n.extent.size() < least_gradient_in_pieces) continue;
      if (producer.operand_count + n.operand_count - 1 > node::max_operands) continue;
      if (function != n.function || gradient != k) function = n.function, gradient = k, epilogue = update_of(g, n, k);
      n = with_update(producer, n, k, epilogue);
      producer.dead = true;
      break;
    }
  }
}

}  // namespace slim::graph

#include "slim/core/end.hpp"
